//! A protected route is protected under every spelling of its path, and all parts of an Api see the
//! same path.

use crate::{BytesResponse, app, send};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use lambda_api::{
    Api, App, Body, Identity, IntoResponse, Invocation, LambdaContext, Problem, Request, Response,
    api_handler,
    auth::{Access, AuthError, Authenticator, Credential, Scheme},
    event::{self, DecodeOptions, Source},
    extract::MatchedPath,
    middleware::{Next, from_fn},
    routes,
};
use lambda_api_testing::EventBuilder;
use percent_encoding::percent_decode_str;
use proptest::{prelude::*, sample::select};
use std::{convert::Infallible, sync::OnceLock};
use tokio::runtime::{Builder, Runtime};

struct Token;

impl Authenticator for Token {
    fn scheme(&self) -> Scheme {
        Scheme::new("token", Credential::bearer())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match Credential::bearer().read(request)? {
            "good" => Ok(Identity::new("alice")),
            _ => Err(AuthError::BadSignature),
        }
    }
}

const SEEN: &str = "x-seen-by-layer";

/// Records the path that a layer sees.
async fn note(mut request: Request, next: Next) -> Response {
    let path = HeaderValue::try_from(request.uri().path()).unwrap();
    request.headers_mut().insert(SEEN, path);
    next.run(request).await
}

fn is_what_the_layer_saw(headers: &HeaderMap, path: &str) -> bool {
    headers.get(SEEN).is_some_and(|seen| seen == path)
}

fn same_path(_: &Identity, request: &Request) -> bool {
    is_what_the_layer_saw(request.headers(), request.uri().path())
}

/// A response that names its handler in a header, because a HEAD response has no body.
fn says(who: &'static str, request: &Request, prefix: &str) -> Response {
    let path = request.uri().path();
    let whole = format!("{prefix}{path}");
    // A mounted service gets `/` if the path ends after its prefix.
    let agrees = is_what_the_layer_saw(request.headers(), &whole)
        || (path == "/" && is_what_the_layer_saw(request.headers(), prefix));
    let agrees = if agrees { "yes" } else { "no" };
    ([("x-who", who), ("x-agrees", agrees)], who).into_response()
}

#[api_handler(GET "/admin/secrets", guard = same_path)]
async fn admin(request: &Request, route: MatchedPath) -> Response {
    assert!(route.as_str().ends_with("/admin/secrets"));
    says("closed", request, "")
}

#[api_handler(ANY "/orders/{id}", guard = same_path)]
async fn order(id: String, request: &Request) -> Response {
    let _ = id;
    says("closed", request, "")
}

#[api_handler(GET "/files/{path+}", guard = same_path)]
async fn file(path: String, request: &Request) -> Response {
    let _ = path;
    says("closed", request, "")
}

#[api_handler(ANY "/public/{name}", public)]
async fn public(name: String, request: &Request) -> Response {
    let _ = name;
    says("public", request, "")
}

#[api_handler(GET "/open", public)]
async fn open(request: &Request) -> Response {
    says("public", request, "")
}

fn routes() -> Api {
    Api::new().routes(routes![admin, order, file, public, open])
}

fn api() -> Api {
    let service = |who, prefix| {
        tower::service_fn(move |request: Request| async move {
            Ok::<_, Infallible>(says(who, &request, prefix))
        })
    };
    routes()
        .authenticate(Token)
        .layer(from_fn(note))
        .nest("/nested", routes())
        .mount_service("/legacy", service("closed", "/legacy"))
        .mount_service_with("/site", Access::public(), service("public", "/site"))
}

/// The applications, with the decode options of their events.
fn apps() -> &'static (Runtime, Vec<(App, DecodeOptions)>) {
    static APPS: OnceLock<(Runtime, Vec<(App, DecodeOptions)>)> = OnceLock::new();
    APPS.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let website = tower::service_fn(|request: Request| async move {
            Ok::<_, Infallible>(says("public", &request, ""))
        });
        let plain = DecodeOptions::default();
        let base = DecodeOptions::default().base_path("/v1");
        let stage = DecodeOptions::default().strip_stage(true);
        let apis = [
            (api(), plain.clone()),
            (api().ignore_trailing_slash(), plain.clone()),
            (
                api().fallback_service_with(Access::public(), website),
                plain,
            ),
            (api().base_path("/v1"), base),
            (api().strip_stage(true), stage),
        ];
        let mut apps = Vec::new();
        for (api, options) in apis {
            apps.push((runtime.block_on(app(api)), options));
        }
        (runtime, apps)
    })
}

const CLOSED: [&str; 9] = [
    "/admin/secrets",
    "/orders/7",
    "/files/a/b",
    "/nested/admin/secrets",
    "/nested/orders/7",
    "/nested/files/a/b",
    "/legacy",
    "/legacy/x",
    "/nothing",
];

/// Returns a replacement for a number of characters in a path.
fn change() -> impl Strategy<Value = (String, usize)> {
    let part = select(
        &[
            // Characters that look like slashes.
            "/",
            "//",
            "\\",
            "%2f",
            "%2F",
            "%5c",
            "%5C",
            "%252f",
            "%c0%af",
            "%C0%AF",
            "%e0%80%af",
            "\u{ff0f}",
            "%ef%bc%8f",
            "\u{2215}",
            "%u2215",
            // Segments that are not part of a normalized path.
            "/.",
            "/./",
            "/..",
            "/../",
            "/%2e%2e/",
            "/%2E%2E",
            "/.%2e/",
            "/..;/",
            "/public/../",
            "/site/..",
            "/%c0%ae%c0%ae/",
            "/..%2f",
            "/..%5c",
            ";",
            ";a=b",
            ";/",
            "/;/",
            // Characters that may truncate a path.
            "%00",
            "\0",
            "%0",
            "%",
            "%zz",
            "%20",
            " ",
            "+",
            "\t",
            "%09",
            "%0d%0a",
            "\r\n",
            "?",
            "%3f",
            "#",
            "%23",
            ".",
            "%2e",
            "..",
            ".json",
            ".css",
            "/public/x",
            "~",
            "*",
            "%ff",
            "%80",
            // Letters that look alike, or that some systems treat as equal.
            "A",
            "%41",
            "%61",
            "%6F",
            "%6f",
            "%73",
            "\u{ff41}",
            "\u{17f}",
            "\u{212a}",
            "\u{0131}",
            "a\u{301}",
            "\u{e1}",
            "\u{200b}",
            "\u{feff}",
            "\u{202e}",
            "%c3%a1",
        ][..],
    );
    (part.prop_map(str::to_owned), 0..3_usize)
}

/// Paths that might be confused with the path of a protected route.
fn spelling() -> impl Strategy<Value = String> {
    let odd = select(
        &[
            "/",
            "/.",
            "/v1",
            "/v1/v1",
            "/prod",
            "/prod/v1",
            "/$default",
            "/%761",
            "/site/..",
            "/public/../..",
            "https://example.com",
            "/nested",
            "//example.com",
        ][..],
    );
    let prefix = prop_oneof![2 => Just(""), 1 => odd];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change()), 0..3);
    let cases = prop::collection::vec(any::<bool>(), 0..24);
    let mixed = prop_oneof![9 => Just(Vec::new()), 1 => cases];
    (prefix, select(&CLOSED[..]), changes, mixed).prop_map(|(prefix, path, changes, upper)| {
        let mut path: Vec<char> = path.chars().collect();
        for (letter, upper) in path.iter_mut().zip(upper) {
            if upper {
                *letter = letter.to_ascii_uppercase();
            }
        }
        for (at, (part, removed)) in changes {
            let at = at.index(path.len() + 1);
            let end = (at + removed).min(path.len());
            path.splice(at..end, part.chars());
        }
        format!("{prefix}{}", path.into_iter().collect::<String>())
    })
}

fn method() -> impl Strategy<Value = &'static str> {
    let other = select(
        &[
            "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "get", "Get", "hEAD",
            "PROPFIND", "ANY", "PUBLIC",
        ][..],
    );
    prop_oneof![2 => Just("GET"), 1 => other]
}

/// Headers by which some frameworks let the client override parts of the request.
fn wishes() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let wish = select(
        &[
            ("x-http-method-override", "GET"),
            ("x-http-method", "GET"),
            ("x-method-override", "GET"),
            ("x-original-url", "/admin/secrets"),
            ("x-rewrite-url", "/admin/secrets"),
            ("x-original-method", "GET"),
            ("x-forwarded-prefix", "/public"),
            ("x-forwarded-path", "/open"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-user", "alice"),
            ("x-amzn-oidc-identity", "alice"),
            ("x-amz-cf-id", "a"),
            ("x-seen-by-layer", "/admin/secrets"),
            ("origin", "https://example.com"),
            ("access-control-request-method", "GET"),
            ("upgrade", "h2c"),
        ][..],
    );
    prop::collection::vec(wish, 0..4)
}

/// The members of an event that contain its path and its method.
fn places(source: Source) -> (&'static [&'static str], &'static str) {
    match source {
        Source::HttpApi | Source::FunctionUrl => (
            &["/rawPath", "/requestContext/http/path"],
            "/requestContext/http/method",
        ),
        Source::LatticeV1 => (&["/raw_path"], "/method"),
        Source::LatticeV2 => (&["/path"], "/method"),
        _ => (&["/path"], "/httpMethod"),
    }
}

#[derive(Clone, Debug)]
struct Attempt {
    source: Source,
    method: &'static str,
    path: String,
    wishes: Vec<(&'static str, &'static str)>,
    stage: Option<&'static str>,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let stage = prop::option::of(select(&["prod", "admin", "v1"][..]));
    (
        select(&Source::ALL[..]),
        method(),
        spelling(),
        wishes(),
        stage,
    )
        .prop_map(|(source, method, path, wishes, stage)| Attempt {
            source,
            method,
            path,
            wishes,
            stage,
        })
}

impl Attempt {
    fn event(&self, token: Option<&str>) -> Bytes {
        let mut event = EventBuilder::new(self.source).path("/?_method=GET");
        for (name, value) in &self.wishes {
            event = event.header(name, value);
        }
        if let Some(token) = token {
            event = event.bearer(token);
        }
        let (paths, method) = places(self.source);
        for place in paths {
            event = event.set(place, self.path.as_str());
        }
        if let Some(stage) = self.stage {
            event = event.set("/requestContext/stage", stage);
        }
        event.set(method, self.method).to_bytes()
    }

    fn send(&self, runtime: &Runtime, app: &App, token: Option<&str>) -> BytesResponse {
        let event = self.event(token);
        let response = runtime.block_on(app.handle_event(event, LambdaContext::default()));
        event::emulate::parse_response(self.source, &response.unwrap()).unwrap()
    }

    /// Returns the same request without an event, if a URI can have this path.
    fn request(&self, token: Option<&str>) -> Option<http::Request<Body>> {
        let uri: http::Uri = self.path.parse().ok()?;
        let request = http::Request::builder().method(self.method).uri(uri);
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let headers = self.wishes.iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        request.body(Body::empty()).ok()
    }
}

fn who(response: &BytesResponse) -> Option<&str> {
    response.headers().get("x-who")?.to_str().ok()
}

/// Checks the response to a request without a valid token.
fn check_stranger(response: &BytesResponse) -> Result<(), String> {
    match (response.status().as_u16(), who(response)) {
        (200, Some("public")) | (204 | 400 | 401 | 405, None) => Ok(()),
        (status, who) => Err(format!("{status} by {who:?}")),
    }
}

/// Checks the response to a request with a valid token: the handler must have seen the same path as
/// the layer.
fn check_user(response: &BytesResponse) -> Result<(), String> {
    let agrees = response
        .headers()
        .get("x-agrees")
        .map(HeaderValue::as_bytes);
    match (response.status().as_u16(), who(response), agrees) {
        (200, Some("public" | "closed"), Some(b"yes")) => Ok(()),
        // A rejection by the guard would be a 403.
        (204 | 400 | 404 | 405, None, None) => Ok(()),
        (status, who, agrees) => Err(format!("{status} by {who:?}, {agrees:?}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_spelling_of_a_path_opens_a_closed_route(attempt in attempt()) {
        let (runtime, apps) = apps();
        for (app, _) in apps {
            for token in [None, Some("bad"), Some("")] {
                let response = attempt.send(runtime, app, token);
                if let Err(why) = check_stranger(&response) {
                    prop_assert!(false, "{why}");
                }
                if let Some(request) = attempt.request(token) {
                    let response = runtime.block_on(send(app, request));
                    if let Err(why) = check_stranger(&response) {
                        prop_assert!(false, "without an event: {why}");
                    }
                }
            }
        }
    }

    #[test]
    fn layers_guards_and_handlers_see_the_path_that_is_routed(attempt in attempt()) {
        let (runtime, apps) = apps();
        for (app, options) in apps {
            let response = attempt.send(runtime, app, Some("good"));
            if let Err(why) = check_user(&response) {
                prop_assert!(false, "{why}");
            }
            if who(&response).is_none() {
                continue;
            }
            // It is also the path of the event, without dot segments being resolved.
            let decoded = event::decode(attempt.event(None), LambdaContext::default(), options);
            let seen = decoded.unwrap().uri().path().to_owned();
            let bytes = |path: &str| percent_decode_str(path).collect::<Vec<u8>>();
            let literal = match (attempt.source, attempt.path.split_once('?')) {
                // An HTTP API has already decoded the path.
                (Source::HttpApi | Source::HttpApiV1, _) => attempt.path.clone().into_bytes(),
                // At VPC Lattice the path may include a query.
                (Source::LatticeV1 | Source::LatticeV2, Some((path, _))) => bytes(path),
                _ => bytes(&attempt.path),
            };
            // An empty path after removing the stage is the root; the leading `/` may be missing.
            let seen_bytes = bytes(&seen);
            let is_part = seen == "/"
                || literal.ends_with(&seen_bytes)
                || seen_bytes.strip_prefix(b"/") == Some(&literal[..]);
            prop_assert!(is_part, "{seen} {literal:?}");
        }
    }
}

#[api_handler(GET "/%7ealice/{file}")]
async fn home(file: String, request: &Request, invocation: &Invocation) -> String {
    let raw = invocation.raw_path().unwrap_or_default();
    format!("{file} at {} was {raw}", request.uri().path())
}

#[api_handler(GET "/admin/users")]
async fn users() -> &'static str {
    "all of them"
}

#[tokio::test]
async fn equivalent_spellings_are_one_path_on_every_way_in() {
    // A layer that compares paths before the router and its authenticators run.
    async fn no_admin(request: Request, next: Next) -> Response {
        match request.uri().path().starts_with("/admin") {
            true => Problem::new(http::StatusCode::FORBIDDEN, "no_admin").into_response(),
            false => next.run(request).await,
        }
    }
    let service = tower::service_fn(|request: Request| async move {
        let path = format!("legacy {}", request.uri().path());
        Ok::<_, Infallible>(Response::new(Body::from(path)))
    });
    let api = Api::new()
        .routes(routes![home, users])
        .nest("/t%2dx", Api::new().routes(routes![home]))
        .mount_service("/%6cegacy", service)
        .layer(from_fn(no_admin));
    let app = app(api).await;
    for (path, status, expected) in [
        ("/~alice/a", 200, "a at /~alice/a was"),
        ("/%7Ealice/a", 200, "a at /~alice/a was"),
        ("/%7ealice/%61", 200, "a at /~alice/a was"),
        (
            "/~%61%6cice/%2d%C3%a9",
            200,
            "-\u{e9} at /~alice/-%C3%A9 was",
        ),
        ("/t-x/~alice/a", 200, "a at /t-x/~alice/a was"),
        ("/%74%2Dx/%7ealice/a", 200, "a at /t-x/~alice/a was"),
        ("/legacy/%7e", 200, "legacy /~"),
        ("/lega%63y/x", 200, "legacy /x"),
        ("/admin/users", 403, "no_admin"),
        ("/%61dmin/users", 403, "no_admin"),
        ("/%61%64%6D%69%6e/%75sers", 403, "no_admin"),
        ("/%7ealice%2Fa", 404, "route_not_found"),
        ("/x/%2e%2e/~alice/a", 404, "route_not_found"),
    ] {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = send(&app, request).await.into_parts();
        let text = std::str::from_utf8(&body).unwrap();
        assert_eq!(parts.status, status, "{path}: {text}");
        assert!(text.contains(expected), "{path}: {text}");
        for source in Source::ALL {
            // An HTTP API decodes the slash before it sends the path.
            let is_destroyed = matches!(source, Source::HttpApi | Source::HttpApiV1)
                && (path.contains("%2F") || path.contains("%2e"));
            if is_destroyed {
                continue;
            }
            let response = EventBuilder::new(source).path(path).send(&app).await;
            let text = std::str::from_utf8(response.body()).unwrap();
            assert_eq!(response.status(), status, "{source} {path}: {text}");
            assert!(text.contains(expected), "{source} {path}: {text}");
        }
    }
}

#[tokio::test]
async fn a_path_that_was_respelt_is_known_as_it_came() {
    let app = app(Api::new().routes(routes![home])).await;
    for (path, raw) in [("/%7Ealice/%61", "/%7Ealice/%61"), ("/~alice/a", "")] {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let response = send(&app, request).await;
        let expected = format!("a at /~alice/a was {raw}");
        assert_eq!(std::str::from_utf8(response.body()).unwrap(), expected);
    }
    let event = EventBuilder::new(Source::Alb).path("/%7Ealice/%61");
    let response = event.send(&app).await;
    assert_eq!(response.body(), "a at /~alice/a was /%7Ealice/%61");
}

/// A URL has the same parameter value with every source.
#[tokio::test]
async fn a_path_parameter_is_decoded_once_through_every_source() {
    let app = app(Api::new().routes(routes![home])).await;
    for (path, file) in [
        ("/~alice/a%2520b", "a%20b"),
        ("/~alice/100%25", "100%"),
        ("/~alice/%2525", "%25"),
        ("/~alice/a%23b", "a#b"),
        ("/~alice/a%20b+c", "a b+c"),
        ("/~alice/%21%7e%C3%A9", "!~\u{e9}"),
        ("/~alice/%", "%"),
        ("/~alice/%zz", "%zz"),
    ] {
        for source in Source::ALL {
            let response = EventBuilder::new(source).path(path).send(&app).await;
            let text = std::str::from_utf8(response.body()).unwrap();
            let found = text.split(" at /").next();
            assert_eq!(found, Some(file), "{source} {path}: {text}");
        }
    }
}

#[test]
fn closed_routes_are_served_to_allowed_callers() {
    let (runtime, apps) = apps();
    for source in Source::ALL {
        for path in &CLOSED[..8] {
            let attempt = Attempt {
                source,
                method: "GET",
                path: (*path).to_owned(),
                wishes: Vec::new(),
                stage: None,
            };
            for (app, _) in apps {
                let response = attempt.send(runtime, app, Some("good"));
                assert_eq!(who(&response), Some("closed"), "{source} {path}");
                let response = attempt.send(runtime, app, None);
                assert_eq!(response.status(), 401, "{source} {path}");
            }
        }
    }
}

#[test]
fn many_spellings_reach_a_route_after_all() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let (runtime, apps) = apps();
    let mut runner = TestRunner::deterministic();
    let (mut closed, mut public) = (0, 0);
    for _ in 0..500 {
        let attempt = attempt().new_tree(&mut runner).unwrap().current();
        let response = attempt.send(runtime, &apps[0].0, Some("good"));
        closed += usize::from(who(&response) == Some("closed"));
        public += usize::from(who(&response) == Some("public"));
    }
    assert!(closed > 40 && public > 5, "{closed} {public}");
}
