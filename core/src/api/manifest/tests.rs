use crate::{
    Api, Body, Identity, Request, Response,
    auth::{
        Access, AuthError, Authenticator, Credential, Scheme, any,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    env,
    events::{
        AuthorizerKind, AuthorizerTrigger, Events, Handler, RecordKind, SocketRoute, Trigger,
    },
};
use lambda_api_testing_internal::assert_schema;
use serde_json::{Value, json};
use std::convert::Infallible;

struct Sessions;

impl Authenticator for Sessions {
    fn scheme(&self) -> Scheme {
        Scheme::new("sessions", Credential::cookie("sid")).challenge("Session")
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        Err(AuthError::Absent)
    }
}

fn service() -> impl tower::Service<Request, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    tower::service_fn(|_: Request| async { Ok(Response::new(Body::empty())) })
}

fn gateway() -> Api {
    Api::new()
        .authenticate(
            JwtAuthorizer::from_apis([env("API_ID"), "a1".into()])
                .add_issuer(env("ISSUER"))
                .groups_claim("roles"),
        )
        .authenticate(
            CognitoAuthorizer::from_any_api()
                .user_pool(env("POOL"))
                .also_region("eu-central-1"),
        )
        .authenticate(
            Iam::from_apis(["a1"])
                .account("123456789012")
                .organization(env("ORGANIZATION"))
                .role(env("ROLE"))
                .user("arn:aws:iam::123456789012:user/alice"),
        )
        .authenticate(LambdaAuthorizer::from_any_api().subject("customer"))
        .authenticate(MutualTls::from_any_api())
}

fn manifest(api: &Api) -> Value {
    let json = api.manifest().json();
    assert!(json.ends_with("}\n"));
    let manifest = serde_json::from_str(&json).unwrap();
    let schema = include_str!("../../../../docs/routes.schema.json");
    assert_schema(&serde_json::from_str(schema).unwrap(), &manifest);
    manifest
}

#[test]
fn handlers_of_events_have_kinds_and_filters() {
    let trigger = |trigger: fn() -> Trigger| Handler {
        trigger,
        name: "handle",
        module: "shop::events",
        file: "src/events.rs",
        line: 7,
        ..crate::events::INVALID
    };
    let events = |handlers: &[fn() -> Trigger]| {
        let handlers: Vec<_> = handlers.iter().copied().map(trigger).collect();
        Events::__new(handlers.leak())
    };
    let nested = Api::new().events(events(&[|| Trigger::Any { key: Some("job") }]));
    let api = Api::new().nest("/nested", nested).events(events(&[
        || Trigger::Records {
            kind: RecordKind::Sqs,
            from: Some(env("ORDERS_QUEUE")),
        },
        || Trigger::Records {
            kind: RecordKind::S3,
            from: None,
        },
        || Trigger::EventBridge {
            source: &["shop.orders", "shop.returns"],
            detail_type: &["OrderPlaced"],
            detail: &[("order.status", "paid")],
        },
        || Trigger::Schedule {
            expression: Some("rate(1 day)"),
            rule: Some("nightly"),
        },
        || {
            Trigger::Authorizer(AuthorizerTrigger {
                kinds: &[AuthorizerKind::Http, AuthorizerKind::WebSocket],
                api: Some(env("API_ID")),
                simple: true,
                per_request: true,
                reads_request: false,
            })
        },
        || Trigger::WebSocket(SocketRoute::Named("send")),
    ]));
    let expected = [
        json!({"kind": "any", "key": "job"}),
        json!({"kind": "sqs", "from": {"env": "ORDERS_QUEUE"}}),
        json!({"kind": "s3"}),
        json!({
            "kind": "event_bridge",
            "source": ["shop.orders", "shop.returns"],
            "detail_type": ["OrderPlaced"],
            "detail": {"order.status": "paid"},
        }),
        json!({"kind": "schedule", "schedule": "rate(1 day)", "rule": "nightly"}),
        json!({
            "kind": "authorizer",
            "from": {"env": "API_ID"},
            "authorizer_kinds": ["http", "websocket"],
            "per_request": true,
        }),
        json!({"kind": "websocket", "route": "send"}),
    ];
    let expected = expected.map(|mut event| {
        event["handler"] = json!("shop::events::handle");
        event["location"] = json!("src/events.rs:7");
        event
    });
    assert_eq!(manifest(&api)["events"], json!(expected));
    assert_eq!(manifest(&Api::new()).get("events"), None);
}

#[test]
fn streams_are_those_that_the_program_states() {
    use crate::event::Source::{FunctionUrl, RestApi};
    assert_eq!(manifest(&Api::new()).get("streams"), None);
    let api = Api::new().stream_on([FunctionUrl, RestApi]);
    assert_eq!(manifest(&api)["streams"], json!(["url", "rest"]));
    let none = manifest(&Api::new().stream_on([]));
    assert_eq!(none["streams"], json!([]));
}

#[test]
fn references_of_gateway_authenticators_stay() {
    let manifest = manifest(&gateway());
    assert_eq!(
        manifest["authenticators"],
        json!([
            {
                "id": "jwt", "name": "jwt", "kind": "gateway_jwt", "challenge": "Bearer",
                "apis": [{"env": "API_ID"}, "a1"],
                "issuers": [{"issuer": {"env": "ISSUER"}}],
                "scopes_claim": "scope", "groups_claim": "roles",
            },
            {
                "id": "cognito", "name": "cognito", "kind": "gateway_cognito",
                "challenge": "Bearer",
                "user_pools": [{"id": {"env": "POOL"}, "regions": ["eu-central-1"]}],
                "scopes_claim": "scope", "groups_claim": "cognito:groups",
            },
            {
                "id": "iam", "name": "iam", "kind": "iam", "challenge": "AWS4-HMAC-SHA256",
                "apis": ["a1"],
                "accounts": ["123456789012"],
                "organizations": [{"env": "ORGANIZATION"}],
                "roles": [{"env": "ROLE"}],
                "users": ["arn:aws:iam::123456789012:user/alice"],
            },
            {
                "id": "lambda", "name": "lambda", "kind": "lambda", "challenge": "Bearer",
                "subject": "customer",
            },
            {"id": "mtls", "name": "mtls", "kind": "mtls", "challenge": "ClientCertificate"},
        ])
    );
}

#[cfg(all(feature = "jwt", feature = "api-keys"))]
#[test]
fn references_of_verifiers_stay() {
    use crate::auth::{AlbOidc, Algorithm, ApiKeys, Cognito, Jwt};

    let api = Api::new()
        .authenticate(
            Jwt::new(env("ISSUER"))
                .audience(env("AUDIENCE"))
                .jwks_url(env("KEYS"))
                .add_issuer("https://id.example.com")
                .any_audience()
                .credential(Credential::header("x-token")),
        )
        .authenticate(
            Jwt::new("https://id.example.com")
                .audience("a")
                .algorithms([Algorithm::EdDsa, Algorithm::Es256, Algorithm::EdDsa])
                .name("devices"),
        )
        .authenticate(
            Cognito::user_pool(env("POOL"))
                .client(env("CLIENT"))
                .client("c2")
                .also_region(env("REGION"))
                .id_tokens(),
        )
        .authenticate(
            AlbOidc::listener(env("LISTENER"))
                .client(env("CLIENT"))
                .issuer(env("ISSUER")),
        )
        .authenticate(ApiKeys::from_keys([]));
    assert_eq!(
        manifest(&api)["authenticators"],
        json!([
            {
                "id": "jwt", "name": "jwt", "kind": "jwt", "challenge": "Bearer",
                "credential": {"in": "header", "name": "x-token"},
                "algorithms": [
                    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
                ],
                "issuers": [
                    {
                        "issuer": {"env": "ISSUER"},
                        "audiences": [{"env": "AUDIENCE"}],
                        "jwks_url": {"env": "KEYS"},
                    },
                    {"issuer": "https://id.example.com"},
                ],
                "scopes_claim": "scope", "groups_claim": "groups",
            },
            {
                "id": "devices", "name": "devices", "kind": "jwt", "challenge": "Bearer",
                "credential": {"in": "header", "name": "authorization", "prefix": "Bearer"},
                "algorithms": ["ES256", "EdDSA"],
                "issuers": [{"issuer": "https://id.example.com", "audiences": ["a"]}],
                "scopes_claim": "scope", "groups_claim": "groups",
            },
            {
                "id": "cognito", "name": "cognito", "kind": "cognito", "challenge": "Bearer",
                "credential": {"in": "header", "name": "authorization", "prefix": "Bearer"},
                "token": "id",
                "user_pools": [{
                    "id": {"env": "POOL"},
                    "clients": [{"env": "CLIENT"}, "c2"],
                    "regions": [{"env": "REGION"}],
                }],
                "groups_claim": "cognito:groups",
            },
            {
                "id": "alb", "name": "alb", "kind": "alb", "challenge": "Bearer",
                "credential": {"in": "header", "name": "x-amzn-oidc-data"},
                "load_balancers": [{"env": "LISTENER"}],
                "clients": [{"env": "CLIENT"}],
                "issuers": [{"issuer": {"env": "ISSUER"}}],
                "groups_claim": "groups",
            },
            {
                "id": "api_key", "name": "api_key", "kind": "api_key", "challenge": "ApiKey",
                "credential": {"in": "header", "name": "x-api-key"},
            },
        ])
    );
}

#[test]
fn services_and_nested_apis_have_their_own_access() {
    let staff = Access::authenticated()
        .authenticator("sessions")
        .scopes(any(&["a", "b"]))
        .groups(&["staff"]);
    let nested = Api::new()
        .authenticate(Sessions)
        .nest("/deep", Api::new().mount_service("/files", service()));
    let api = gateway()
        .mount_service_with("/open", Access::public(), service())
        .nest(
            "/admin",
            nested.mount_service_with("/tools", staff, service()),
        )
        .fallback_service(service());
    let manifest = manifest(&api);
    let sessions = manifest["authenticators"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(
        *sessions,
        json!({
            "id": "sessions@/admin", "name": "sessions", "kind": "custom",
            "challenge": "Session",
            "credential": {"in": "cookie", "name": "sid"},
        })
    );
    let mounts = manifest["mounts"].as_array().unwrap();
    let access: Vec<_> = mounts
        .iter()
        .map(|mount| (mount["prefix"].as_str().unwrap(), mount["access"].clone()))
        .collect();
    let sessions = json!(["sessions@/admin"]);
    assert_eq!(
        access,
        [
            ("/open", json!({"public": true, "authenticators": []})),
            (
                "/admin/tools",
                json!({
                    "public": false,
                    "authenticators": sessions,
                    "scopes": {"any": ["a", "b"]},
                    "groups": {"all": ["staff"]},
                })
            ),
            (
                "/admin/deep/files",
                json!({"public": false, "authenticators": sessions})
            ),
        ]
    );
    assert_eq!(
        manifest["fallbacks"],
        json!([{
            "prefix": "",
            "access": {
                "public": false,
                "authenticators": ["jwt", "cognito", "iam", "lambda", "mtls"],
            },
            "every_method": true,
        }])
    );
}

#[test]
fn an_api_without_authenticators_is_public() {
    let manifest = manifest(&Api::new().mount_service("/", service()));
    assert_eq!(manifest["version"], 1);
    let access = json!({"public": true, "authenticators": []});
    assert_eq!(manifest["mounts"][0]["access"], access);
    assert_eq!(manifest["authenticators"], json!([]));
}
