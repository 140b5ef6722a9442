//! Cross-origin requests.

use crate::{BytesResponse, app, code, errors, header, send};
use http::Request;
use lambda_api::{Api, App, Body, Cors, LambdaContext, api_handler, event::Source, routes};
use lambda_api_testing::EventBuilder;
use std::time::Duration;

const PAGE: &str = "https://app.example.com";

#[api_handler(GET "/orders/{id}")]
async fn get(id: u64) -> String {
    id.to_string()
}

#[api_handler(DELETE "/orders/{id}")]
async fn delete(id: u64) -> String {
    id.to_string()
}

#[api_handler(OPTIONS "/own")]
async fn own() -> &'static str {
    "own options"
}

async fn shop(cors: Cors) -> App {
    app(Api::new().routes(routes![get, delete, own]).cors(cors)).await
}

async fn preflight(app: &App, origin: &str, uri: &str, method: &str) -> BytesResponse {
    let request = Request::options(uri)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "content-type");
    send(app, request.body(Body::empty()).unwrap()).await
}

async fn from_page(app: &App, method: &str, uri: &str) -> BytesResponse {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("origin", PAGE);
    send(app, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn preflights_list_the_methods_of_the_path() {
    let app = shop(
        Cors::new()
            .allow_origins([PAGE])
            .max_age(Duration::from_secs(60)),
    )
    .await;
    let response = preflight(&app, PAGE, "/orders/7", "DELETE").await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
    assert_eq!(
        header(&response, "access-control-allow-methods"),
        Some("GET, HEAD, DELETE, OPTIONS")
    );
    assert_eq!(
        header(&response, "access-control-allow-headers"),
        Some("authorization,content-type")
    );
    assert_eq!(header(&response, "access-control-max-age"), Some("60"));
    assert!(header(&response, "vary").is_some_and(|vary| vary.contains("origin")));
}

#[tokio::test]
async fn a_preflight_for_no_route_is_a_404_that_the_page_can_read() {
    let app = shop(Cors::new().allow_origins([PAGE])).await;
    let response = preflight(&app, PAGE, "/nothing", "GET").await;
    assert_eq!(response.status(), 404);
    assert_eq!(code(&response), "route_not_found");
    assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
}

#[tokio::test]
async fn any_header_includes_the_one_that_browsers_want_named() {
    let app = shop(Cors::new().allow_any_origin().allow_any_header()).await;
    let response = preflight(&app, PAGE, "/orders/7", "GET").await;
    assert_eq!(
        header(&response, "access-control-allow-headers"),
        Some("*,authorization")
    );
}

#[tokio::test]
async fn another_origin_gets_no_permission() {
    let app = shop(Cors::new().allow_origins([PAGE])).await;
    for origin in [
        "https://evil.example",
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "null",
    ] {
        let response = preflight(&app, origin, "/orders/7", "GET").await;
        assert_eq!(
            header(&response, "access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn every_response_is_readable_by_the_page() {
    let app = shop(
        Cors::new()
            .allow_origins([PAGE])
            .expose_headers(["location"])
            .allow_credentials(),
    )
    .await;
    for (method, uri, status) in [
        ("GET", "/orders/7", 200),
        ("GET", "/nothing", 404),
        ("PUT", "/orders/7", 405),
        ("GET", "/orders/x", 400),
    ] {
        let response = from_page(&app, method, uri).await;
        assert_eq!(response.status(), status, "{method} {uri}");
        assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
        assert_eq!(
            header(&response, "access-control-allow-credentials"),
            Some("true")
        );
        assert_eq!(
            header(&response, "access-control-expose-headers"),
            Some("location")
        );
    }
}

#[api_handler(GET "/reports/{how}")]
async fn report(how: String) -> Body {
    match how.as_str() {
        "breaks" => Body::new(Breaks(false)),
        "panics" => Body::new(Breaks(true)),
        _ => vec![b'x'; 7_000_000].into(),
    }
}

/// A body that fails or panics before its first frame.
struct Breaks(bool);

impl http_body::Body for Breaks {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, std::io::Error>>> {
        assert!(!self.0, "the secret");
        std::task::Poll::Ready(Some(Err(std::io::Error::other("the secret"))))
    }
}

#[tokio::test]
async fn an_encoding_failure_has_cors_headers() {
    let api = Api::new()
        .routes(routes![report])
        .cors(Cors::new().allow_origins([PAGE]));
    let app = app(api).await;
    for (how, code) in [
        ("breaks", "internal_error"),
        ("panics", "internal_error"),
        ("large", "response_too_large"),
    ] {
        let event = format!(
            r#"{{"rawPath": "/reports/{how}", "headers": {{"origin": "{PAGE}"}},
                "requestContext": {{"http": {{"method": "GET"}}}}}}"#
        );
        let response = app.handle_event(event.into(), LambdaContext::default());
        let response: serde_json::Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        assert_eq!(response["statusCode"], 500, "{how}");
        assert!(response["body"].as_str().unwrap().contains(code), "{how}");
        assert!(!response.to_string().contains("secret"), "{how}");
        assert_eq!(
            response["headers"]["access-control-allow-origin"], PAGE,
            "{how}"
        );
    }
}

#[tokio::test]
async fn a_malformed_event_is_readable_by_the_page_too() {
    let app = shop(Cors::new().allow_origins([PAGE])).await;
    for source in Source::ALL {
        let event = |method: &str| {
            EventBuilder::new(source)
                .method(method)
                .path("/orders/7")
                .header("origin", PAGE)
        };
        let (method, path, headers) = match source {
            Source::HttpApi | Source::FunctionUrl => {
                ("/requestContext/http/method", "/rawPath", "/headers")
            }
            Source::LatticeV1 => ("/method", "/raw_path", "/headers"),
            Source::LatticeV2 => ("/method", "/path", "/headers"),
            Source::Alb => ("/httpMethod", "/path", "/headers"),
            _ => ("/httpMethod", "/path", "/multiValueHeaders"),
        };
        for (what, event) in [
            ("method", event("GET").set(method, "G T")),
            ("path", event("GET").set(path, "*")),
            (
                "header",
                event("GET").set(&format!("{headers}/a-b"), "\r\n"),
            ),
            (
                "header name",
                event("GET").set(&format!("{headers}/a b"), "1"),
            ),
            (
                "body",
                event("POST")
                    .set("/body", "%%%")
                    .set("/isBase64Encoded", true)
                    .set("/is_base64_encoded", true),
            ),
            (
                "preflight",
                event("OPTIONS")
                    .header("access-control-request-method", "GET")
                    .set(path, "*"),
            ),
        ] {
            let response: BytesResponse = event.send(&app).await;
            assert_eq!(code(&response), "malformed_request", "{source} {what}");
            assert_eq!(
                header(&response, "access-control-allow-origin"),
                Some(PAGE),
                "{source} {what}"
            );
            let vary = header(&response, "vary");
            assert!(vary.is_some_and(|vary| vary.contains("origin")), "{source}");
        }
        let response: BytesResponse = event("HEAD").set(path, "*").send(&app).await;
        assert_eq!(
            (response.status().as_u16(), response.body().len()),
            (400, 0)
        );
        assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
        let stranger = EventBuilder::new(source).header("origin", "https://evil.example");
        let response: BytesResponse = stranger.set(path, "*").send(&app).await;
        assert_eq!(response.status(), 400, "{source}");
        assert_eq!(header(&response, "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_wildcard_lets_in_sub_domains_alone() {
    let cors = Cors::new()
        .allow_origins(["https://*.example.com", "https://shop.example"])
        .allow_credentials();
    let app = shop(cors).await;
    for (origin, expected) in [
        ("https://app.example.com", true),
        ("https://a.b.example.com", true),
        ("https://shop.example", true),
        ("https://example.com", false),
        ("https://evilexample.com", false),
        ("https://a.example.com.evil", false),
        ("https://a.example.com:8443", false),
        ("http://a.example.com", false),
        ("https://a.shop.example", false),
        ("https://u@a.example.com", false),
        ("https://.example.com", false),
        ("null", false),
    ] {
        let expected = expected.then_some(origin);
        let request = Request::get("/orders/7").header("origin", origin);
        let response = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(header(&response, "access-control-allow-origin"), expected);
        let vary = header(&response, "vary").unwrap_or_default();
        assert!(vary.contains("origin"), "{vary}");
        let response = preflight(&app, origin, "/orders/7", "DELETE").await;
        assert_eq!(header(&response, "access-control-allow-origin"), expected);
    }
}

#[tokio::test]
async fn a_plain_options_request_reaches_the_routes() {
    let app = shop(Cors::new().allow_any_origin()).await;
    let response = from_page(&app, "OPTIONS", "/own").await;
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (200, &b"own options"[..])
    );
    assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
    let response = from_page(&app, "OPTIONS", "/orders/7").await;
    assert_eq!(
        header(&response, "allow"),
        Some("GET, HEAD, DELETE, OPTIONS")
    );
}

#[tokio::test]
async fn rules_that_browsers_reject_do_not_build() {
    for (cors, expected) in [
        (
            Cors::new().allow_any_origin().allow_credentials(),
            "cannot be combined with credentials",
        ),
        (
            Cors::new()
                .allow_origins([PAGE])
                .allow_any_header()
                .allow_credentials(),
            "cannot be combined with credentials",
        ),
        (
            Cors::new().allow_origins(["https://app.example.com/"]),
            "`https://app.example.com/` is not an origin",
        ),
        (Cors::new().allow_origins(["*"]), "`*` is not an origin"),
        (
            Cors::new().allow_origins(["https://a.example:443"]),
            "`https://a.example:443` is not an origin: browsers leave out the default port",
        ),
        (
            Cors::new().allow_origins(["https://*.com"]),
            "`https://*.com` is not an origin: a wildcard requires a domain",
        ),
        (
            Cors::new()
                .allow_origins([PAGE])
                .allow_headers(["*"])
                .allow_credentials(),
            "`*` is not a header name: write `allow_any_header()`",
        ),
        (
            Cors::new()
                .allow_origins([PAGE])
                .expose_headers(["*"])
                .allow_credentials(),
            "`*` is not a header name: name each header",
        ),
        (
            Cors::new().allow_any_origin().allow_headers(["x y"]),
            "`x y` is not a header name",
        ),
    ] {
        let errors = errors(Api::new().cors(cors)).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}
