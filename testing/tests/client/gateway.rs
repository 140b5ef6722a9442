//! What the source itself does.

use super::{api, client, echoed};
use http::StatusCode;
use lambda_api::{
    Api, App, Invocation, Request, api_handler,
    event::{Source, emulate},
    extract::Deadline,
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

fn is_alb(source: Source) -> bool {
    matches!(source, Source::Alb | Source::AlbMultiValue)
}

fn is_api_gateway(source: Source) -> bool {
    matches!(
        source,
        Source::RestApi | Source::HttpApi | Source::HttpApiV1
    )
}

#[tokio::test]
async fn a_request_that_is_too_large_does_not_reach_the_function() {
    client()
        .await
        .on_every_source(async |client| {
            let limit = if is_alb(client.source()) { 1 } else { 6 };
            let body = vec![b'x'; (limit << 20) + 1];
            let response = client.post("/echo/x").body(body).await;
            response.assert_status(413);
            assert_eq!(response.raw(), None);
            let error = response.gateway_error().unwrap();
            assert!(
                error.contains(&format!("the limit is {}", limit << 20)),
                "{error}"
            );
        })
        .await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_rejected_by_api_gateway() {
    client()
        .await
        .on_every_source(async |client| {
            let large = "x".repeat(10_240);
            let response = client
                .get("/text")
                .header("x-large", large.clone() + "y")
                .await;
            let expected = if is_api_gateway(client.source()) {
                431
            } else {
                200
            };
            response.assert_status(expected);
            // Only an HTTP API counts the request line.
            let response = client.get("/text").header("x-large", large).await;
            let counts = matches!(client.source(), Source::HttpApi | Source::HttpApiV1);
            response.assert_status(if counts { 431 } else { 200 });
        })
        .await;
}

#[tokio::test]
async fn the_largest_body_of_an_alb_passes() {
    let client = client().await;
    let body = "x".repeat(1 << 20);
    // The echo is larger than an ALB takes as a response, which the function notices itself.
    let response = client.via(Source::Alb).post("/echo/x").body(body).await;
    response.assert_problem(500, "response_too_large");
    assert_eq!(response.gateway_error(), None);
}

#[tokio::test]
async fn a_status_that_gateways_reject_is_a_500_problem() {
    #[api_handler(GET "/status/{code}")]
    async fn status(code: u16) -> StatusCode {
        StatusCode::from_u16(code).unwrap()
    }

    let client = TestClient::new(Api::new().routes(routes![status])).await;
    client
        .on_every_source(async |client| {
            for code in [100, 101, 102, 103, 199, 600, 799, 999] {
                let response = client.get(format!("/status/{code}")).await;
                response.assert_problem(500, "internal_error");
                assert_eq!(response.problem().detail(), None);
                assert_eq!(response.gateway_error(), None);
                let response = client.request("HEAD", format!("/status/{code}")).await;
                response.assert_status(500).assert_text("");
                let raw: Value = serde_json::from_slice(response.raw().unwrap()).unwrap();
                assert_eq!(raw["body"], "");
            }
            for code in [200, 299, 418, 599] {
                let response = client.get(format!("/status/{code}")).await;
                response.assert_status(code);
            }
        })
        .await;
}

#[api_handler(GET "/logo")]
async fn logo() -> ([(&'static str, &'static str); 1], &'static [u8]) {
    ([("content-type", "image/png")], b"\x89PNG")
}

#[api_handler(GET "/packed")]
async fn packed() -> ([(&'static str, &'static str); 2], &'static [u8]) {
    (
        [("content-type", "text/plain"), ("content-encoding", "gzip")],
        b"\x1f\x8b",
    )
}

#[tokio::test]
async fn a_rest_api_sends_binary_responses_as_base64_text() {
    let client = TestClient::new(Api::new().routes(routes![logo, packed, text])).await;
    client
        .on_every_source(async |client| {
            let (logo, packed) = match client.source() {
                Source::RestApi => (&b"iVBORw=="[..], &b"H4s="[..]),
                _ => (&b"\x89PNG"[..], &b"\x1f\x8b"[..]),
            };
            let response = client.get("/logo").header("accept", "image/png").await;
            response.assert_header("content-type", "image/png");
            assert_eq!(response.bytes(), logo);
            let response = client.get("/packed").await;
            response.assert_header("content-encoding", "gzip");
            assert_eq!(response.bytes(), packed);
            client.get("/text").await.assert_text("plain");
        })
        .await;
}

#[api_handler(GET "/text")]
async fn text() -> &'static str {
    "plain"
}

#[tokio::test]
async fn accept_decides_whether_a_rest_api_decodes_base64() {
    let client = TestClient::new(Api::new().routes(routes![logo, text])).await;
    let client = client.via(Source::RestApi);
    const BROWSER: &str = "text/html,application/xhtml+xml,image/png,*/*;q=0.8";
    for (types, accept, decoded) in [
        (&["*/*"][..], None, true),
        (&["*/*"], Some(BROWSER), true),
        (&["image/png"], Some("image/png"), true),
        (&["image/png"], Some("image/png;q=0.8, */*"), true),
        (&["image/*"], Some("image/png"), true),
        (&["image/png"], Some("*/*"), false),
        (&["image/png"], Some(BROWSER), false),
        (&["image/png"], None, false),
        (&["image/gif"], Some("image/png"), false),
        (&[], Some("*/*"), false),
    ] {
        let client = client
            .clone()
            .gateway(|gateway| gateway.binary_media_types(types.iter().copied()));
        let mut request = client.get("/logo");
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let response = request.await;
        let expected = if decoded {
            &b"\x89PNG"[..]
        } else {
            b"iVBORw=="
        };
        assert_eq!(response.bytes(), expected, "{types:?} {accept:?}");
        let is_told = response.to_string().contains("the body left as base64");
        assert_eq!(is_told, !decoded, "{response}");
        let response = client.get("/text").header("accept", "image/png").await;
        response.assert_text("plain");
        let response = client.request("HEAD", "/logo").await;
        assert!(response.bytes().is_empty());
        assert!(!response.to_string().contains("base64"));
    }
}

#[tokio::test]
async fn a_rest_api_loses_binary_requests_that_it_does_not_list() {
    #[api_handler(POST "/size")]
    async fn size(body: bytes::Bytes) -> String {
        format!("{body:?}")
    }

    let client = TestClient::new(Api::new().routes(routes![size])).await;
    client
        .on_every_source(async |client| {
            for (types, lost) in [(&[][..], true), (&["image/png"], false), (&["*/*"], false)] {
                let client = client
                    .clone()
                    .gateway(|gateway| gateway.binary_media_types(types.iter().copied()));
                let request = client.post("/size").header("content-type", "image/png");
                let response = request.body(&b"\x89PNG"[..]).await;
                let lost = lost && client.source() == Source::RestApi;
                response.assert_text(if lost {
                    r#"b"\xef\xbf\xbdPNG""#
                } else {
                    r#"b"\x89PNG""#
                });
            }
        })
        .await;
}

#[tokio::test]
async fn framing_of_a_response_does_not_reach_the_client() {
    type Fields = [(&'static str, &'static str); 6];
    const FIELDS: Fields = [
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive, X-Hop"),
        ("keep-alive", "timeout=5"),
        ("x-hop", "1"),
        ("content-length", "999"),
        ("x-end", "1"),
    ];
    #[api_handler(GET "/framed")]
    async fn framed() -> (Fields, &'static str) {
        (FIELDS, "hello")
    }
    #[api_handler(GET "/empty")]
    async fn empty() -> (Fields, StatusCode) {
        (FIELDS, StatusCode::OK)
    }
    #[api_handler(GET "/unchanged")]
    async fn unchanged() -> (Fields, StatusCode) {
        (FIELDS, StatusCode::NOT_MODIFIED)
    }
    #[api_handler(GET "/reset")]
    async fn reset() -> (StatusCode, Fields, &'static str) {
        (StatusCode::RESET_CONTENT, FIELDS, "hello")
    }

    let api = Api::new().routes(routes![framed, empty, unchanged, reset]);
    TestClient::new(api)
        .await
        .on_every_source(async |client| {
            let length = match client.source() {
                Source::RestApi => "x-amzn-remapped-content-length",
                _ => "content-length",
            };
            for (method, path, body, has_length) in [
                ("GET", "/framed", "hello", false),
                ("HEAD", "/framed", "", true),
                ("GET", "/empty", "", false),
                ("HEAD", "/empty", "", true),
                ("GET", "/unchanged", "", true),
                ("GET", "/reset", "", false),
            ] {
                let response = client.request(method, path).await;
                response.assert_text(body).assert_header("x-end", "1");
                for (name, _) in &FIELDS[..4] {
                    response.assert_no_header(name);
                    response.assert_no_header(&format!("x-amzn-remapped-{name}"));
                }
                let found = response.header(length);
                assert_eq!(found, has_length.then_some("999"), "{method} {path}");
            }
        })
        .await;
}

#[tokio::test]
async fn a_rest_api_renames_the_challenge() {
    client()
        .await
        .on_every_source(async |client| {
            let response = client.get("/closed").await;
            let name = match client.source() {
                Source::RestApi => "x-amzn-remapped-www-authenticate",
                _ => "www-authenticate",
            };
            response
                .assert_problem(401, "sign_in")
                .assert_header(name, "Bearer");
        })
        .await;
}

#[tokio::test]
async fn event_and_response_can_be_looked_at() {
    client()
        .await
        .on_every_source(async |client| {
            let response = client.get("/text").await;
            let read = emulate::parse_response(client.source(), response.raw().unwrap()).unwrap();
            assert_eq!(read.body(), response.bytes());
            let raw: Value = serde_json::from_slice(response.raw().unwrap()).unwrap();
            assert_eq!(raw["statusCode"], 200);
            let event = response.event().to_string();
            assert!(
                event.contains("\"GET\"") && event.contains("/text"),
                "{event}"
            );
        })
        .await;
}

#[api_handler(GET "/facts")]
async fn facts(request: &Request, deadline: Deadline) -> lambda_api::Json<Value> {
    let invocation = request.extensions().get::<Invocation>().unwrap();
    let seconds = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        json!(since.as_secs())
    };
    lambda_api::Json(json!({
        "path": request.uri().path(),
        "stage": invocation.stage(),
        "domain": invocation.domain_name(),
        "ip": invocation.source_ip(),
        "time": invocation.time().map(seconds),
        "deadline": deadline.at().map(seconds),
        "lambda": invocation.lambda().request_id,
        "tenant": invocation.lambda().tenant_id,
    }))
}

async fn facts_client() -> TestClient {
    let api = Api::new().routes(routes![facts]);
    TestClient::new(api.deadline_margin(Duration::ZERO)).await
}

#[tokio::test]
async fn stage_domain_address_and_time_can_be_set() {
    let client = facts_client()
        .await
        .gateway(|gateway| {
            gateway
                .stage("test")
                .domain("api.example.com")
                .source_ip("192.0.2.7")
        })
        .clock(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        .deadline(Duration::from_secs(5))
        .lambda(|lambda| lambda.tenant_id = Some("blue".to_owned()));
    client.get("/facts").await.assert_json(&json!({
        "path": "/facts",
        "stage": "test",
        "domain": "api.example.com",
        "ip": "192.0.2.7",
        "time": 1_700_000_000,
        "deadline": 1_700_000_005,
        "lambda": "00000000-0000-4000-8000-000000000001",
        "tenant": "blue",
    }));
    let next = client
        .get("/facts")
        .gateway(|gateway| gateway.source_ip("192.0.2.8"))
        .await;
    next.assert_json_matches(&json!({
        "ip": "192.0.2.8",
        "lambda": "00000000-0000-4000-8000-000000000002",
    }));
}

#[api_handler(POST "/links/{kind}")]
async fn link(kind: String, invocation: &Invocation) -> ([(&'static str, String); 1], StatusCode) {
    let prefix = invocation.path_prefix();
    let location = match kind.as_str() {
        "path" => format!("{prefix}/facts?a=1"),
        "url" => format!("{}/facts", invocation.public_url().unwrap_or(prefix)),
        "relative" => "../facts".to_owned(),
        _ => "/facts".to_owned(),
    };
    ([("location", location)], StatusCode::SEE_OTHER)
}

/// Clients of every source, at the domains and stages that there are, and what their URLs have
/// before the paths of the API.
fn callers(client: &TestClient) -> Vec<(TestClient, &'static str)> {
    let own = |client: TestClient| client.gateway(|gateway| gateway.domain("api.example.com"));
    let staged = |source| client.via(source).gateway(|gateway| gateway.stage("test"));
    let mut callers = vec![
        (client.via(Source::RestApi), "/prod"),
        (staged(Source::RestApi), "/test"),
        (own(client.via(Source::RestApi)), ""),
        (staged(Source::FunctionUrl), ""),
    ];
    for source in [Source::HttpApi, Source::HttpApiV1] {
        callers.extend([
            (client.via(source), ""),
            (staged(source), "/test"),
            (own(staged(source)), ""),
        ]);
    }
    for source in Source::ALL {
        let client = client
            .via(source)
            .gateway(|gateway| gateway.base_path("/v1"));
        callers.push((client, "/v1"));
    }
    callers
}

#[tokio::test]
async fn a_link_with_the_prefix_leads_back_into_the_api() {
    let api = Api::new().routes(routes![facts, link]).base_path("/v1");
    let client = TestClient::new(api).await;
    for (client, prefix) in callers(&client) {
        for kind in ["path", "url", "relative"] {
            let placed = client.post(format_args!("/links/{kind}")).await;
            let shown = placed.header("location").unwrap().to_owned();
            let there = client.get(placed.location()).await;
            there.assert_json_matches(&json!({"path": "/facts"}));
            let followed = placed.follow().await;
            followed.assert_json_matches(&json!({"path": "/facts"}));
            let expected = match kind {
                "path" => format!("{prefix}/facts?a=1"),
                "url" => format!("{prefix}/facts"),
                _ => continue,
            };
            assert!(shown.ends_with(&expected), "{} {shown}", client.source());
        }
    }
}

#[tokio::test]
async fn a_link_without_the_prefix_leads_out_of_the_api() {
    let api = Api::new().routes(routes![facts, link]).base_path("/v1");
    let client = TestClient::new(api).await;
    for (client, prefix) in callers(&client) {
        let placed = client.post("/links/plain").await;
        let there = client.get(placed.location()).await;
        let followed = placed.follow().await;
        for response in [there, followed] {
            if prefix.is_empty() {
                response.assert_json_matches(&json!({"path": "/facts"}));
                continue;
            }
            let status = if client.source() == Source::RestApi {
                403
            } else {
                404
            };
            response.assert_status(status);
            assert_eq!(response.raw(), None);
            let error = format!("/facts is outside of the API, whose paths begin with {prefix}");
            assert_eq!(response.gateway_error(), Some(error.as_str()));
        }
    }
}

#[tokio::test]
async fn a_url_has_the_stage_where_the_gateway_knows_it_by_that() {
    let client = facts_client().await.via(Source::RestApi);
    let gateway = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
    for (url, status) in [
        (format!("{gateway}/prod/facts"), 200),
        (format!("{gateway}/facts"), 403),
        ("https://api.example.com/facts".to_owned(), 200),
        ("https://api.example.com/prod/facts".to_owned(), 404),
    ] {
        client.get(&url).await.assert_status(status);
    }
}

#[tokio::test]
async fn the_deadline_of_the_source_counts_where_it_comes_first() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    facts_client()
        .await
        .clock(start)
        .on_every_source(async |client| {
            let seconds = if client.source() == Source::RestApi {
                29
            } else {
                30
            };
            let response = client.get("/facts").await;
            response.assert_json_matches(&json!({"deadline": 1_700_000_000 + seconds}));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_stopped_as_on_lambda() {
    #[api_handler(GET "/slow")]
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_secs(50)).await;
        "done"
    }

    let client = TestClient::new(Api::new().routes(routes![slow])).await;
    let minute = client.clone().deadline(Duration::from_secs(60));
    for (source, status) in [
        (Source::RestApi, 504),
        (Source::HttpApi, 504),
        (Source::FunctionUrl, 200),
    ] {
        let response = minute.via(source).get("/slow").await;
        response.assert_status(status);
        assert_eq!(response.gateway_error(), None);
    }
    let short = client.deadline(Duration::from_secs(3));
    let response = short.get("/slow").await;
    response.assert_problem(504, "timed_out");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_takes_too_long_is_given_up() {
    #[api_handler(GET "/slow")]
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_secs(50)).await;
        "done"
    }

    // An API that does not know how long its gateways wait, and stops nobody before.
    let api = Api::new()
        .routes(routes![slow])
        .gateway_timeout(Duration::from_secs(600));
    let client = TestClient::new(api).await;
    let minute = client.clone().deadline(Duration::from_secs(60));
    for (source, status, why) in [
        (Source::RestApi, 504, "within the 29s that the source waits"),
        (Source::HttpApi, 503, "within the 30s that the source waits"),
        (Source::FunctionUrl, 200, ""),
    ] {
        let response = minute.via(source).get("/slow").await;
        response.assert_status(status);
        assert!(response.gateway_error().unwrap_or_default().ends_with(why));
    }
    // One that is told of no deadline.
    let short = client
        .clone()
        .lambda(|lambda| lambda.deadline_ms = Some(600_000))
        .deadline(Duration::from_secs(3));
    for (source, status) in [
        (Source::RestApi, 502),
        (Source::HttpApi, 500),
        (Source::Alb, 502),
    ] {
        let response = short.via(source).get("/slow").await;
        response.assert_status(status);
        let why = response.gateway_error().unwrap();
        assert!(
            why.ends_with("within the 3s that Lambda lets it run"),
            "{why}"
        );
    }
    // Where the client sets none, only the API itself keeps to the half minute of the context.
    client.get("/slow").await.assert_problem(504, "timed_out");
}

#[tokio::test]
async fn an_application_that_is_built_already_can_be_called() {
    let app: App = api().build().await.unwrap();
    TestClient::from(app).get("/text").await.assert_status(200);
}

#[tokio::test]
async fn any_tower_service_can_be_called_through_events() {
    let service = tower::service_fn(async |request: Request| {
        let path = request.uri().path().to_owned();
        Ok::<_, std::convert::Infallible>(lambda_api::Response::new(path.into()))
    });
    TestClient::of(service)
        .await
        .on_every_source(async |client| {
            client.get("/some/path").await.assert_text("/some/path");
        })
        .await;
}

#[test]
fn clients_requests_and_their_futures_move_between_threads() {
    fn send<T: Send>(_: &T) {}
    fn shared<T: Send + Sync>() {}
    shared::<TestClient>();
    shared::<lambda_api_testing::TestResponse>();
    send(&TestClient::new(api()));
    send(&async {
        let client = client().await;
        client.get("/").await;
        let _ = echoed(&json!({"headers": []}), "x");
    });
}
