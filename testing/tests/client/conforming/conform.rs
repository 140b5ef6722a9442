//! Responses that keep what the document promises.

use super::{COUNT, Case, Next, client, order_with, what};
use crate::failures::panic_of_async;
use http::StatusCode;
use lambda_api::{
    Api, IntoResponse, NoContent, Response, api_handler,
    event::Source,
    openapi::{Header, RefOr},
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::{Value, json};

#[tokio::test]
async fn promised_responses_pass() {
    let next = Next::default();
    let client = client(&next).await;
    let order = || order_with("/id", json!(7));
    let cases: [Case; 15] = [
        (200, "application/json", COUNT, order()),
        (200, "Application/JSON; charset=utf-8", COUNT, order()),
        (
            200,
            "application/json",
            COUNT,
            order_with("/note", Value::Null),
        ),
        (
            200,
            "application/json",
            &[("x-count", "9"), ("x-other", "a")],
            order(),
        ),
        (
            200,
            "application/json",
            &[("x-count", "1"), ("x-ids", "1, 2,3"), ("x-note", "abc")],
            order(),
        ),
        (
            200,
            "application/json",
            &[("x-count", "1"), ("x-ids", "")],
            order(),
        ),
        (
            200,
            "application/json",
            &[("x-count", "1"), ("x-note", "123")],
            order(),
        ),
        (200, "text/plain; charset=utf-8", COUNT, "tea".to_owned()),
        (200, "text/plain", COUNT, "1234".to_owned()),
        (200, "text/csv", COUNT, "12".to_owned()),
        (200, "image/png", COUNT, "png".to_owned()),
        // It is not decoded.
        (
            200,
            "application/json",
            &[("x-count", "1"), ("content-encoding", "gzip")],
            "..".to_owned(),
        ),
        // It is not read.
        (200, "application/json", COUNT, "[".repeat(200)),
        (204, "", &[], String::new()),
        (204, "application/json", &[], String::new()),
    ];
    for case in cases {
        next.set(case);
        client.get("/orders/7").await;
    }
    let more =
        json!({"id": 7, "placed": "2024-05-01T10:00:00+02:00", "items": [], "note": null, "x": 1});
    next.set((200, "application/json", COUNT, more.to_string()));
    client.get("/orders/7").await;
}

#[tokio::test]
async fn promised_responses_pass_on_every_source() {
    let next = Next::default();
    next.set((200, "application/json", COUNT, order_with("/id", json!(7))));
    let client = client(&next).await;
    client
        .on_every_source(async |client| {
            client.get("/orders/7").await.assert_status(200);
            client.request("HEAD", "/orders/7").await.assert_status(200);
            client
                .get("/orders/0")
                .await
                .assert_problem(404, "order_not_found");
            client
                .get("/orders/1")
                .await
                .assert_problem(404, "order_deleted");
            client
                .get("/orders/x")
                .await
                .assert_problem(400, "invalid_parameters");
        })
        .await;
}

#[tokio::test]
async fn bodies_left_as_base64_are_not_read() {
    let next = Next::default();
    let client = client(&next).await.via(Source::RestApi);
    next.set((200, "image/png", COUNT, "\u{e9}".to_owned()));
    client.get("/orders/7").await.assert_status(200);
}

#[api_handler(GET "/closed", returns = NoContent, response(401, "Sign in."))]
async fn closed(#[query] silent: Option<bool>) -> Response {
    let challenge = (silent != Some(true)).then_some([("www-authenticate", "Bearer")]);
    (StatusCode::UNAUTHORIZED, challenge, ()).into_response()
}

/// A REST API renames the header.
#[tokio::test]
async fn renamed_headers_pass() {
    let api = Api::new()
        .routes(routes![closed])
        .openapi_operation(|_, operation| {
            let Some(RefOr::Item(response)) = operation.responses.get_mut("401") else {
                panic!("a response");
            };
            let mut header = Header::default();
            header.required = true;
            let headers = &mut response.headers;
            headers.insert("www-authenticate".to_owned(), header);
        });
    let client = TestClient::new(api).conforming().await;
    for source in Source::ALL {
        let client = client.via(source);
        client.get("/closed").await.assert_status(401);
        let panic = panic_of_async(async {
            client.get("/closed?silent=true").await;
        })
        .await;
        let missing = "header `www-authenticate`: expected a value, found none";
        assert!(what(&panic).contains(missing), "{source}");
    }
}
