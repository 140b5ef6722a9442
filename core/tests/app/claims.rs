//! Claims that access rules use, in the formats of several issuers.

use super::{BytesResponse, app, code, header, send, text};
use http::Request as HttpRequest;
use lambda_api::{
    Api, App, Body, Identity, LambdaContext, api_handler,
    auth::{
        Authenticator, Cognito, Jwt,
        gateway::{CognitoAuthorizer, JwtAuthorizer},
    },
    event::Source,
    routes,
};
use lambda_api_testing::{EventBuilder, TestIssuer, TestToken};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
};

const URL: &str = "https://id.example.com";

#[api_handler(GET "/plain")]
async fn plain(identity: Identity) -> String {
    let names = |names: Vec<&str>| names.join("|");
    let scopes = names(identity.scopes().collect());
    format!("{scopes};{}", names(identity.groups().collect()))
}

#[api_handler(GET "/scoped", scopes("orders/read"))]
async fn scoped() -> &'static str {
    "scoped"
}

#[api_handler(GET "/grouped", groups("admins"))]
async fn grouped() -> &'static str {
    "grouped"
}

fn api(authenticator: impl Authenticator) -> Api {
    Api::new()
        .authenticate(authenticator)
        .routes(routes![plain, scoped, grouped])
}

async fn get(app: &App, path: &str, token: &str) -> BytesResponse {
    let request = HttpRequest::get(path).header("authorization", format!("Bearer {token}"));
    send(app, request.body(Body::empty()).unwrap()).await
}

fn with(mut token: TestToken, claims: &Value) -> String {
    for (name, value) in claims.as_object().unwrap() {
        token = token.claim(name, value.clone());
    }
    token.to_string()
}

#[tokio::test]
async fn an_unreadable_claim_fails_the_rule_that_needs_it() {
    let oidc = TestIssuer::oidc(URL, "orders-api");
    let jwt = Jwt::new(URL)
        .audience("orders-api")
        .jwks(oidc.jwks().to_string());
    let pool = TestIssuer::cognito("eu-west-1_abc123", "client");
    let cognito = Cognito::user_pool("eu-west-1_abc123")
        .client("client")
        .groups_claim("groups")
        .jwks(pool.jwks().to_string());
    for (app, issuer) in [(app(api(jwt)).await, oidc), (app(api(cognito)).await, pool)] {
        let default = ["orders/read"];
        for (claims, scopes, groups) in [
            (json!({}), &default[..], &[][..]),
            (
                json!({"scope": "orders/read x"}),
                &["orders/read", "x"],
                &[],
            ),
            (
                json!({"scope": ["orders/read", "x"]}),
                &["orders/read", "x"],
                &[],
            ),
            (json!({"scope": ["orders/read x"]}), &["orders/read x"], &[]),
            (json!({"scope": []}), &[], &[]),
            (json!({"scope": null}), &[], &[]),
            (
                json!({"scope": null, "scp": ["orders/read"]}),
                &default,
                &[],
            ),
            (json!({"scope": 1}), &[], &[]),
            (json!({"scope": {"orders/read": true}}), &[], &[]),
            (json!({"scope": ["orders/read", 1]}), &[], &[]),
            (json!({"scp": 1}), &default, &[]),
            (
                json!({"groups": ["admins", "b"]}),
                &default,
                &["admins", "b"],
            ),
            (json!({"groups": "admins"}), &default, &["admins"]),
            (json!({"groups": null}), &default, &[]),
            (json!({"groups": 1}), &default, &[]),
            (json!({"groups": {"admins": true}}), &default, &[]),
            (json!({"groups": ["admins", null]}), &default, &[]),
            (json!({"groups": [["admins"]]}), &default, &[]),
        ] {
            let token = with(issuer.token("alice").scopes("orders/read"), &claims);
            let response = get(&app, "/plain", &token).await;
            let expected = format!("{};{}", scopes.join("|"), groups.join("|"));
            assert_eq!(text(&response), expected, "{claims}");

            let response = get(&app, "/scoped", &token).await;
            if scopes.contains(&"orders/read") {
                assert_eq!(text(&response), "scoped", "{claims}");
            } else {
                assert_eq!(code(&response), "insufficient_scope", "{claims}");
                assert!(header(&response, "www-authenticate").is_some());
            }
            let response = get(&app, "/grouped", &token).await;
            if groups.contains(&"admins") {
                assert_eq!(text(&response), "grouped", "{claims}");
            } else {
                assert_eq!(code(&response), "forbidden", "{claims}");
            }
        }
    }
}

#[tokio::test]
async fn groups_and_scopes_claims_take_a_path() {
    let oidc = TestIssuer::oidc(URL, "orders-api");
    let api_of = |groups: &'static str, scopes: &'static str| {
        let jwt = Jwt::new(URL).audience("orders-api");
        let jwt = jwt.jwks(oidc.jwks().to_string());
        api(jwt.groups_claim(groups).scopes_claim(scopes))
    };
    for (groups, scopes, claims, expected) in [
        (
            "realm_access.roles",
            "permissions",
            json!({"realm_access": {"roles": ["admins"]}, "permissions": ["orders/read"]}),
            "orders/read;admins",
        ),
        (
            "https://example.com/roles",
            "https://example.com/access.scopes",
            json!({
                "https://example.com/roles": ["admins"],
                "https://example.com/access": {"scopes": "orders/read x"},
            }),
            "orders/read|x;admins",
        ),
        // The literal name takes precedence over the path.
        (
            "a.b",
            "a.b",
            json!({"a": {"b": ["path"]}, "a.b": ["literal"]}),
            "literal;literal",
        ),
        (
            "a.b",
            "a.b",
            json!({"a": {"b": "one two"}}),
            "one|two;one two",
        ),
        ("a.b", "a.b", json!({"a": {"b": null}}), ";"),
        ("a.b", "a.b", json!({"a": {"b": {"c": 1}}}), ";"),
        ("a.b", "a.b", json!({"a": ["b"], "groups": ["x"]}), ";"),
    ] {
        let app = app(api_of(groups, scopes)).await;
        let token = with(oidc.token("alice"), &claims);
        let response = get(&app, "/plain", &token).await;
        assert_eq!(text(&response), expected, "{claims}");
    }
}

#[tokio::test]
async fn claims_of_gateways_are_found_by_a_path() {
    const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";
    let jwt = JwtAuthorizer::from_any_api()
        .groups_claim("realm_access.roles")
        .scopes_claim("permissions");
    let cognito = CognitoAuthorizer::from_any_api()
        .groups_claim("realm_access.roles")
        .scopes_claim("permissions");
    let apps = [app(api(jwt)).await, app(api(cognito)).await];
    let access = json!({"roles": ["admins", "b"]});
    let http = json!({"sub": "alice", "iss": POOL, "permissions": "[orders/read x]",
        "realm_access": access.to_string()});
    let typed = json!({"sub": "alice", "iss": POOL, "exp": 1_583_798_639,
        "permissions": ["orders/read", "x"], "realm_access": access});
    let odd = json!({"sub": "alice", "iss": POOL, "exp": 1_583_798_639, "permissions": 1,
        "realm_access": {"roles": {}}});
    for app in &apps {
        for (source, authorizer, status, names) in [
            (
                Source::HttpApi,
                json!({"jwt": {"claims": http}}),
                200,
                "orders/read|x;admins|b",
            ),
            (
                Source::HttpApiV1,
                json!({"claims": http}),
                200,
                "orders/read|x;admins|b",
            ),
            (
                Source::RestApi,
                json!({"claims": typed}),
                200,
                "orders/read|x;admins|b",
            ),
            (Source::RestApi, json!({"claims": odd}), 403, ";"),
        ] {
            for (path, status, body) in [
                ("/plain", 200, names),
                ("/scoped", status, "scope"),
                ("/grouped", status, ""),
            ] {
                let event = EventBuilder::new(source)
                    .path(path)
                    .gateway(|gateway| gateway.authorizer(authorizer.clone()))
                    .to_string();
                let response = app.handle_event(event.into(), LambdaContext::default());
                let response: Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
                assert_eq!(response["statusCode"], status, "{source} {path} {response}");
                let text = response["body"].as_str().unwrap();
                assert!(text.contains(body), "{source} {path} {text}");
            }
        }
    }
}

/// Collects log records.
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
async fn the_log_names_the_claim_that_a_rule_lacks() {
    let oidc = TestIssuer::oidc(URL, "orders-api");
    let jwt = Jwt::new(URL)
        .audience("orders-api")
        .groups_claim("realm_access.roles")
        .jwks(oidc.jwks().to_string());
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, a thread of another test decides whether a record is written at all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = app(api(jwt)).await;
    for (claims, path, expected) in [
        (json!({}), "/grouped", "no claim `realm_access.roles`"),
        (
            json!({"realm_access": {"roles": {"s3cret": 1}}}),
            "/grouped",
            "claim `realm_access.roles` is neither a string nor an array of strings",
        ),
        (
            json!({"scope": 1}),
            "/scoped",
            "claim `scope` is neither a string nor an array of strings",
        ),
    ] {
        log.0.lock().unwrap().clear();
        let token = with(oidc.token("alice"), &claims);
        let response = get(&app, path, &token).await;
        assert_eq!(response.status(), 403);
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains(expected), "{claims}: {told}");
        assert!(!told.contains("s3cret"), "{told}");
        assert!(!text(&response).contains("claim"), "{}", text(&response));
    }
}
