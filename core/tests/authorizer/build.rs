use lambda_api::{
    Api, Identity,
    auth::gateway::LambdaAuthorizer,
    authorizer,
    authorizer::{Allow, AuthorizerRequest},
    env, event_handler, events,
    events::Event,
    routes,
};
use lambda_api_testing::{AuthorizerEvent, TestClient};

#[authorizer(token)]
async fn of_tokens() -> Allow {
    Allow::all_routes("token")
}

#[authorizer(request, http)]
async fn of_requests() -> Allow {
    Allow::all_routes("request")
}

#[authorizer]
async fn of_all() -> Allow {
    Allow::all_routes("all")
}

#[authorizer(api = env("ORDERS_API"))]
async fn of_orders() -> Allow {
    Allow::all_routes("orders")
}

#[authorizer(api = env("ITEMS_API"))]
async fn of_items() -> Allow {
    Allow::all_routes("items")
}

#[authorizer]
async fn of_callers(caller: Identity, request: AuthorizerRequest) -> Allow {
    drop(request);
    Allow::all_routes(caller.subject())
}

#[event_handler(any)]
async fn anything(event: &Event) {
    assert!(!event.has_key("methodArn"));
}

async fn errors(api: Api) -> String {
    api.build()
        .await
        .err()
        .map(|errors| errors.to_string())
        .unwrap_or_default()
}

#[tokio::test]
async fn authorizers_are_told_apart_by_kind() {
    let api = Api::new().events(events![anything, of_requests, of_tokens]);
    let client = TestClient::new(api).await;
    for (event, principal) in [
        (AuthorizerEvent::token("a"), Some("token")),
        (AuthorizerEvent::request(), Some("request")),
        (AuthorizerEvent::http(), Some("request")),
        (AuthorizerEvent::http_v1(), Some("request")),
    ] {
        assert_eq!(
            client.authorize(&event).await.principal(),
            principal,
            "{event:?}"
        );
    }
}

#[tokio::test]
async fn authorizers_are_told_apart_by_api() {
    let api = |items: &'static str| {
        Api::new()
            .environment([("ORDERS_API", "orders1"), ("ITEMS_API", items)])
            .events(events![of_orders, of_items])
    };
    let client = TestClient::new(api("items1")).await;
    for (id, principal) in [
        ("orders1", Some("orders")),
        ("items1", Some("items")),
        ("other", None),
    ] {
        for event in [
            AuthorizerEvent::token("a"),
            AuthorizerEvent::http(),
            AuthorizerEvent::websocket(),
        ] {
            let response = client.authorize(event.api_id(id)).await;
            assert_eq!(response.principal(), principal, "{id}");
            assert_eq!(
                response.status(),
                if principal.is_some() { 200 } else { 500 }
            );
        }
    }
    let errors = errors(api("orders1")).await;
    assert!(
        errors.contains("take the same events: `authorizer(api = orders1)`"),
        "{errors}"
    );
}

#[tokio::test]
async fn authorizers_of_the_same_events_do_not_build() {
    for (handlers, expected) in [
        (
            events![of_all, of_tokens],
            "`authorizer` and `authorizer(token)`",
        ),
        (
            events![of_requests, of_all],
            "`authorizer(request, http)` and `authorizer`",
        ),
    ] {
        let errors = errors(Api::new().routes(routes![]).events(handlers)).await;
        assert!(
            errors.contains("take the same events: ") && errors.contains(expected),
            "{errors}"
        );
    }
    assert_eq!(
        errors(Api::new().events(events![of_requests, of_tokens])).await,
        ""
    );
}

#[tokio::test]
async fn an_identity_needs_a_verifier() {
    let api = || Api::new().events(events![of_callers]);
    for api in [api(), api().authenticate(LambdaAuthorizer::from_any_api())] {
        let errors = errors(api).await;
        assert!(
            errors.contains("takes an identity, but the API has no authenticator"),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn the_id_of_an_api_must_be_set() {
    let errors = errors(
        Api::new()
            .environment([("ITEMS_API", "x")])
            .events(events![of_orders]),
    )
    .await;
    assert!(
        errors.contains("the environment variable `ORDERS_API` for `api` is missing or empty"),
        "{errors}"
    );
}
