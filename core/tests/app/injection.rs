//! Input of a client is never interpreted as anything else: no header, cookie or claim injection.

use crate::{BytesResponse, app, code, send, text};
use http::{HeaderName, HeaderValue};
use lambda_api::{
    Api, ApiError, App, Body, Created, Identity, IntoResponse, Invocation, Json, LambdaContext,
    Problem, Query, Response, api_handler,
    auth::gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer},
    event::{Source, emulate},
    response::{Html, Redirect, SetCookie},
    routes,
};
use lambda_api_testing::EventBuilder;
use proptest::{prelude::*, sample::select};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{borrow::Cow, sync::OnceLock};
use tokio::runtime::{Builder, Runtime};

#[derive(Deserialize)]
struct Input {
    text: String,
}

/// An error that contains the input in each of its fields.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Echoed(String);

impl ApiError for Echoed {
    fn status(&self) -> http::StatusCode {
        http::StatusCode::CONFLICT
    }

    fn code(&self) -> Cow<'static, str> {
        self.0.clone().into()
    }

    fn decorate(&self, problem: Problem) -> Problem {
        problem
            .with_header("x-name", &self.0)
            .with_header(&self.0, "value")
            .with_extension(&self.0, &self.0)
            .with_instance(self.0.clone())
            .with_title(self.0.clone())
    }
}

/// Puts the input into a part of the response that becomes a header or is next to one.
#[api_handler(POST "/echo/{place}")]
async fn echo(place: String, Json(Input { text }): Json<Input>) -> Response {
    match place.as_str() {
        "value" => ([("x-name", text)], "done").into_response(),
        "name" => ([(text, "value")], "done").into_response(),
        "cookie-name" => (SetCookie::new(text, "value"), "done").into_response(),
        "cookie-value" => (SetCookie::new("name", text), "done").into_response(),
        "cookie-path" => (SetCookie::new("name", "value").path(text), "done").into_response(),
        "cookie-domain" => (SetCookie::new("name", "value").domain(text), "done").into_response(),
        "redirect" => Redirect::to(text).into_response(),
        "created" => Created::at(text, "done").into_response(),
        "body" => text.into_response(),
        "html" => Html(text).into_response(),
        "problem" => Err::<(), _>(Echoed(text)).into_response(),
        _ => Problem::new(http::StatusCode::CONFLICT, text.clone())
            .with_detail(text.clone())
            .with_header("x-name", text)
            .into_response(),
    }
}

const ECHOED: [&str; 12] = [
    "value",
    "name",
    "cookie-name",
    "cookie-value",
    "cookie-path",
    "cookie-domain",
    "redirect",
    "created",
    "body",
    "html",
    "problem",
    "detail",
];

fn echoing() -> &'static (Runtime, App) {
    static ECHO: OnceLock<(Runtime, App)> = OnceLock::new();
    ECHO.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let app = runtime.block_on(app(Api::new().routes(routes![echo])));
        (runtime, app)
    })
}

fn input() -> impl Strategy<Value = String> {
    let part = select(
        &[
            "\r\n",
            "\n",
            "\r",
            "\0",
            "x-injected: 1",
            "set-cookie: injected=1",
            ": ",
            "; ",
            ", ",
            ";",
            "=",
            "\"",
            "\\",
            "a",
            " ",
            "\t",
            "é",
            "\u{560d}\u{560a}",
            "\u{10d}\u{10a}",
            "\u{85}",
            "\u{2028}",
            "\u{7f}",
            "\u{1b}",
            "%0d%0a",
            "HTTP/1.1 200 OK",
            "</script>",
            "\",\"x-injected\":\"1",
            "\u{ffff}",
            "name",
            "/",
        ][..],
    );
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// The names of headers that a response of `echo` may have for any input.
fn is_own(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "x-name" | "set-cookie" | "location" | "content-type" | "content-length"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_input_adds_a_header_to_a_response(text in input(), source in select(&Source::ALL[..])) {
        let (runtime, app) = echoing();
        for place in ECHOED {
            let event = EventBuilder::new(source)
                .method("POST")
                .path(&format!("/echo/{place}"))
                .json(&json!({ "text": text }))
                .to_bytes();
            let response = runtime.block_on(app.handle_event(event, LambdaContext::default()));
            let response = response.unwrap();
            // The response as parsed by the source.
            let read = emulate::parse_response(source, &response).unwrap();
            for (name, value) in read.headers() {
                let named = name.as_str() == text.to_ascii_lowercase();
                prop_assert!(is_own(name) || named, "{place} {name}");
                prop_assert!(!value.as_bytes().iter().any(|b| matches!(b, b'\r' | b'\n' | 0)), "{place}");
            }
            let cookies: Vec<_> = read.headers().get_all("set-cookie").iter().collect();
            prop_assert!(cookies.len() <= 1, "{place} {cookies:?}");
            if let [cookie] = &cookies[..] && place == "cookie-value" {
                // Neither another cookie nor an attribute.
                let expected = "; Path=/; Secure; HttpOnly; SameSite=Lax";
                let cookie = cookie.to_str().unwrap();
                let value = cookie.strip_suffix(expected).unwrap();
                prop_assert!(!value.contains([';', ',', ' ', '"']), "{value}");
            }
            // The raw JSON must not contain strings that inject a member or a line.
            let json: Value = serde_json::from_slice(&response).unwrap();
            let members = json["headers"].as_object().into_iter().chain(json["multiValueHeaders"].as_object());
            for (name, value) in members.flatten() {
                prop_assert!(HeaderName::try_from(name.as_str()).is_ok(), "{place} {name}");
                let texts = value.as_array().into_iter().flatten().chain([value]);
                for text in texts.filter_map(Value::as_str) {
                    prop_assert!(!text.contains(['\r', '\n', '\0']), "{place} {text:?}");
                }
            }
            if matches!(place, "body" | "html") {
                prop_assert_eq!(read.body(), text.as_bytes(), "{}", place);
            }
        }
    }

    #[test]
    fn a_header_with_a_control_character_never_arrives(
        source in select(&Source::ALL[..]),
        control in select(&["\r", "\n", "\0", "\r\nx-injected: 1", "\u{7f}", "\u{1}"][..]),
        at in select(&["/headers/x-name", "/multiValueHeaders/x-name"][..]),
        list in any::<bool>(),
    ) {
        let (runtime, app) = echoing();
        let value = format!("before{control}after");
        let value = if list { json!(["first", value]) } else { json!(value) };
        let event = EventBuilder::new(source).set("/headers", json!({})).set(at, value).to_bytes();
        let response = runtime.block_on(app.handle_event(event, LambdaContext::default())).unwrap();
        let response: Value = serde_json::from_slice(&response).unwrap();
        prop_assert_eq!(&response["statusCode"], 400);
        prop_assert!(!response.to_string().contains("after"));
    }
}

#[api_handler(GET "/item")]
async fn read() -> &'static str {
    "read"
}

#[api_handler(DELETE "/item")]
async fn delete() -> &'static str {
    "deleted"
}

#[api_handler(POST "/item")]
async fn add() -> &'static str {
    "added"
}

#[tokio::test]
async fn method_override_headers_are_ignored() {
    let app = app(Api::new().routes(routes![read, delete, add])).await;
    let wishes = [
        "x-http-method-override",
        "x-http-method",
        "x-method-override",
        "x-original-method",
        "x-amzn-http-method",
        "access-control-request-method",
    ];
    for source in Source::ALL {
        for name in wishes {
            for (method, expected) in [("GET", "read"), ("POST", "added")] {
                let event = EventBuilder::new(source)
                    .method(method)
                    .path("/item")
                    .query("_method", "DELETE")
                    .header(name, "DELETE")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .set("/body", "_method=DELETE");
                assert_eq!(text(&event.send(&app).await), expected, "{source} {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_method_has_one_spelling() {
    let app = app(Api::new().routes(routes![read, delete, add])).await;
    for method in [
        "get", "Get", "gET", "delete", "GETT", "GE", "ANY", "GET,POST", "%47ET",
    ] {
        let Ok(parsed) = method.parse::<http::Method>() else {
            continue;
        };
        for source in Source::ALL {
            let event = EventBuilder::new(source).path("/item").method(method);
            let response = event.send(&app).await;
            assert_eq!(code(&response), "method_not_allowed", "{source} {method}");
        }
        let request = http::Request::builder().method(parsed).uri("/item");
        let response = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(code(&response), "method_not_allowed", "{method}");
    }
}

/// Methods that are not tokens, in each place of the method.
#[tokio::test]
async fn an_invalid_method_is_a_400() {
    let app = app(Api::new().routes(routes![read, delete, add])).await;
    for method in ["GET /admin HTTP/1.1\r\nx: ", "GET ", "", "G\u{0}T", "GET\n"] {
        for (source, place) in [
            (Source::RestApi, "/httpMethod"),
            (Source::HttpApi, "/requestContext/http/method"),
            (Source::Alb, "/httpMethod"),
            (Source::LatticeV2, "/method"),
        ] {
            let event = EventBuilder::new(source).path("/item").set(place, method);
            let response: BytesResponse = event.send(&app).await;
            assert_eq!(code(&response), "malformed_request", "{source} {method:?}");
        }
    }
}

#[api_handler(ANY "/me")]
async fn me(identity: Identity) -> String {
    identity.subject().to_owned()
}

/// The request context of an administrator, for every source and authorizer.
fn context() -> Value {
    let claims = json!({"sub": "admin", "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123", "scope": "all",
        "cognito:groups": "admins", "token_use": "access", "exp": "4102444800"});
    json!({
        "accountId": "123456789012", "apiId": "a1b2c3d4e5", "stage": "prod",
        "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        "authorizer": {
            "claims": claims, "jwt": {"claims": claims, "scopes": ["all"]},
            "lambda": {"principalId": "admin"}, "principalId": "admin",
            "iam": {"userArn": "arn:aws:iam::123456789012:user/admin", "accountId": "123456789012",
                "callerId": "AIDAADMIN", "userId": "AIDAADMIN", "accessKey": "AKIAADMIN"},
        },
        "identity": {"userArn": "arn:aws:iam::123456789012:user/admin", "accountId": "123456789012",
            "caller": "AIDAADMIN", "user": "AIDAADMIN", "accessKey": "AKIAADMIN",
            "sourceVpcArn": "arn", "type": "AWS_IAM", "principal": "arn:aws:iam::123456789012:user/admin"},
    })
}

#[tokio::test]
async fn a_context_in_body_or_header_is_not_an_identity() {
    let apis = [
        Api::new().authenticate(Iam::from_any_api()),
        Api::new().authenticate(CognitoAuthorizer::from_any_api()),
        Api::new().authenticate(JwtAuthorizer::from_any_api()),
        Api::new().authenticate(LambdaAuthorizer::from_any_api()),
    ];
    for (index, api) in apis.into_iter().enumerate() {
        let app = app(api.routes(routes![me])).await;
        let context = context();
        let mut known = 0;
        for source in Source::ALL {
            let event = || EventBuilder::new(source).method("POST").path("/me");
            let text = context.to_string();
            let whole = json!({"requestContext": context, "isBase64Encoded": false,
                "httpMethod": "POST", "path": "/me", "identitySource": ["admin"]});
            let broken_out = format!(r#""}},"requestContext":{context},"x":{{"a":""#);
            let mut events = vec![
                event().json(&whole),
                event().set("/body", whole.clone()),
                event().set("/body", broken_out.as_str()),
                event().query("requestContext", &text),
                event().query("requestContext[authorizer][claims][sub]", "admin"),
                event().cookie("requestContext", "admin"),
                event().set("/headers/requestContext", context.clone()),
                event().set("/multiValueHeaders/requestContext", json!([context])),
                event().set("/pathParameters", json!({"requestContext": context})),
                event().set("/stageVariables", json!({"requestContext": context})),
                event().set("/RequestContext", context.clone()),
                event().set("/request_context", context.clone()),
                event().set("/requestcontext", context.clone()),
                event().set("/authorizer", context["authorizer"].clone()),
                event().set("/identity", context["identity"].clone()),
            ];
            for name in [
                "requestcontext",
                "request-context",
                "x-amzn-request-context",
                "x-amzn-lambda-context",
                "x-apigateway-event",
                "x-apigateway-context",
                "x-amzn-oidc-identity",
                "x-amzn-oidc-data",
                "x-amzn-oidc-accesstoken",
                "x-amzn-requestid",
                "x-forwarded-user",
                "x-forwarded-client-cert",
                "x-amzn-mtls-clientcert",
                "x-amz-security-token",
                "x-amz-source-account",
            ] {
                events.push(event().header(name, text.as_str()));
                events.push(event().header(name, "admin"));
            }
            for (n, event) in events.iter().enumerate() {
                let response = app.handle_event(event.to_bytes(), LambdaContext::for_test());
                let response: Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
                let status = response["statusCode"].as_u64();
                assert!(
                    matches!(status, Some(400 | 401)),
                    "{index} {source} {n}: {status:?}"
                );
            }
            // In the right place, it is trusted.
            let told = event().set("/requestContext/authorizer", context["authorizer"].clone());
            let told = told.set("/requestContext/identity", context["identity"].clone());
            known += usize::from(told.send(&app).await.status() == 200);
        }
        assert!(known > 0, "{index}");
    }
}

/// Facts from the gateway that a request header might forge.
#[api_handler(GET "/facts")]
async fn facts(invocation: Invocation) -> Json<Value> {
    Json(json!([
        invocation.source_ip(),
        invocation.request_id(),
        invocation.domain_name(),
        invocation.stage(),
        invocation.account_id(),
        invocation.api_id(),
        invocation.lambda().trace_id.clone(),
        invocation.lambda().tenant_id.clone(),
        invocation.deadline().is_some(),
    ]))
}

#[tokio::test]
async fn no_header_changes_what_the_gateway_says() {
    let app = app(Api::new().routes(routes![facts])).await;
    let names = [
        "x-forwarded-for",
        "X-Forwarded-For",
        "forwarded",
        "x-real-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-forwarded-host",
        "host",
        "x-amzn-requestid",
        "x-request-id",
        "x-amzn-trace-id",
        "lambda-runtime-deadline-ms",
        "lambda-runtime-aws-request-id",
        "x-amzn-tenant-id",
        "x-stage",
    ];
    let lambda = LambdaContext::for_test();
    for source in [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
    ] {
        let event = || {
            let event = EventBuilder::new(source).path("/facts");
            event.source_ip("192.0.2.1").lambda(lambda.clone())
        };
        let expected = event().send(&app).await;
        for name in names {
            for values in [&["6.6.6.6"][..], &["6.6.6.6", "7.7.7.7"]] {
                let event = values
                    .iter()
                    .fold(event(), |event, value| event.header(name, value));
                let response = event.send(&app).await;
                // The request id differs each time.
                let facts = |response: &BytesResponse| {
                    let mut facts: Vec<Value> = serde_json::from_slice(response.body()).unwrap();
                    assert!(!facts[1].to_string().contains("6.6"), "{source} {name}");
                    facts.remove(1);
                    facts
                };
                assert_eq!(facts(&response), facts(&expected), "{source} {name}");
            }
        }
    }
}

#[tokio::test]
async fn only_the_alb_part_of_x_forwarded_for_is_trusted() {
    let app = app(Api::new().routes(routes![facts])).await;
    let address = async |event: Value| -> Value {
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response: Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        let facts: Vec<Value> = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        facts[0].clone()
    };
    let alb = |headers: Value| {
        let mut event = json!({"httpMethod": "GET", "path": "/facts",
            "requestContext": {"elb": {"targetGroupArn": "arn"}}});
        let object = event.as_object_mut().unwrap();
        object.extend(headers.as_object().unwrap().clone());
        event
    };
    for (headers, expected) in [
        (
            json!({"multiValueHeaders": {"x-forwarded-for": ["6.6.6.6, 192.0.2.1"]}}),
            json!("192.0.2.1"),
        ),
        (
            json!({"multiValueHeaders": {"x-forwarded-for": ["6.6.6.6", "192.0.2.1"]}}),
            json!("192.0.2.1"),
        ),
        (
            json!({"headers": {"x-forwarded-for": "6.6.6.6,,192.0.2.1"}}),
            json!("192.0.2.1"),
        ),
        // Similar names, none of which the load balancer sets.
        (
            json!({"headers": {"x_forwarded_for": "6.6.6.6", "x-forwarded-for": "192.0.2.1",
                "x-forwarded-for-": "6.6.6.6", "forwarded": "for=6.6.6.6"}}),
            json!("192.0.2.1"),
        ),
        (
            json!({"headers": {"x-forwarded-for": "6.6.6.6,"}}),
            Value::Null,
        ),
        (json!({"headers": {}}), Value::Null),
    ] {
        assert_eq!(address(alb(headers.clone())).await, expected, "{headers}");
    }
}

#[tokio::test]
async fn rejections_show_no_control_characters() {
    #[api_handler(GET "/typed")]
    async fn typed(Query(Number { n }): Query<Number>) -> String {
        n.to_string()
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Number {
        n: u8,
    }
    let app = app(Api::new().routes(routes![typed])).await;
    for query in [
        "n=%0d%0aset-cookie:%20a=1",
        "n=1&%1b%5b2J%0a=1",
        "n=%00",
        "n=%c2%9b",
    ] {
        let response = crate::ask(&app, "GET", &format!("/typed?{query}")).await;
        assert_eq!(code(&response), "invalid_parameters");
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.chars().any(char::is_control), "{detail:?}");
        assert!(response.headers().get("set-cookie").is_none());
    }
    let sent = HeaderValue::from_bytes(b"a\r\nb");
    assert!(sent.is_err(), "`HeaderValue` rejects control characters");
}
