//! The path that routes see in the loop of lambda_http.

use crate::{READ, app, in_its_loop};
use lambda_api::{Api, App, Invocation, Limits, api_handler, event::Source, routes};
use lambda_api_testing::EventBuilder;
use serde_json::Value;
use tower::ServiceExt;

#[api_handler(fallback)]
async fn seen(uri: &http::Uri, invocation: &Invocation) -> String {
    let raw = invocation.raw_path();
    format!(
        "{uri} {raw:?} {:?} {:?}",
        invocation.path_prefix(),
        invocation.stage()
    )
}

/// Returns the response texts in our loop and in that of lambda_http.
async fn both(app: &App, event: &EventBuilder) -> [String; 2] {
    let ours = event.send(app).await;
    let request = in_its_loop(event, |_| {});
    let theirs = app.clone().oneshot(request).await.unwrap();
    let theirs = theirs.into_body().collect().await.unwrap();
    [ours.body(), &theirs].map(|body| String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn it_is_the_path_that_they_see_in_ours() {
    let app = app(Api::new().routes(routes![seen]).base_path("/v1")).await;
    for source in READ {
        for path in [
            "/",
            "/orders/7",
            "/%7ealice/caf%c3%a9",
            "/a%2Fb/%2e%2e/../c",
            "//evil.example/x",
            "/a%20b;c=d/",
            "/v1/orders",
        ] {
            let event = EventBuilder::new(source).path(&format!("{path}?q=a%3Db"));
            let [ours, theirs] = both(&app, &event).await;
            assert_eq!(theirs, ours, "{source} {path}");
            assert!(theirs.contains("?q=a"), "{source} {path} {theirs}");
        }
    }
    for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
        for path in ["/", "/orders", "/prod/orders", "/production", "/v1/x"] {
            let event = EventBuilder::new(source)
                .path(path)
                .gateway(|gateway| gateway.stage("prod"));
            let [ours, theirs] = both(&app, &event).await;
            assert_eq!(theirs, ours, "{source} {path}");
            let event = event.gateway(|gateway| gateway.domain("api.example.com"));
            let [ours, theirs] = both(&app, &event).await;
            assert_eq!(theirs, ours, "{source} {path}");
        }
    }
}

#[tokio::test]
async fn a_setting_of_the_stage_holds_there_as_well() {
    for strip in [true, false] {
        let app = app(Api::new().routes(routes![seen]).strip_stage(strip)).await;
        for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
            let event = EventBuilder::new(source)
                .path("/prod/x")
                .gateway(|gateway| gateway.stage("prod"));
            let [ours, theirs] = both(&app, &event).await;
            assert_eq!(theirs, ours, "{source} {strip}");
        }
    }
}

/// lambda_http takes a decoded `#` for a fragment and drops the query after it.
#[tokio::test]
async fn a_query_behind_a_decoded_hash_is_not_lost() {
    let app = app(Api::new().routes(routes![seen])).await;
    let event = EventBuilder::new(Source::HttpApi)
        .path("/a%23b")
        .query("q", "1");
    assert_eq!(in_its_loop(&event, |_| {}).uri().query(), None);
    let [ours, theirs] = both(&app, &event).await;
    assert!(theirs.starts_with("/a%23b?q=1 "), "{theirs}");
    assert_eq!(theirs, ours);
}

#[tokio::test]
async fn the_host_of_a_request_has_no_part_in_it() {
    let app = app(Api::new().routes(routes![seen])).await;
    let event = EventBuilder::new(Source::FunctionUrl)
        .path("/x")
        .header("host", "evil.example");
    assert_eq!(
        in_its_loop(&event, |_| {}).uri().host(),
        Some("evil.example")
    );
    let [_, theirs] = both(&app, &event).await;
    assert!(theirs.starts_with("/x "), "{theirs}");
    assert!(!theirs.contains("evil"), "{theirs}");
}

#[tokio::test]
async fn an_invalid_or_long_path_is_a_problem() {
    let api = Api::new()
        .routes(routes![seen])
        .limits(Limits::default().path(20));
    let app = app(api.request_id_header("x-request-id")).await;
    for (path, status, code) in [
        ("*", 400, "malformed_request"),
        ("/far/too/long/for/this/limit", 414, "uri_too_long"),
    ] {
        let event = EventBuilder::new(Source::RestApi)
            .gateway(|gateway| gateway.stage("prod"))
            .set("/path", path);
        let request = in_its_loop(&event, |_| {});
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert!(response.headers().contains_key("x-request-id"));
        let body = response.into_body().collect().await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], code);
    }
}
