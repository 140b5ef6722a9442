use lambda_api::{
    Api, Error, Identity, LambdaContext, State, api_handler,
    auth::gateway::LambdaAuthorizer,
    authorizer,
    authorizer::{Allow, AuthorizerKind, AuthorizerRequest, Decision, Deny, Unauthorized},
    event::Source,
    events,
    http::Method,
    routes,
};
use lambda_api_testing::{AuthorizerEvent, EventBuilder, TestClient};
use serde_json::{Value, json};

#[derive(Clone)]
struct Tenant(&'static str);

/// Decides by the token.
#[authorizer]
async fn by_token(
    request: &AuthorizerRequest,
    State(tenant): State<Tenant>,
    lambda: LambdaContext,
) -> Result<Decision, Error> {
    assert!(!lambda.request_id.is_empty());
    let token = request.token().or(request.header("authorization"));
    Ok(match token {
        Some("all") => Allow::all_routes("alice")
            .context("tenant", tenant.0)
            .into(),
        Some("reader") => Allow::new("bob").route(Method::GET, "/orders/*").into(),
        Some("this") => Allow::this_route_only("carol").into(),
        Some("denied") => Deny::new("mallory").context("reason", "closed").into(),
        Some("denied by error") => return Err(Deny::new("mallory").into()),
        Some("fails") => return Err(Error::msg("the store has s3cret problems")),
        Some("wrapped") => return Err(Error::new(Unauthorized).context("no session")),
        Some("panics") => panic!("s3cret"),
        _ => return Err(Unauthorized.into()),
    })
}

async fn client() -> TestClient {
    TestClient::new(Api::new().state(Tenant("north")).events(events![by_token])).await
}

fn kinds(token: &str) -> [AuthorizerEvent; 5] {
    [
        AuthorizerEvent::token(token),
        AuthorizerEvent::request().header("Authorization", token),
        AuthorizerEvent::http().identity_source(token),
        AuthorizerEvent::http_v1().identity_source(token),
        AuthorizerEvent::websocket().header("Authorization", token),
    ]
}

#[tokio::test]
async fn every_kind_of_event_gets_its_decision() {
    let client = client().await;
    for (token, status) in [
        ("all", 200),
        ("denied", 403),
        ("denied by error", 403),
        ("other", 401),
        ("wrapped", 401),
        ("fails", 500),
        ("panics", 500),
        ("this", 500),
    ] {
        for event in kinds(token) {
            let response = client.authorize(&event).await;
            assert_eq!(response.status(), status, "{token}: {event:?} {response:?}");
        }
    }
}

#[tokio::test]
async fn errors_of_the_invocation_are_constant() {
    let client = client().await;
    for (token, error_type, message) in [
        ("other", "Unauthorized", "Unauthorized"),
        ("wrapped", "Unauthorized", "Unauthorized"),
        (
            "fails",
            "HandlerError",
            "the event handler `by_token` failed",
        ),
        (
            "panics",
            "HandlerPanicked",
            "the event handler `by_token` panicked",
        ),
    ] {
        let response = client.authorize(AuthorizerEvent::token(token)).await;
        let outcome = response.outcome();
        assert_eq!(
            (outcome.error_type(), outcome.error_message()),
            (Some(error_type), Some(message))
        );
    }
}

#[tokio::test]
async fn a_decision_holds_for_the_routes_that_it_lists() {
    let client = client().await;
    let reader = AuthorizerEvent::token("reader").path("/orders/7");
    let response = client.authorize(&reader).await;
    assert_eq!(
        (response.status(), response.principal()),
        (200, Some("bob"))
    );
    for (method, path, expected) in [
        ("GET", "/orders/8", true),
        ("GET", "/orders/8/items", true),
        ("GET", "/orders", false),
        ("POST", "/orders/7", false),
    ] {
        assert_eq!(
            response.is_allowed(method, path),
            expected,
            "{method} {path}"
        );
    }
    assert_eq!(
        client
            .authorize(AuthorizerEvent::token("reader").path("/"))
            .await
            .status(),
        403
    );
    let all = client.authorize(AuthorizerEvent::token("all")).await;
    assert_eq!(all.context("tenant"), Some(&json!("north")));
    let denied = client.authorize(AuthorizerEvent::token("denied")).await;
    assert_eq!(denied.context("reason"), Some(&json!("closed")));
}

#[authorizer(http, simple, per_request)]
async fn of_one_route(request: AuthorizerRequest) -> Allow {
    match request.path() {
        "/orders" => Allow::this_route_only("alice"),
        _ => Allow::new("alice")
            .route(Method::GET, "/items/*")
            .usage_identifier_key("key"),
    }
}

#[tokio::test]
async fn a_simple_response_is_about_the_request() {
    let client = TestClient::new(Api::new().events(events![of_one_route])).await;
    for (path, expected) in [("/orders", true), ("/items/1", true), ("/other", false)] {
        let response = client.authorize(AuthorizerEvent::http().path(path)).await;
        let json = response.json().unwrap();
        assert_eq!(json["isAuthorized"], expected, "{path}");
    }
    // Payload format 1.0 has policies only.
    let response = client
        .authorize(AuthorizerEvent::http_v1().path("/orders"))
        .await;
    assert!(response.is_allowed("GET", "/orders") && !response.is_allowed("GET", "/items/1"));
}

#[authorizer]
async fn by_name(request: AuthorizerRequest) -> Result<Allow, Unauthorized> {
    let name = request.header("authorization").ok_or(Unauthorized)?;
    Ok(Allow::all_routes(name))
}

#[api_handler(GET "/me")]
async fn me(caller: Identity) -> String {
    caller.subject().to_owned()
}

/// Payload format 2.0 hands over the context alone, and format 1.0 the principal, too.
#[tokio::test]
async fn routes_know_the_caller_of_the_decision() {
    let api = Api::new()
        .authenticate(LambdaAuthorizer::from_apis(["a1b2c3"]))
        .routes(routes![me])
        .events(events![by_name]);
    let app = api.build().await.unwrap();
    let client = TestClient::from(app.clone());
    for (event, source, place) in [
        (
            AuthorizerEvent::http(),
            Source::HttpApi,
            "/requestContext/authorizer/lambda",
        ),
        (
            AuthorizerEvent::request(),
            Source::RestApi,
            "/requestContext/authorizer",
        ),
    ] {
        let response = client
            .authorize(event.header("authorization", "alice"))
            .await;
        let mut handed = response.json().unwrap()["context"].clone();
        if source == Source::RestApi {
            handed = json!({"principalId": response.principal().unwrap()});
        }
        let request = EventBuilder::new(source)
            .path("/me")
            .set("/requestContext/apiId", "a1b2c3")
            .set("/requestContext/authorizer", json!({}))
            .set(place, handed);
        let found = request.send(&app).await;
        assert_eq!(
            (found.status().as_u16(), &**found.body()),
            (200, &b"alice"[..]),
            "{source:?}"
        );
    }
}

#[tokio::test]
async fn an_authorizer_is_a_function() {
    let request = AuthorizerEvent::http().path("/orders").to_request();
    assert_eq!(request.kind(), AuthorizerKind::Http);
    assert_eq!(of_one_route(request).await, Allow::this_route_only("alice"));
}

#[authorizer]
async fn everyone() -> Allow {
    Allow::all_routes("anyone")
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_denied() {
    let app = Api::new().events(events![everyone]).build().await.unwrap();
    let client = TestClient::from(app.clone());
    let valid = || AuthorizerEvent::request().header("x", "1").to_value();
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/";
    for (pointer, value) in [
        ("/multiValueHeaders/x", json!(["1\n2"])),
        ("/multiValueHeaders/x", json!([1])),
        ("/methodArn", json!("arn:aws:s3:::bucket")),
        ("/methodArn", json!(arn.replace("prod", "*"))),
        ("/type", json!("OTHER")),
        ("/type", Value::Null),
        ("/httpMethod", json!("G T")),
        ("/requestContext", json!([])),
    ] {
        let mut event = valid();
        *event.pointer_mut(pointer).unwrap() = value.clone();
        let outcome = client.event(event).await;
        assert!(outcome.error_type().is_some(), "{pointer} {value}");
    }
    client.event(valid()).await.assert_ok();
    // Which of two contexts counts is unknown.
    let twice = format!(
        r#"{{"type":"TOKEN","methodArn":"{arn}","requestContext":{{}},"requestContext":{{}}}}"#
    );
    assert!(
        app.handle_event(twice.into(), LambdaContext::default())
            .await
            .is_err()
    );
}
