//! Deeply nested JSON, in a thread with a small stack.

use crate::{app, code, send, text};
use bytes::Bytes;
use lambda_api::{
    Api, App, Body, Identity, Invocation, Json, LambdaContext, Limits, api_handler,
    auth::gateway::{CognitoAuthorizer, JwtAuthorizer, LambdaAuthorizer},
    event::Source,
    extract::extract,
    routes,
};
use lambda_api_testing::EventBuilder;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json, value::RawValue};
use std::collections::HashMap;

const DEEP: usize = 100_000;

/// Runs with a quarter of the default stack. Without optimization, the 127 levels that `serde_json`
/// allows in a handler take half of that.
fn on_a_small_stack(run: impl AsyncFnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    let thread = thread.spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(run());
    });
    thread.unwrap().join().unwrap();
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    List(Vec<Untagged>),
    Map(HashMap<String, Untagged>),
}

impl Untagged {
    fn depth(&self) -> usize {
        match self {
            Self::Number(number) => usize::from(*number),
            Self::List(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(map) => 1 + map.values().map(Self::depth).max().unwrap_or(0),
        }
    }
}

#[derive(Deserialize)]
struct Flat {
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Deserialize)]
struct Small {
    id: Option<u8>,
}

#[api_handler(POST "/value")]
async fn value(Json(value): Json<Value>) -> String {
    value.is_null().to_string()
}

#[api_handler(POST "/raw")]
async fn raw(Json(raw): Json<Box<RawValue>>) -> String {
    raw.get().len().to_string()
}

#[api_handler(POST "/ignored")]
async fn ignored(Json(IgnoredAny): Json<IgnoredAny>) -> &'static str {
    "ignored"
}

#[api_handler(POST "/untagged")]
async fn untagged(Json(value): Json<Untagged>) -> String {
    value.depth().to_string()
}

#[api_handler(POST "/flat")]
async fn flat(Json(flat): Json<Flat>) -> String {
    flat.rest.len().to_string()
}

#[api_handler(POST "/small")]
async fn small(Json(small): Json<Small>) -> String {
    format!("{:?}", small.id)
}

const PATHS: [&str; 6] = ["/value", "/raw", "/ignored", "/untagged", "/flat", "/small"];

async fn reader(limits: Limits) -> App {
    let routes = routes![value, raw, ignored, untagged, flat, small];
    app(Api::new().routes(routes).limits(limits)).await
}

async fn post(app: &App, path: &str, body: String) -> crate::BytesResponse {
    let request = http::Request::post(path).header("content-type", "application/json");
    send(app, request.body(Body::from(body)).unwrap()).await
}

/// Nested arrays and objects, closed or not, and an array in an unused member.
fn nested(depth: usize) -> [String; 5] {
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    let object = "{\"a\":".repeat(depth);
    [
        format!("{open}{close}"),
        open.clone(),
        format!("{object}1{}", "}".repeat(depth)),
        format!("{object}[\""),
        format!(r#"{{"text": "[]}}\"", "other": {open}{close}}}"#),
    ]
}

#[test]
fn deep_nesting_in_a_body_is_a_problem_for_every_type() {
    on_a_small_stack(async || {
        for limits in [Limits::default(), Limits::default().json_depth(8)] {
            let app = reader(limits).await;
            for path in PATHS {
                for body in nested(DEEP) {
                    let response = post(&app, path, body).await;
                    assert_eq!(response.status(), 400, "{path}");
                    assert_eq!(code(&response), "json_too_deep", "{path}");
                }
            }
        }
    });
}

#[test]
fn as_deep_as_the_limit_is_read_whatever_the_type() {
    on_a_small_stack(async || {
        let limits = Limits::default();
        for limit in [1, 2, 20, 64] {
            let app = reader(limits.json_depth(limit)).await;
            let object = |depth| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            for path in PATHS {
                let response = post(&app, path, object(limit)).await;
                assert_eq!(
                    response.status(),
                    200,
                    "{path} {limit}: {}",
                    text(&response)
                );
                let response = post(&app, path, object(limit + 1)).await;
                assert_eq!(code(&response), "json_too_deep", "{path} {limit}");
            }
        }
    });
}

#[test]
fn an_extractor_without_an_application_has_the_default_limit() {
    on_a_small_stack(async || {
        for (depth, fits) in [(64, true), (65, false), (DEEP, false)] {
            let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let request = http::Request::post("/").header("content-type", "application/json");
            let request = request.body(Body::from(body)).unwrap();
            let read = extract::<Json<IgnoredAny>>(&request).await;
            assert_eq!(read.is_ok(), fits, "{depth}");
        }
    });
}

/// Calls all accessors of an invocation.
#[api_handler(ANY "/{path+}", public)]
async fn look(path: String, invocation: Invocation, identity: Option<Identity>) -> String {
    let context = invocation.request_context_as::<Value>();
    let raw = invocation.request_context_as::<Option<Box<RawValue>>>();
    format!(
        "{} {:?} {:?} {} {} {} {}",
        path.len(),
        invocation.source_ip(),
        invocation.request_id(),
        invocation.stage_variables().count() + invocation.path_parameters().count(),
        context.is_ok(),
        raw.is_ok(),
        identity.is_some_and(|identity| identity.claims::<Value>().is_ok()),
    )
}

/// All places of an event that a gateway, or the caller of the function, can fill.
const PLACES: [&str; 21] = [
    "/body",
    "/headers",
    "/headers/x-deep",
    "/multiValueHeaders",
    "/multiValueHeaders/x-deep",
    "/queryStringParameters",
    "/queryStringParameters/a",
    "/multiValueQueryStringParameters/a",
    "/cookies",
    "/stageVariables",
    "/stageVariables/a",
    "/pathParameters/a",
    "/requestContext",
    "/requestContext/http/extra",
    "/requestContext/identity",
    "/requestContext/authorizer",
    "/requestContext/authorizer/claims",
    "/requestContext/authorizer/claims/sub",
    "/requestContext/authorizer/jwt/claims/groups",
    "/requestContext/authorizer/lambda",
    "/unknown",
];

/// Returns an event with a value in one place that `serde_json` could not serialize.
fn event_with(source: Source, place: &str, value: &str) -> Option<Bytes> {
    let mark = "the place";
    let event = EventBuilder::new(source).path("/x").to_value();
    let mut event = event;
    let mut at = &mut event;
    for name in place.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[name];
    }
    *at = Value::from(mark);
    let text = event.to_string();
    let quoted = format!("{mark:?}");
    text.contains(&quoted)
        .then(|| text.replace(&quoted, value).into())
}

#[test]
fn deep_nesting_in_an_event_does_not_overflow() {
    on_a_small_stack(async || {
        let api = |api: Api| app(api.routes(routes![look]));
        let apps = [
            api(Api::new().authenticate(CognitoAuthorizer::from_any_api())).await,
            api(Api::new().authenticate(JwtAuthorizer::from_any_api())).await,
            api(Api::new().authenticate(LambdaAuthorizer::from_any_api())).await,
        ];
        let sources = [
            Source::RestApi,
            Source::HttpApi,
            Source::Alb,
            Source::LatticeV2,
        ];
        let shapes = nested(DEEP);
        let (mut turn, mut responses) = (0, 0);
        for source in sources {
            for place in PLACES {
                // Each place gets each shape, from one source or another.
                turn += 1;
                let deep = &shapes[turn % shapes.len()];
                let Some(event) = event_with(source, place, deep) else {
                    continue;
                };
                let app = &apps[turn % apps.len()];
                let response = app.handle_event(event, LambdaContext::default());
                responses += usize::from(response.await.is_ok());
            }
        }
        assert!(responses > 30, "{responses}");
    });
}
