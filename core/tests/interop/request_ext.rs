//! The values of `RequestExt` with and without the layer.

use crate::{READ, app, made_there};
use lambda_api::{
    Api, App, Invocation, LambdaContext, Request, Response, api_handler,
    event::{CognitoIdentity, Source},
    extract::extract,
    interop::RequestExtLayer,
    middleware::{Next, from_fn},
    routes,
};
use lambda_api_testing::EventBuilder;
use lambda_http::{Error, RequestExt, request::RequestContext, service_fn, tower::ServiceBuilder};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use tower::ServiceExt;

/// Returns all values except the context of Lambda.
fn found(request: &http::Request<impl Sized>) -> Value {
    let query = request.query_string_parameters();
    let map = |map: Option<&lambda_http::aws_lambda_events::query_map::QueryMap>| {
        map.map(|map| {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(name, _)| *name);
            json!(pairs)
        })
    };
    json!({
        "path": request.raw_http_path(),
        "query": map(Some(&query)),
        "parameters": map(request.path_parameters_ref()),
        "variables": map(request.stage_variables_ref()),
        "kind": request.request_context_ref().map(|context| match context {
            RequestContext::ApiGatewayV1(_) => 1,
            RequestContext::ApiGatewayV2(_) => 2,
            RequestContext::Alb(_) => 3,
            RequestContext::VpcLattice(_) => 4,
            _ => 0,
        }),
        "context": request.request_context_ref(),
    })
}

async fn tell(request: lambda_http::Request) -> Result<Value, Error> {
    Ok(found(&request))
}

async fn behind_the_layer() -> App {
    let old = ServiceBuilder::new()
        .layer(RequestExtLayer::new())
        .service(service_fn(tell));
    app(Api::new().fallback_service(old)).await
}

fn event(source: Source) -> EventBuilder {
    let event = EventBuilder::new(source)
        .gateway(|gateway| {
            gateway.time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
        })
        .path("/orders/a%20b")
        .query("tag", "x&y")
        .query("tag", "z \u{e9}")
        .query("page", "2");
    match source {
        Source::RestApi | Source::HttpApi | Source::HttpApiV1 => event
            .gateway(|gateway| gateway.stage("prod").route("/orders/{id}"))
            .gateway(|gateway| gateway.path_parameter("id", "a b"))
            .gateway(|gateway| gateway.stage_variable("table", "orders-prod")),
        _ => event,
    }
}

async fn sent(event: &EventBuilder, app: &App) -> Value {
    let response = event.send(app).await;
    serde_json::from_slice(response.body()).expect("JSON")
}

#[tokio::test]
async fn it_finds_what_it_finds_in_lambda_http() {
    let app = behind_the_layer().await;
    for source in READ {
        let event = event(source);
        let found = sent(&event, &app).await;
        let there = self::found(&made_there(&event));
        assert_eq!(found, there, "{source}");
        assert!(found["kind"].as_u64() > Some(0), "{source}: {found}");
        let expected = match source {
            // An ALB sends only the last value of a name.
            Source::Alb => json!([["page", "2"], ["tag", "z \u{e9}"]]),
            _ => json!([["page", "2"], ["tag", "x&y"], ["tag", "z \u{e9}"]]),
        };
        assert_eq!(found["query"], expected, "{source}");
    }
    let rest = sent(&event(Source::RestApi), &app).await;
    assert_eq!(rest["parameters"], json!([["id", "a b"]]));
    assert_eq!(rest["variables"], json!([["table", "orders-prod"]]));
}

#[tokio::test]
async fn the_context_of_lambda_is_there() {
    async fn tell(request: lambda_http::Request) -> Result<Value, Error> {
        let context = request.lambda_context_ref().expect("a context");
        Ok(json!(context))
    }
    let old = ServiceBuilder::new()
        .layer(RequestExtLayer::new())
        .service(service_fn(tell));
    let app = app(Api::new().fallback_service(old)).await;
    let mut lambda = LambdaContext::for_test();
    lambda.tenant_id = Some("blue".to_owned());
    lambda.client_context = Some(r#"{"custom": {"a": "b"}}"#.to_owned());
    lambda.cognito_identity = serde_json::from_value::<CognitoIdentity>(json!({
        "cognitoIdentityId": "i-1", "cognitoIdentityPoolId": "p-1",
    }))
    .ok();
    for source in Source::ALL {
        let found = sent(&EventBuilder::new(source).lambda(lambda.clone()), &app).await;
        assert_eq!(found["request_id"], lambda.request_id, "{source}");
        assert_eq!(found["deadline"].as_u64(), lambda.deadline_ms);
        assert_eq!(
            found["invoked_function_arn"].as_str(),
            lambda.function_arn.as_deref()
        );
        assert_eq!(found["xray_trace_id"].as_str(), lambda.trace_id.as_deref());
        assert_eq!(found["tenant_id"], "blue");
        assert_eq!(found["client_context"]["custom"]["a"], "b");
        assert_eq!(
            found["identity"],
            json!({"identityId": "i-1", "identityPoolId": "p-1"})
        );
    }
}

#[tokio::test]
async fn without_the_layer_nothing_is_filled() {
    async fn tell(request: lambda_http::Request) -> Result<String, Error> {
        Ok(format!(
            "{:?} {:?} {:?} {:?}",
            request.query_string_parameters_ref(),
            request.raw_http_path(),
            request.lambda_context_ref(),
            request.request_context_ref().is_some(),
        ))
    }
    let app = app(Api::new().fallback_service(service_fn(tell))).await;
    for source in Source::ALL {
        let response = event(source).send(&app).await;
        assert_eq!(response.body(), r#"None "" None false"#, "{source}");
    }
}

/// Handlers, layers and extractors after the layer have the values; a layer before it does not.
#[tokio::test]
async fn it_also_runs_before_layers_and_routes() {
    #[api_handler(GET "/orders/{id}")]
    async fn order(id: String, request: &Request) -> String {
        let variables = request.stage_variables_ref();
        let table = variables.and_then(|variables| variables.first("table"));
        format!("{id} {table:?}")
    }
    async fn seen(request: Request, next: Next) -> Response {
        let known = request.lambda_context_ref().is_some();
        let mut response = next.run(request).await;
        let value = if known { "behind" } else { "before" };
        response
            .headers_mut()
            .append("x-seen", value.parse().expect("a value"));
        response
    }
    let everywhere = Api::new()
        .layer(from_fn(seen))
        .layer(RequestExtLayer::new())
        .layer(from_fn(seen))
        .routes(routes![order]);
    let routes_only = Api::new()
        .layer(from_fn(seen))
        .route_layer(RequestExtLayer::new())
        .route_layer(from_fn(seen))
        .routes(routes![order]);
    for api in [everywhere, routes_only] {
        let response = event(Source::HttpApi).send(&app(api).await).await;
        assert_eq!(response.body(), r#"a b Some("orders-prod")"#);
        assert_eq!(response.headers()["x-seen"], "behind, before");
    }
}

#[tokio::test]
async fn a_request_without_event_has_its_query() {
    let app = behind_the_layer().await;
    let request = http::Request::get("/x?a=1&a=2")
        .body(lambda_api::Body::empty())
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    let found: Value =
        serde_json::from_slice(&response.into_body().collect().await.unwrap()).unwrap();
    assert_eq!(found["query"], json!([["a", "1"], ["a", "2"]]));
    assert_eq!(
        (&found["path"], &found["context"]),
        (&json!(""), &Value::Null)
    );
}

#[tokio::test]
async fn fields_of_lambda_http_are_kept() {
    async fn mark(request: Request, next: Next) -> Response {
        let invocation = extract::<&Invocation>(&request).await;
        assert!(invocation.is_ok_and(|invocation| invocation.source().is_some()));
        next.run(request).await
    }
    let old = ServiceBuilder::new()
        .layer(RequestExtLayer::new())
        .service(service_fn(tell));
    let app = app(Api::new().layer(from_fn(mark)).fallback_service(old)).await;
    for source in READ {
        let request = crate::in_its_loop(&event(source), |_| {});
        let there = found(&request);
        let response = app.clone().oneshot(request).await.unwrap();
        let found: Value =
            serde_json::from_slice(&response.into_body().collect().await.unwrap()).unwrap();
        assert_eq!(found, there, "{source}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn unreadable_context_is_omitted_with_one_warning() {
    let odd = |source| EventBuilder::new(source).path("/x").query("a", "1");
    let with = |client: &str| {
        let mut lambda = LambdaContext::for_test();
        lambda.client_context = Some(client.to_owned());
        lambda
    };
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, a thread of another test decides whether a record is written at all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::subscriber::set_default(subscriber);
    for (event, what) in [
        (odd(Source::LatticeV1), "request context"),
        (
            odd(Source::HttpApi).set("/requestContext/timeEpoch", "s3cret"),
            "request context",
        ),
        (
            odd(Source::RestApi).unset("/requestContext"),
            "request context",
        ),
        (
            odd(Source::LatticeV2).set("/requestContext/region", json!({"s3cret": 1})),
            "request context",
        ),
        (
            odd(Source::Alb).lambda(with(r#"{"client": "s3cret"}"#)),
            "client context",
        ),
    ] {
        let app = behind_the_layer().await;
        log.0.lock().unwrap().clear();
        for _ in 0..3 {
            let found = sent(&event, &app).await;
            assert_eq!(found["query"], json!([["a", "1"]]), "{event}");
            assert_eq!(
                found["context"].is_null(),
                what == "request context",
                "{event}"
            );
        }
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("WARN") && told.contains(what), "{told}");
        assert!(
            told.contains(event.source().name()) && told.contains("column"),
            "{told}"
        );
        assert!(!told.contains("s3cret"), "{told}");
    }
}
