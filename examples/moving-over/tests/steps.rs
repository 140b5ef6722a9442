//! The four programs behind a Lambda Runtime API on loopback: what stays, and what changes.

use bytes::Bytes;
use http::Response;
use lambda_api::{
    bytes,
    event::{Source, emulate::Caller},
    http,
};
use lambda_api_testing::{EventBuilder, FakeLambda};
use serde_json::{Value, json};

const BEFORE: &str = env!("CARGO_BIN_EXE_before");
const MIXED: &str = env!("CARGO_BIN_EXE_mixed");
const AFTER: &str = env!("CARGO_BIN_EXE_after");
const LAMBDA_HTTP_LOOP: &str = env!("CARGO_BIN_EXE_lambda_http_loop");

/// What a client calls as `https://{domain}/prod{path}`.
fn call(method: &str, path: &str) -> EventBuilder {
    EventBuilder::new(Source::HttpApi)
        .gateway(|gateway| gateway.stage("prod"))
        .method(method)
        .path(path)
}

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("JSON")
}

#[tokio::test]
async fn public_texts_are_stable() {
    for program in [BEFORE, MIXED, AFTER, LAMBDA_HTTP_LOOP] {
        let lambda = FakeLambda::start(program).await;
        let tea = json!({"text": "buy tea", "tag": "shop"});
        let added = lambda.send(&call("POST", "/notes").json(&tea)).await;
        let note = json!({"id": 1, "text": "buy tea", "tag": "shop"});
        assert_eq!(
            (added.status(), json_of(&added)),
            (http::StatusCode::CREATED, note.clone())
        );
        let other = json!({"text": "sleep"});
        lambda.send(&call("POST", "/notes").json(&other)).await;

        let read = lambda.send(&call("GET", "/notes/1")).await;
        assert_eq!(
            (read.status().as_u16(), json_of(&read)),
            (200, note.clone())
        );
        let listed = lambda
            .send(&call("GET", "/notes").query("tag", "shop"))
            .await;
        assert_eq!(json_of(&listed), json!([note]), "{program}");
        let missing = lambda.send(&call("GET", "/notes/9")).await;
        assert_eq!(missing.status(), 404, "{program}");

        let pending = lambda.invoke(call("GET", "/whoami").source_ip("192.0.2.7"));
        let id = pending.request_id().to_owned();
        let who = pending.await.response().http(Source::HttpApi);
        let expected = json!({"ip": "192.0.2.7", "stage": "prod", "invocation": id});
        assert_eq!(json_of(&who), expected, "{program}");
    }
}

#[tokio::test]
async fn the_uri_is_path_and_query() {
    let domain = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
    for (program, expected) in [
        (BEFORE, format!("{domain}/uri?x=1")),
        (MIXED, "/uri?x=1".to_owned()),
        (AFTER, "/uri?x=1".to_owned()),
        (LAMBDA_HTTP_LOOP, "/uri?x=1".to_owned()),
    ] {
        let lambda = FakeLambda::start(program).await;
        let uri = lambda.send(&call("GET", "/uri").query("x", "1")).await;
        assert_eq!(uri.body(), &expected, "{program}");
    }
}

#[tokio::test]
async fn the_stage_is_removed_from_paths() {
    for program in [MIXED, AFTER, LAMBDA_HTTP_LOOP] {
        let lambda = FakeLambda::start(program)
            .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true")
            .await;
        for source in [Source::HttpApi, Source::HttpApiV1, Source::RestApi] {
            let event = EventBuilder::new(source)
                .gateway(|gateway| gateway.stage("prod"))
                .path("/uri");
            assert_eq!(
                lambda.send(&event).await.body(),
                "/uri",
                "{program} {source}"
            );
        }
    }
}

#[tokio::test]
async fn new_routes_are_closed_and_open_ones_stay_open() {
    let clear = || call("DELETE", "/notes");
    let signed = || clear().caller(Caller::iam("arn:aws:iam::123456789012:user/alice"));
    for (program, anybody, alice) in [
        (BEFORE, 405, 405),
        (MIXED, 401, 204),
        (AFTER, 401, 204),
        // Who has signed a request is not known in that loop.
        (LAMBDA_HTTP_LOOP, 401, 401),
    ] {
        let lambda = FakeLambda::start(program).await;
        assert_eq!(lambda.send(&clear()).await.status(), anybody, "{program}");
        assert_eq!(lambda.send(&signed()).await.status(), alice, "{program}");
        assert_eq!(
            lambda.send(&call("GET", "/notes")).await.status(),
            200,
            "{program}"
        );
    }
}

#[tokio::test]
async fn errors_become_problems_where_a_route_has_moved() {
    let unknown = || call("GET", "/nothing");
    let wrong = || call("GET", "/notes/x");
    for (program, unknown_is, wrong_is_problem) in [
        (BEFORE, 404, false),
        // The old router serves all other paths.
        (MIXED, 404, true),
        // Unauthenticated requests do not reveal which paths exist.
        (AFTER, 401, true),
    ] {
        let lambda = FakeLambda::start(program).await;
        assert_eq!(
            lambda.send(&unknown()).await.status(),
            unknown_is,
            "{program}"
        );
        let wrong = lambda.send(&wrong()).await;
        assert_eq!(wrong.status(), 400, "{program}");
        let is_problem = wrong.headers()["content-type"] == "application/problem+json";
        assert_eq!(is_problem, wrong_is_problem, "{program}");
    }
}

/// Through sources that lambda_http cannot read as well.
#[tokio::test]
async fn every_source_reaches_the_old_router() {
    let lambda = FakeLambda::start(MIXED).await;
    for source in Source::ALL {
        let event = EventBuilder::new(source)
            .path("/notes")
            .query("tag", "none");
        let listed = lambda.send(&event).await;
        assert_eq!(
            (listed.status().as_u16(), listed.body().as_ref()),
            (200, &b"[]"[..]),
            "{source}"
        );
    }
    // lambda_http cannot read events of VPC Lattice 1.
    let before = FakeLambda::start(BEFORE).await;
    let event = EventBuilder::new(Source::LatticeV1).path("/notes");
    let error = before.invoke(event).await.error();
    assert!(error.error_message.contains("doesn't match"), "{error}");
}
