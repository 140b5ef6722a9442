//! Authentication and access rules of a protected Api, from the outside.

use super::{BytesResponse, app, ask, code, errors, header, send, text};
use http::{Method, Request as HttpRequest};
use lambda_api::{
    Api, App, Body, Claims, Cors, Identity, LambdaContext, Request, Response, api_handler,
    auth::{
        Access, AuthError, Authenticator, Credential, IdentityRejection, Jwt, Scheme,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer},
    },
    event::{Source, emulate::Caller},
    middleware::from_fn,
    routes,
};
use lambda_api_testing::{EventBuilder, TestIssuer};
use serde::Deserialize;
use std::convert::Infallible;

/// Parses the identity from a header: `alice~scope+scope~group+group`.
pub(crate) struct Written {
    name: &'static str,
    credential: Credential,
}

impl Written {
    /// Reads a bearer token.
    pub(crate) fn bearer(name: &'static str) -> Self {
        written(name, "authorization")
    }
}

fn written(name: &'static str, header: &str) -> Written {
    let credential = match header {
        "authorization" => Credential::bearer(),
        header => Credential::header(header),
    };
    Written { name, credential }
}

impl Authenticator for Written {
    fn scheme(&self) -> Scheme {
        Scheme::new(self.name, self.credential.clone()).realm("tests")
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match self.credential.read(request)? {
            "bad" => Err(AuthError::BadSignature),
            "other" => Err(AuthError::NotAccepted),
            "down" => Err(AuthError::KeysUnavailable),
            text => {
                // Asynchronous, like an authenticator that fetches keys.
                tokio::task::yield_now().await;
                let mut parts = text.split('~');
                let subject = parts.next().unwrap_or_default();
                let mut list = || {
                    parts
                        .next()
                        .unwrap_or_default()
                        .split('+')
                        .map(str::to_owned)
                };
                Ok(Identity::new(subject)
                    .with_scopes(list())
                    .with_groups(list())
                    .with_claims(&serde_json::json!({"sub": subject, "level": 3})))
            }
        }
    }
}

#[derive(Deserialize)]
struct User {
    sub: String,
    level: u8,
}

#[derive(Debug, Deserialize)]
struct WithEmail {
    #[expect(dead_code, reason = "it is never there")]
    email: String,
}

#[api_handler(GET "/health", public)]
async fn health() -> &'static str {
    "ok"
}

#[api_handler(GET "/me")]
async fn me(identity: Identity) -> String {
    format!("{} by {}", identity.subject(), identity.authenticator())
}

#[api_handler(GET "/claims")]
async fn claims(user: Claims<User>) -> String {
    format!("{} {}", user.sub, user.level)
}

#[api_handler(GET "/email")]
async fn email(user: Claims<WithEmail>) -> String {
    format!("{:?}", user.0)
}

#[api_handler(GET "/greeting", public)]
async fn greeting(identity: Option<Identity>) -> String {
    identity.map_or("stranger".to_owned(), |identity| {
        identity.subject().to_owned()
    })
}

#[api_handler(GET "/why", public)]
async fn why(identity: Result<Identity, IdentityRejection>) -> String {
    match identity {
        Ok(identity) => identity.subject().to_owned(),
        Err(rejection) => format!("{:?}", rejection.auth_error()),
    }
}

#[api_handler(POST "/orders", scopes("orders/write orders/read"))]
async fn place() -> &'static str {
    "placed"
}

#[api_handler(GET "/orders", scopes(any("orders/read", "orders/all")))]
async fn list() -> &'static str {
    "listed"
}

#[api_handler(GET "/admin", groups("admins"))]
async fn admin() -> &'static str {
    "admin"
}

fn own(identity: &Identity, request: &Request) -> bool {
    request.uri().path().ends_with(identity.subject())
}

async fn own_later(identity: &Identity, request: &Request) -> bool {
    tokio::task::yield_now().await;
    own(identity, request)
}

#[api_handler(GET "/now/{user}", guard = own)]
async fn guarded(user: String) -> String {
    user
}

#[api_handler(GET "/later/{user}", guard = self::own_later, scopes("x"))]
async fn guarded_later(user: String) -> String {
    user
}

fn api() -> Api {
    Api::new()
        .authenticate(written("main", "authorization"))
        .routes(routes![
            health,
            me,
            claims,
            email,
            greeting,
            why,
            place,
            list,
            admin,
            guarded,
            guarded_later
        ])
}

async fn with(app: &App, method: &str, path: &str, credential: &str) -> BytesResponse {
    let request = HttpRequest::builder()
        .method(method)
        .uri(path)
        .header("authorization", credential)
        .body(Body::empty());
    send(app, request.unwrap()).await
}

async fn get(app: &App, path: &str, token: &str) -> BytesResponse {
    with(app, "GET", path, &format!("Bearer {token}")).await
}

#[tokio::test]
async fn recognised_callers_get_in_and_others_are_challenged() {
    let app = app(api()).await;
    assert_eq!(text(&get(&app, "/me", "alice").await), "alice by main");
    let response = ask(&app, "GET", "/me").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (401, "unauthorized")
    );
    assert_eq!(
        header(&response, "www-authenticate"),
        Some(r#"Bearer realm="tests""#)
    );
}

#[tokio::test]
async fn each_rejection_has_its_response() {
    let app = app(api()).await;
    for (credential, status, expected, challenge) in [
        (
            "Bearer bad",
            401,
            "invalid_token",
            Some(r#"Bearer realm="tests", error="invalid_token""#),
        ),
        (
            "Bearer",
            400,
            "invalid_request",
            Some(r#"Bearer realm="tests", error="invalid_request""#),
        ),
        (
            "Bearer a b",
            400,
            "invalid_request",
            Some(r#"Bearer realm="tests", error="invalid_request""#),
        ),
        (
            "Bearer a,Bearer b",
            400,
            "invalid_request",
            Some(r#"Bearer realm="tests", error="invalid_request""#),
        ),
        (
            "Basic YWxpY2U6cHc=",
            401,
            "unauthorized",
            Some(r#"Bearer realm="tests""#),
        ),
        ("bad", 401, "unauthorized", Some(r#"Bearer realm="tests""#)),
        ("Bearer other", 403, "forbidden", None),
        ("Bearer down", 503, "authentication_unavailable", None),
    ] {
        let response = with(&app, "GET", "/me", credential).await;
        assert_eq!(response.status().as_u16(), status, "{credential}");
        assert_eq!(code(&response), expected, "{credential}");
        assert_eq!(
            header(&response, "www-authenticate"),
            challenge,
            "{credential}"
        );
        let retry = (status == 503).then_some("10");
        assert_eq!(header(&response, "retry-after"), retry, "{credential}");
    }
}

#[tokio::test]
async fn two_credentials_are_rejected() {
    let app = app(api()).await;
    let request = HttpRequest::get("/me")
        .header("authorization", "Bearer alice")
        .header("authorization", "Bearer bob")
        .body(Body::empty());
    let response = send(&app, request.unwrap()).await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn rejections_do_not_reveal_their_reason() {
    let app = app(api()).await;
    let bad = get(&app, "/me", "bad").await;
    let problem: serde_json::Value = serde_json::from_slice(bad.body()).unwrap();
    assert_eq!(problem["detail"], "the credentials are not accepted");
    assert!(!text(&bad).contains("signature"));
}

#[tokio::test]
async fn a_stranger_cannot_tell_which_routes_exist() {
    let service = tower::service_fn(|_: Request| async {
        Ok::<_, Infallible>(Response::new(Body::from("service")))
    });
    let fallback = async |_: Request| "fallback";
    let plain = app(api().mount_service("/service", service)).await;
    let other = app(api().fallback(fallback)).await;
    for app in [&plain, &other] {
        let mut responses = Vec::new();
        for (method, path) in [
            ("GET", "/me"),
            ("GET", "/nothing"),
            ("DELETE", "/me"),
            ("OPTIONS", "/me"),
            ("OPTIONS", "/nothing"),
            ("GET", "/service/x"),
            ("POST", "/service"),
            ("GET", "/ME"),
            ("GET", "//me"),
            ("GET", "/%6de"),
            ("GET", "/me/../health"),
        ] {
            let response = ask(app, method, path).await;
            let headers: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
            responses.push((
                response.status().as_u16(),
                headers,
                text(&response).to_owned(),
            ));
        }
        let first = responses[0].clone();
        assert_eq!(first.0, 401);
        for response in responses {
            assert_eq!(response, first);
        }
    }
    assert_eq!(text(&get(&plain, "/service/x", "alice").await), "service");
    assert_eq!(text(&get(&other, "/nothing", "alice").await), "fallback");
    assert_eq!(get(&plain, "/nothing", "alice").await.status(), 404);
    let response = with(&plain, "DELETE", "/me", "Bearer alice").await;
    assert_eq!(response.status(), 405);
    let response = with(&plain, "OPTIONS", "/me", "Bearer alice").await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "allow")),
        (204, Some("GET, HEAD, OPTIONS"))
    );
}

#[tokio::test]
async fn public_routes_include_the_responses_of_the_router() {
    let app = app(api()).await;
    assert_eq!(text(&ask(&app, "GET", "/health").await), "ok");
    assert_eq!(ask(&app, "HEAD", "/health").await.status(), 200);
    assert_eq!(ask(&app, "POST", "/health").await.status(), 405);
    assert_eq!(ask(&app, "OPTIONS", "/health").await.status(), 204);
    // On a public route, the credential is not verified.
    assert_eq!(text(&get(&app, "/health", "bad").await), "ok");
}

#[tokio::test]
async fn public_routes_may_take_an_identity() {
    let app = app(api()).await;
    assert_eq!(text(&ask(&app, "GET", "/greeting").await), "stranger");
    assert_eq!(text(&get(&app, "/greeting", "alice").await), "alice");
    let rejected = get(&app, "/greeting", "bad").await;
    assert_eq!(rejected.status(), 401);
    assert_eq!(
        header(&rejected, "www-authenticate"),
        Some(r#"Bearer realm="tests", error="invalid_token""#)
    );
    assert_eq!(text(&ask(&app, "GET", "/why").await), "Some(Absent)");
    assert_eq!(text(&get(&app, "/why", "bad").await), "Some(BadSignature)");
    assert_eq!(text(&get(&app, "/why", "alice").await), "alice");
}

#[tokio::test]
async fn claims_that_do_not_fit_their_type_are_rejected() {
    let app = app(api()).await;
    assert_eq!(text(&get(&app, "/claims", "alice").await), "alice 3");
    let response = get(&app, "/email", "alice").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (403, "unexpected_claims")
    );
    assert!(!text(&response).contains("email"));
}

#[tokio::test]
async fn rules_are_kept() {
    let app = app(api()).await;
    let insufficient = |scope: &str| {
        format!(r#"Bearer realm="tests", error="insufficient_scope", scope="{scope}""#)
    };
    let both = insufficient("orders/write orders/read");
    for (method, path, token, status, expected, challenge) in [
        (
            "POST",
            "/orders",
            "a~orders/write+orders/read",
            200,
            "",
            None,
        ),
        (
            "POST",
            "/orders",
            "a~orders/write",
            403,
            "insufficient_scope",
            Some(both.as_str()),
        ),
        (
            "POST",
            "/orders",
            "a~orders/write+ORDERS/READ",
            403,
            "insufficient_scope",
            Some(&both),
        ),
        (
            "POST",
            "/orders",
            "a",
            403,
            "insufficient_scope",
            Some(&both),
        ),
        ("GET", "/orders", "a~orders/all", 200, "", None),
        (
            "GET",
            "/orders",
            "a~~orders/all",
            403,
            "insufficient_scope",
            Some(&insufficient("orders/read orders/all")),
        ),
        ("GET", "/admin", "a~~admins", 200, "", None),
        ("GET", "/admin", "a~admins", 403, "forbidden", None),
        ("GET", "/now/alice", "alice", 200, "", None),
        ("GET", "/now/alice", "bob", 403, "forbidden", None),
        ("GET", "/later/alice", "alice~x", 200, "", None),
        ("GET", "/later/alice", "bob~x", 403, "forbidden", None),
        (
            "GET",
            "/later/alice",
            "alice",
            403,
            "insufficient_scope",
            Some(&insufficient("x")),
        ),
    ] {
        let response = with(&app, method, path, &format!("Bearer {token}")).await;
        assert_eq!(
            response.status().as_u16(),
            status,
            "{method} {path} {token}"
        );
        assert_eq!(
            header(&response, "www-authenticate"),
            challenge,
            "{path} {token}"
        );
        if status != 200 {
            assert_eq!(code(&response), expected, "{path} {token}");
        }
    }
}

#[api_handler(GET "/staff", authenticator = "staff", groups("admins"))]
async fn staff_only() -> &'static str {
    "staff"
}

async fn with_headers(app: &App, path: &str, headers: &[(&str, &str)]) -> BytesResponse {
    let request = headers
        .iter()
        .fold(HttpRequest::get(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    send(app, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_next_authenticator_is_asked_only_after_absent() {
    let api = Api::new()
        .authenticate(written("staff", "authorization"))
        .authenticate(written("partners", "x-partner"))
        .routes(routes![me, staff_only]);
    let app = app(api).await;
    for (headers, status, expected) in [
        (
            &[("authorization", "Bearer alice")][..],
            200,
            "alice by staff",
        ),
        (&[("x-partner", "bob")], 200, "bob by partners"),
        (
            &[("x-partner", "bob"), ("authorization", "Bearer alice")],
            400,
            "",
        ),
        (
            &[("x-partner", "bob"), ("authorization", "Bearer bad")],
            401,
            "",
        ),
        (
            &[("x-partner", "bob"), ("authorization", "Bearer")],
            400,
            "",
        ),
        (
            &[("x-partner", "bob"), ("authorization", "Bearer down")],
            503,
            "",
        ),
        (&[], 401, ""),
    ] {
        let response = with_headers(&app, "/me", headers).await;
        assert_eq!(response.status().as_u16(), status, "{headers:?}");
        assert!(text(&response).contains(expected));
    }
    // The groups in the rule belong to one authenticator, so the others are not asked.
    for (headers, status) in [
        (&[("authorization", "Bearer alice~~admins")][..], 200),
        (&[("x-partner", "bob~~admins")], 401),
        (
            &[
                ("x-partner", "bob~~admins"),
                ("authorization", "Bearer alice"),
            ],
            403,
        ),
    ] {
        let response = with_headers(&app, "/staff", headers).await;
        assert_eq!(response.status().as_u16(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn credentials_for_two_authenticators_are_rejected() {
    let api = Api::new()
        .authenticate(written("staff", "authorization"))
        .authenticate(written("partners", "x-partner"))
        .authenticate(Iam::from_any_api())
        .routes(routes![
            me,
            health,
            greeting,
            why,
            staff_only,
            partners_only
        ]);
    let app = app(api).await;
    let staff = ("authorization", "Bearer alice~~admins");
    let partner = ("x-partner", "bob");
    let role = "arn:aws:sts::123456789012:assumed-role/deploy/s";
    for (path, headers, signed, status) in [
        ("/me", &[staff][..], false, 200),
        ("/me", &[partner], false, 200),
        ("/me", &[], true, 200),
        ("/me", &[staff, partner], false, 400),
        // The second credential is not verified.
        ("/me", &[staff, ("x-partner", "bad")], false, 400),
        ("/me", &[staff, ("x-partner", "a b")], false, 400),
        ("/me", &[staff], true, 400),
        ("/me", &[partner], true, 400),
        ("/nothing", &[staff, partner], false, 400),
        ("/greeting", &[staff, partner], false, 400),
        ("/why", &[staff, partner], false, 200),
        // A credential of another scheme does not count.
        (
            "/me",
            &[("authorization", "Basic YTpi"), partner],
            false,
            200,
        ),
        // The route selects an authenticator; a public route uses none.
        ("/staff", &[staff, partner], true, 200),
        ("/partners", &[staff, partner], true, 204),
        ("/health", &[staff, partner], true, 200),
    ] {
        let event = headers
            .iter()
            .fold(
                EventBuilder::new(Source::RestApi),
                |event, (name, value)| event.header(name, value),
            )
            .path(path);
        let event = match signed {
            true => event.caller(Caller::iam(role)),
            false => event,
        };
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response: serde_json::Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        assert_eq!(
            response["statusCode"], status,
            "{path} {headers:?} {signed}"
        );
        if status == 400 {
            let body = response["body"].as_str().unwrap();
            assert!(body.contains("invalid_request"), "{body}");
        }
    }
}

#[tokio::test]
async fn claims_of_one_authorizer_are_one_credential() {
    let api = Api::new()
        .authenticate(CognitoAuthorizer::from_any_api())
        .authenticate(JwtAuthorizer::from_any_api())
        .routes(routes![me]);
    let app = app(api).await;
    let claims = serde_json::json!({"sub": "alice", "exp": 1_583_798_639,
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123"});
    for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
        let caller = Caller::jwt(claims.clone(), [""; 0]);
        let event = EventBuilder::new(source).path("/me").caller(caller);
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response: serde_json::Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        assert_eq!(response["body"], "alice by cognito", "{source}");
    }
}

#[tokio::test]
async fn anonymous_responses_do_not_reveal_the_authenticator() {
    let partners = Written {
        name: "partners",
        credential: Credential::header("x-partner"),
    };
    struct Keys(Written);
    impl Authenticator for Keys {
        fn scheme(&self) -> Scheme {
            self.0.scheme().challenge("ApiKey").realm("partners")
        }
        async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
            self.0.authenticate(request).await
        }
    }
    let api = Api::new()
        .authenticate(written("staff", "authorization"))
        .authenticate(Keys(partners))
        .routes(routes![me, staff_only, partners_only]);
    let app = app(api).await;
    for headers in [
        &[][..],
        &[("authorization", "Bearer bad")],
        &[("authorization", "Bearer")],
        &[("authorization", "Bearer down")],
        &[("x-partner", "bad")],
        &[("x-partner", "")],
        &[("x-partner", "bad"), ("authorization", "Bearer")],
        &[("x-partner", "a b"), ("authorization", "Bearer bad")],
    ] {
        let mut responses = Vec::new();
        for path in ["/nothing", "/me", "/staff", "/partners"] {
            let response = with_headers(&app, path, headers).await;
            let challenges: Vec<_> = response
                .headers()
                .get_all("www-authenticate")
                .iter()
                .collect();
            responses.push(format!(
                "{} {challenges:?} {}",
                response.status(),
                text(&response)
            ));
        }
        responses.dedup();
        assert_eq!(responses.len(), 1, "{headers:?}: {responses:#?}");
    }
    // A valid credential for the route is sufficient, whatever else was sent.
    let headers = [("x-partner", "bob"), ("authorization", "Bearer bad")];
    let response = with_headers(&app, "/partners", &headers).await;
    assert_eq!(response.status(), 204);
}

#[api_handler(GET "/partners", authenticator = "partners")]
async fn partners_only() {}

#[tokio::test]
async fn nested_apis_have_their_own_or_inherited_authenticators() {
    let own = Api::new()
        .authenticate(written("own", "x-own"))
        .routes(routes![me, health]);
    let inherited = Api::new().routes(routes![me]);
    let api = api().nest("/own", own).nest("/inherited", inherited);
    let app = app(api).await;
    for (path, headers, status) in [
        ("/own/me", &[("x-own", "bob")][..], 200),
        ("/own/me", &[("authorization", "Bearer alice")], 401),
        ("/own/nothing", &[("authorization", "Bearer alice")], 401),
        ("/own/nothing", &[("x-own", "bob")], 404),
        ("/own/health", &[], 200),
        ("/inherited/me", &[("authorization", "Bearer alice")], 200),
        ("/inherited/me", &[("x-own", "bob")], 401),
        ("/me", &[("x-own", "bob")], 401),
    ] {
        let response = with_headers(&app, path, headers).await;
        assert_eq!(response.status().as_u16(), status, "{path} {headers:?}");
    }
}

#[tokio::test]
async fn an_api_that_is_open_may_nest_a_closed_one() {
    let closed = Api::new()
        .authenticate(written("own", "x-own"))
        .routes(routes![me]);
    let api = Api::new().routes(routes![health]).nest("/closed", closed);
    let app = app(api).await;
    assert_eq!(ask(&app, "GET", "/health").await.status(), 200);
    assert_eq!(ask(&app, "GET", "/nothing").await.status(), 404);
    assert_eq!(ask(&app, "GET", "/closed/nothing").await.status(), 401);
    assert_eq!(ask(&app, "GET", "/closed").await.status(), 401);
    assert_eq!(ask(&app, "GET", "/closedness").await.status(), 404);
}

mod wider {
    use lambda_api::api_handler;

    #[api_handler(POST "/users/me", public)]
    pub(super) async fn public() -> &'static str {
        "public"
    }

    #[api_handler(GET "/users/{id}")]
    pub(super) async fn known(id: String) -> String {
        format!("known {id}")
    }

    #[api_handler(PUT "/users/{name}", groups("admins"))]
    pub(super) async fn admin(name: String) -> String {
        format!("admin {name}")
    }

    #[api_handler(PATCH "/users/{path+}", public)]
    pub(super) async fn open(path: String) -> String {
        format!("open {path}")
    }

    #[api_handler(DELETE "/public/x" | "/public/{x}", public)]
    pub(super) async fn all_public(x: Option<String>) -> String {
        x.unwrap_or_default()
    }
}

#[tokio::test]
async fn the_rule_of_the_handling_route_applies() {
    let routes = routes![
        wider::public,
        wider::known,
        wider::admin,
        wider::open,
        wider::all_public
    ];
    let app = app(Api::new()
        .authenticate(written("main", "authorization"))
        .routes(routes))
    .await;
    let stranger = async |method: &str, path: &str| ask(&app, method, path).await;
    for (method, path, status) in [
        ("POST", "/users/me", 200),
        ("GET", "/users/me", 401),
        ("HEAD", "/users/me", 401),
        ("PUT", "/users/me", 401),
        ("PATCH", "/users/me", 200),
        // Some routes of the path are not public, so the list of methods is not public either.
        ("DELETE", "/users/me", 401),
        ("OPTIONS", "/users/me", 401),
        ("OPTIONS", "/public/x", 204),
        ("GET", "/public/x", 405),
    ] {
        let response = stranger(method, path).await;
        assert_eq!(response.status(), status, "{method} {path}");
    }
    for (method, token, status, expected) in [
        ("GET", "Bearer alice", 200, "known me"),
        ("PUT", "Bearer alice", 403, ""),
        ("PUT", "Bearer alice~~admins", 200, "admin me"),
        ("DELETE", "Bearer alice", 405, ""),
    ] {
        let response = with(&app, method, "/users/me", token).await;
        assert_eq!(response.status(), status, "{method} {token}");
        if !expected.is_empty() {
            assert_eq!(text(&response), expected);
        }
    }
    let response = with(&app, "DELETE", "/users/me", "Bearer alice").await;
    assert_eq!(
        header(&response, "allow"),
        Some("POST, GET, HEAD, PUT, PATCH, OPTIONS")
    );
}

#[tokio::test]
async fn services_and_fallbacks_have_rules_of_their_own() {
    let service = |text: &'static str| {
        tower::service_fn(move |_: Request| async move {
            Ok::<_, Infallible>(Response::new(Body::from(text)))
        })
    };
    let admins = Access::authenticated().groups(&["admins"]);
    let api = api()
        .mount_service_with("/site", Access::public(), service("site"))
        .mount_service_with("/panel", admins, service("panel"))
        .fallback_service_with(Access::public(), service("fallback"));
    let app = app(api).await;
    assert_eq!(text(&ask(&app, "GET", "/site/a").await), "site");
    assert_eq!(text(&ask(&app, "GET", "/nothing").await), "fallback");
    assert_eq!(ask(&app, "GET", "/panel").await.status(), 401);
    assert_eq!(get(&app, "/panel", "alice").await.status(), 403);
    assert_eq!(text(&get(&app, "/panel", "alice~~admins").await), "panel");
    assert_eq!(ask(&app, "GET", "/me").await.status(), 401);
}

#[tokio::test]
async fn preflights_do_not_reveal_which_routes_exist() {
    let cors = Cors::new().allow_origins(["https://app.example.com"]);
    let app = app(api().cors(cors)).await;
    let mut responses = Vec::new();
    for path in ["/me", "/nothing", "/orders", "/health"] {
        let request = HttpRequest::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", "POST")
            .body(Body::empty());
        let response = send(&app, request.unwrap()).await;
        assert_eq!(response.status(), 204, "{path}");
        let methods = header(&response, "access-control-allow-methods").map(str::to_owned);
        assert!(
            methods
                .as_ref()
                .is_some_and(|methods| methods.contains("POST"))
        );
        responses.push(methods);
    }
    responses.dedup();
    assert_eq!(responses.len(), 1);
    // The page can read the rejection.
    let request = HttpRequest::get("/me").header("origin", "https://app.example.com");
    let response = send(&app, request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), 401);
    assert_eq!(
        header(&response, "access-control-allow-origin"),
        Some("https://app.example.com")
    );
}

#[tokio::test]
async fn route_layers_see_the_identity_and_outer_ones_do_not() {
    async fn outer(request: Request, next: lambda_api::middleware::Next) -> Response {
        let seen = lambda_api::extract::extract::<Identity>(&request)
            .await
            .is_ok();
        let mut response = next.run(request).await;
        response.headers_mut().insert(
            "x-outer",
            http::HeaderValue::from_static(if seen { "yes" } else { "no" }),
        );
        response
    }
    async fn inner(
        request: Request,
        next: lambda_api::middleware::Next,
    ) -> Result<Response, IdentityRejection> {
        let identity = lambda_api::extract::extract::<Identity>(&request).await?;
        let mut response = next.run(request).await;
        let subject = http::HeaderValue::from_str(identity.subject()).unwrap();
        response.headers_mut().insert("x-inner", subject);
        Ok(response)
    }
    let api = Api::new()
        .authenticate(written("main", "authorization"))
        .layer(from_fn(outer))
        .route_layer(from_fn(inner))
        .routes(routes![me]);
    let app = app(api).await;
    let response = get(&app, "/me", "alice").await;
    assert_eq!(header(&response, "x-outer"), Some("no"));
    assert_eq!(header(&response, "x-inner"), Some("alice"));
    let rejected = ask(&app, "GET", "/me").await;
    assert_eq!(header(&rejected, "x-outer"), Some("no"));
    assert_eq!(header(&rejected, "x-inner"), None);
}

#[api_handler(GET "/public-identity", public)]
async fn public_identity(_identity: Identity) {}

#[api_handler(GET "/public-claims", public)]
async fn public_claims(_claims: Claims<User>) {}

#[api_handler(GET "/elsewhere", authenticator = "elsewhere")]
async fn elsewhere() {}

#[tokio::test]
async fn rules_without_an_authenticator_do_not_build() {
    let main = || written("main", "authorization");
    for (api, expected) in [
        (
            Api::new().routes(routes![place]),
            "has the rule `scopes(..)`, but the API has no authenticator",
        ),
        (
            Api::new().routes(routes![admin]),
            "has the rule `groups(..)`, but the API has no authenticator",
        ),
        (
            Api::new().routes(routes![guarded]),
            "has the rule `guard = ..`, but the API has no authenticator",
        ),
        (
            Api::new().routes(routes![elsewhere]),
            "has the rule `authenticator = \"..\"`, but the API has no",
        ),
        (
            Api::new().routes(routes![me]),
            "takes the identity of the caller, but the API has no authenticator",
        ),
        (
            Api::new().routes(routes![greeting]),
            "takes the identity of the caller, but the API has no authenticator",
        ),
        (
            Api::new().routes(routes![claims]),
            "takes the identity of the caller, but the API has no authenticator",
        ),
        (
            Api::new()
                .authenticate(main())
                .routes(routes![public_identity]),
            "is `public`, but takes an identity",
        ),
        (
            Api::new()
                .authenticate(main())
                .routes(routes![public_claims]),
            "is `public`, but takes an identity",
        ),
        (
            Api::new().authenticate(main()).routes(routes![elsewhere]),
            "names the authenticator `elsewhere`, but the API has `main`",
        ),
        (
            Api::new()
                .authenticate(main())
                .authenticate(written("other", "x-other"))
                .routes(routes![admin]),
            "the API has several authenticators (`main`, `other`): name one of them with `authenticator = \"..\"`",
        ),
        (
            Api::new()
                .authenticate(main())
                .authenticate(written("other", "x-other"))
                .routes(routes![guarded]),
            "has the rule `guard = ..`, and the API has several authenticators",
        ),
        (
            Api::new()
                .authenticate(main())
                .authenticate(written("main", "x-other")),
            "two authenticators are named `main`",
        ),
        (
            Api::new()
                .authenticate(main())
                .authenticate(written("other", "authorization")),
            "the authenticator `other` can never be reached: `main`, which runs before it, also takes \
             its credential from the header `authorization`",
        ),
        (
            Api::new().authenticate(written("", "x-a")),
            "it has no name",
        ),
        (
            Api::new().mount_service_with(
                "/a",
                Access::authenticated().groups(&["admins"]),
                tower::service_fn(|_: Request| async { Ok::<_, Infallible>(Response::default()) }),
            ),
            "has the rule `groups(..)`, but the API has no authenticator",
        ),
        (
            Api::new().authenticate(main()).mount_service_with(
                "/a",
                Access::public().groups(&["admins"]),
                tower::service_fn(|_: Request| async { Ok::<_, Infallible>(Response::default()) }),
            ),
            "is `public`, but has the rule `groups(..)`",
        ),
        (
            Api::new().fallback_service_with(
                Access::authenticated().scopes(&["a"]),
                tower::service_fn(|_: Request| async { Ok::<_, Infallible>(Response::default()) }),
            ),
            "the fallback has the rule `scopes(..)`, but the API has no authenticator",
        ),
    ] {
        let errors = errors(api).await;
        assert!(
            matches!(&errors[..], [one] if one.contains(expected)),
            "{expected}: {errors:#?}"
        );
    }
}

/// Returns the `Debug` output of the headers, as a log would contain it.
async fn shown(request: Request, next: lambda_api::middleware::Next) -> Response {
    let text = format!("{:?}", request.headers());
    let mut response = next.run(request).await;
    *response.body_mut() = Body::from(text);
    response
}

#[tokio::test]
async fn debug_of_a_request_shows_no_credentials() {
    struct Unused(Credential);
    impl Authenticator for Unused {
        fn scheme(&self) -> Scheme {
            Scheme::new("unused", self.0.clone())
        }
        async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
            Err(AuthError::Absent)
        }
    }
    let nested = Api::new().authenticate(Unused(Credential::header("x-nested")));
    let api = Api::new()
        .authenticate(Unused(Credential::header("x-tenant")))
        .nest("/nested", nested)
        .layer(from_fn(shown));
    let app = app(api).await;
    let names = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "x-amzn-oidc-data",
        "x-amzn-oidc-accesstoken",
        "x-amzn-oidc-identity",
        "x-amz-security-token",
        "x-amzn-mtls-clientcert",
        "x-auth-token",
        "x-tenant",
        "x-nested",
    ];
    let mut request = HttpRequest::get("/").header("x-plain", "plain");
    for name in names {
        request = request.header(name, "s3cret-1").header(name, "s3cret-2");
    }
    let response = send(&app, request.body(Body::empty()).unwrap()).await;
    assert!(text(&response).contains("plain"), "{}", text(&response));
    assert!(!text(&response).contains("s3cret"), "{}", text(&response));
    for source in Source::ALL {
        let event = EventBuilder::new(source).header("x-plain", "plain");
        let event = names.into_iter().fold(event, |event, name| {
            event.header(name, "s3cret-1").header(name, "s3cret-2")
        });
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response = String::from_utf8(response.await.unwrap()).unwrap();
        assert!(response.contains("plain"), "{source} {response}");
        assert!(!response.contains("s3cret"), "{source} {response}");
    }
}

/// Takes ten seconds to authenticate.
struct Slow(Written);

impl Authenticator for Slow {
    fn scheme(&self) -> Scheme {
        self.0.scheme()
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        self.0.authenticate(request).await
    }
}

#[api_handler(GET "/short", timeout = "2s")]
async fn short() -> &'static str {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    "in time"
}

#[api_handler(GET "/too-short", timeout = "2s", authenticator = "main", scopes("a"))]
async fn too_short() -> &'static str {
    std::future::pending().await
}

#[api_handler(GET "/short-greeting", timeout = "2s", public)]
async fn short_greeting(identity: Option<Identity>) -> String {
    greeting(identity).await
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_route_starts_after_admission() {
    let api = Api::new()
        .authenticate(Slow(written("main", "authorization")))
        .routes(routes![short, too_short, short_greeting]);
    let app = app(api).await;
    for token in ["bad", "down", "other"] {
        let mut responses = Vec::new();
        for path in ["/short", "/too-short", "/nothing"] {
            let response = get(&app, path, token).await;
            responses.push((response.status(), text(&response).to_owned()));
        }
        responses.dedup();
        assert_eq!(responses.len(), 1, "{token}: {responses:?}");
    }
    for (path, token, status) in [
        ("/short", "alice", 200),
        ("/short-greeting", "alice", 200),
        ("/too-short", "alice", 403),
        ("/too-short", "alice~a", 504),
    ] {
        let response = get(&app, path, token).await;
        assert_eq!(response.status(), status, "{path} {token}");
    }
}

#[tokio::test]
async fn configured_token_types_are_accepted() {
    let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    let jwt = Jwt::new("https://id.example.com")
        .audience("orders-api")
        .token_type("vc+jwt");
    let api = Api::new().routes(routes![greeting]).authenticate(jwt);
    let app = app(api.authenticate(issuer.verifier())).await;
    for typ in ["vc+jwt", "application/VC+JWT", "JWT"] {
        let token = issuer.token("alice").header("typ", typ).to_string();
        let response = get(&app, "/greeting", &token).await;
        assert_eq!(text(&response), "alice", "{typ}");
    }
    let other = issuer.token("alice").header("typ", "logout+jwt");
    let response = get(&app, "/greeting", &other.to_string()).await;
    assert_eq!(response.status(), 401);
    assert_eq!(code(&response), "invalid_token");
}
