//! An App in the loop of lambda_http.

use crate::{READ, app, in_its_loop, made_there};
use lambda_api::{
    Api, App, Body, Identity, Invocation, Json, LambdaContext, api_handler,
    auth::gateway::{Iam, JwtAuthorizer},
    event::{self, Source, emulate::Caller},
    routes,
};
use lambda_api_testing::{EventBuilder, TestIssuer};
use lambda_http::{Adapter, Context, Error, LambdaEvent, StreamAdapter, request::LambdaRequest};
use serde_json::{Value, json};
use std::{
    future::pending,
    time::{Duration, SystemTime},
};
use tower::{Service, ServiceExt};

#[api_handler(GET "/facts")]
async fn facts(invocation: &Invocation) -> Json<Value> {
    let lambda = invocation.lambda();
    Json(json!({
        "source": invocation.source().map(Source::name),
        "request_id": invocation.request_id(),
        "source_ip": invocation.source_ip(),
        "stage": invocation.stage(),
        "account": invocation.account_id(),
        "api": invocation.api_id(),
        "domain": invocation.domain_name(),
        "url": invocation.public_url(),
        "time": invocation.time(),
        "variable": invocation.stage_variable("table"),
        "parameter": invocation.path_parameter("id"),
        "lambda": [
            Some(lambda.request_id.as_str()),
            lambda.function_arn.as_deref(),
            lambda.trace_id.as_deref(),
            lambda.tenant_id.as_deref(),
        ],
        "current": LambdaContext::current().map(|current| current.request_id),
        "deadline_ms": lambda.deadline_ms,
        "received": lambda.received.is_some(),
    }))
}

async fn respond(app: &App, request: lambda_http::Request) -> (u16, Value) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Only checks that these calls compile; none of them is made.
#[test]
fn its_loops_take_an_app() {
    fn takes<F: Future<Output = Result<(), Error>>>(_: fn(App) -> F) {}
    takes(lambda_http::run);
    takes(lambda_http::run_concurrent);
    takes(lambda_http::run_with_streaming_response);
    takes(lambda_http::run_with_streaming_response_concurrent);
}

#[tokio::test]
async fn its_adapters_call_an_app() {
    let app = app(Api::new().routes(routes![facts])).await;
    for source in READ {
        let event = EventBuilder::new(source).path("/facts").to_string();
        let event = || {
            let payload: LambdaRequest = serde_json::from_str(&event).expect("an event");
            let mut context = Context::default();
            context.request_id = "lambda-1".to_owned();
            context.xray_trace_id = Some("Root=1".to_owned());
            LambdaEvent::new(payload, context)
        };
        let response = Adapter::from(app.clone()).call(event()).await.unwrap();
        let response = serde_json::to_value(response).unwrap();
        assert_eq!(response["statusCode"], 200, "{source}");
        let body: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["lambda"][0], "lambda-1");
        assert_eq!(body["lambda"][2], "Root=1");

        let stream = StreamAdapter::from(app.clone())
            .call(event())
            .await
            .unwrap();
        assert_eq!(stream.metadata_prelude.status_code, 200, "{source}");
    }
}

#[tokio::test]
async fn the_invocation_is_known() {
    let app = app(Api::new().routes(routes![facts])).await;
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    for source in READ {
        let event = EventBuilder::new(source)
            .path("/facts")
            .gateway(|gateway| {
                gateway.time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
            })
            .source_ip("192.0.2.7");
        let event = match source {
            Source::RestApi | Source::HttpApi | Source::HttpApiV1 => event
                .gateway(|gateway| gateway.stage_variable("table", "orders"))
                .gateway(|gateway| gateway.path_parameter("id", "7")),
            _ => event,
        };
        let request = in_its_loop(&event, |context| {
            context.deadline = 1_900_000_000_000;
            context.invoked_function_arn = arn.to_owned();
            context.xray_trace_id = Some("Root=1-2-3".to_owned());
            context.tenant_id = Some("blue".to_owned());
        });
        let (status, theirs) = respond(&app, request).await;
        assert_eq!(status, 200, "{source}");
        let lambda = json!(["lambda-1", arn, "Root=1-2-3", "blue"]);
        assert_eq!(theirs["lambda"], lambda, "{source}");
        assert_eq!(theirs["current"], "lambda-1", "{source}");
        assert_eq!(theirs["deadline_ms"], 1_900_000_000_000_u64);
        assert_eq!(theirs["received"], true);
        assert_eq!(theirs["source_ip"], "192.0.2.7", "{source}");
        // Everything else is as in our own loop.
        let ours = event.send(&app).await;
        let ours: Value = serde_json::from_slice(ours.body()).unwrap();
        for name in [
            "stage",
            "account",
            "api",
            "domain",
            "url",
            "time",
            "variable",
            "parameter",
        ] {
            assert_eq!(theirs[name], ours[name], "{source} {name}");
        }
        let expected = match source {
            Source::AlbMultiValue => Source::Alb,
            source => source,
        };
        assert_eq!(theirs["source"], expected.name());
        if !matches!(expected, Source::Alb | Source::LatticeV2) {
            assert_eq!(theirs["request_id"], ours["request_id"], "{source}");
        } else {
            assert_eq!(theirs["request_id"], "lambda-1", "{source}");
        }
    }
}

#[tokio::test]
async fn a_function_without_arn_has_none() {
    let app = app(Api::new().routes(routes![facts])).await;
    let event = EventBuilder::new(Source::Alb).path("/facts");
    let request = in_its_loop(&event, |context| {
        context.invoked_function_arn =
            "No header lambda-runtime-invoked-function-arn found.".into();
    });
    assert_eq!(respond(&app, request).await.1["lambda"][1], Value::Null);
}

#[tokio::test]
async fn its_deadline_stops_a_handler() {
    #[api_handler(GET "/")]
    async fn waits() {
        pending::<()>().await;
    }
    let app = app(Api::new()
        .routes(routes![waits])
        .deadline_margin(Duration::ZERO))
    .await;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let request = in_its_loop(&EventBuilder::new(Source::FunctionUrl), |context| {
        context.deadline = u64::try_from(now.as_millis()).unwrap() + 20;
    });
    assert_eq!(respond(&app, request).await.0, 504);
}

#[tokio::test]
async fn a_test_without_its_loop_has_no_context_of_lambda() {
    let app = app(Api::new().routes(routes![facts])).await;
    let event = EventBuilder::new(Source::HttpApi).path("/facts");
    let (status, facts) = respond(&app, made_there(&event)).await;
    assert_eq!((status, &facts["source"]), (200, &json!("http")));
    assert_eq!(facts["deadline_ms"], Value::Null);
}

#[tokio::test]
async fn an_invocation_that_is_there_stays() {
    let app = app(Api::new().routes(routes![facts])).await;
    let own = EventBuilder::new(Source::LatticeV1).path("/facts");
    let own = event::decode(
        own.to_bytes(),
        LambdaContext::for_test(),
        &Default::default(),
    )
    .unwrap();
    let invocation = own.extensions().get::<Invocation>().unwrap().clone();
    let other = EventBuilder::new(Source::HttpApi).path("/other");
    let mut request = in_its_loop(&other, |_| {});
    request.extensions_mut().insert(invocation);
    *request.uri_mut() = "/facts".parse().unwrap();
    let (status, facts) = respond(&app, request).await;
    assert_eq!((status, &facts["source"]), (200, &json!("lattice1")));
    assert_eq!(facts["lambda"][0], LambdaContext::for_test().request_id);
}

#[tokio::test]
async fn nothing_that_a_client_sends_makes_an_invocation() {
    let app = app(Api::new().routes(routes![facts])).await;
    let event = EventBuilder::new(Source::HttpApi)
        .path("/facts")
        .to_string();
    let request =
        http::Request::get("https://a1.execute-api.eu-west-1.amazonaws.com/facts?requestContext=1")
            .header("lambda-runtime-aws-request-id", "forged")
            .header("lambda-runtime-deadline-ms", "1")
            .header("lambda-runtime-trace-id", "forged")
            .header("x-amzn-trace-id", "forged")
            .header("x-amzn-lambda-context", "{}")
            .header("x-amzn-request-context", "{}")
            .body(Body::from(event))
            .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    let facts: Value = serde_json::from_slice(&body).unwrap();
    for name in [
        "source",
        "request_id",
        "source_ip",
        "stage",
        "deadline_ms",
        "api",
    ] {
        assert_eq!(facts[name], Value::Null, "{name}");
    }
    assert_eq!(facts["lambda"], json!(["", null, null, null]));

    // An existing value is not changed.
    let event = EventBuilder::new(Source::HttpApi)
        .path("/facts")
        .header("lambda-runtime-aws-request-id", "forged")
        .header("x-amzn-trace-id", "forged");
    let (_, facts) = respond(&app, in_its_loop(&event, |_| {})).await;
    assert_eq!(facts["lambda"], json!(["lambda-1", null, null, null]));
}

#[api_handler(GET "/me")]
async fn me(identity: Identity) -> String {
    identity.subject().to_owned()
}

#[tokio::test]
async fn a_token_is_verified_there() {
    let issuer = TestIssuer::oidc("https://issuer.example", "orders-api");
    let app = app(Api::new()
        .authenticate(issuer.verifier())
        .routes(routes![me]))
    .await;
    for source in READ {
        let event = EventBuilder::new(source).path("/me");
        let (status, _) = respond(&app, in_its_loop(&event, |_| {})).await;
        assert_eq!(status, 401, "{source}");
        let event = event.bearer(issuer.token("alice"));
        let response = app
            .clone()
            .oneshot(in_its_loop(&event, |_| {}))
            .await
            .unwrap();
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body, "alice", "{source}");
    }
}

#[tokio::test]
async fn a_user_of_a_load_balancer_is_verified_there() {
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
    let issuer = TestIssuer::alb(arn, "app-client-id");
    let api = Api::new().authenticate(issuer.verifier());
    let app = app(api.routes(routes![me])).await;
    let token = issuer.token("alice").to_string();
    for (source, status) in [
        (Source::Alb, 200),
        (Source::AlbMultiValue, 200),
        // Anyone who can call this source may write the header.
        (Source::HttpApi, 401),
        (Source::RestApi, 401),
    ] {
        let event = EventBuilder::new(source)
            .path("/me")
            .header("x-amzn-oidc-data", &token);
        let (found, _) = respond(&app, in_its_loop(&event, |_| {})).await;
        assert_eq!(found, status, "{source}");
    }
}

#[tokio::test]
async fn gateway_authenticators_find_no_identity_there() {
    let user = "arn:aws:iam::123456789012:user/alice";
    let iam = app(Api::new()
        .authenticate(Iam::from_any_api())
        .routes(routes![me]))
    .await;
    for source in [
        Source::RestApi,
        Source::HttpApi,
        Source::FunctionUrl,
        Source::LatticeV2,
    ] {
        let event = EventBuilder::new(source)
            .path("/me")
            .caller(Caller::iam(user));
        assert_eq!(event.send(&iam).await.status(), 200, "{source}");
        let (status, _) = respond(&iam, in_its_loop(&event, |_| {})).await;
        assert_eq!(status, 401, "{source}");
    }
    let jwt = app(Api::new()
        .authenticate(JwtAuthorizer::from_any_api())
        .routes(routes![me]))
    .await;
    let event = EventBuilder::new(Source::HttpApi)
        .path("/me")
        .caller(Caller::jwt(json!({"sub": "alice"}), [""; 0]));
    assert_eq!(event.send(&jwt).await.status(), 200);
    assert_eq!(respond(&jwt, in_its_loop(&event, |_| {})).await.0, 401);
}

#[tokio::test]
async fn the_request_context_of_the_event_is_not_shown() {
    #[api_handler(GET "/")]
    async fn context(invocation: &Invocation) -> String {
        let typed = invocation.request_context_as::<Option<Value>>();
        format!("{:?} {typed:?}", invocation.request_context())
    }
    let app = app(Api::new().routes(routes![context])).await;
    for source in READ {
        let request = in_its_loop(&EventBuilder::new(source), |_| {});
        let response = app.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body, "None Ok(None)", "{source}");
    }
}
