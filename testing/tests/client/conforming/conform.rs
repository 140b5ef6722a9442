//! Responses that keep what the document promises.

use super::{COUNT, Case, Next, client, order_with};
use lambda_api::event::Source;
use serde_json::{Value, json};

#[tokio::test]
async fn promised_responses_pass() {
    let next = Next::default();
    let client = client(&next).await;
    let order = || order_with("/id", json!(7));
    let cases: [Case; 14] = [
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
