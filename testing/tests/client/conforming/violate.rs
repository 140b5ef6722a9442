//! Responses that the document does not promise.

use super::{COUNT, Case, Next, client, order_with, what};
use crate::failures::panic_of_async;
use lambda_api::event::Source;
use serde_json::json;

const ORDER: &str = "/components/schemas/Order/properties";
const PLACE: &str = "/paths/~1orders~1{id}/get/responses";

#[tokio::test]
async fn each_violation_has_its_place() {
    let next = Next::default();
    let client = client(&next).await;
    let json = "application/json";
    let order = || order_with("/id", json!(7));
    let problem = |status: u16, code: &str| {
        json!({"type": "about:blank", "title": "Gone", "status": status, "code": code}).to_string()
    };
    let cases: Vec<(Case, String)> = vec![
        (
            (418, json, COUNT, order()),
            format!("status: expected 200, 204, 400, 404, 414, 431, 500, 504, found 418\n    promised at {PLACE}"),
        ),
        (
            (200, "text/html", COUNT, order()),
            format!(
                "media type: expected application/json or image/* or text/csv or text/plain, found text/html\n    \
                 promised at {PLACE}/200/content"
            ),
        ),
        (
            (200, "", COUNT, String::new()),
            format!(
                "media type: expected application/json or image/* or text/csv or text/plain, found none\n    \
                 promised at {PLACE}/200/content"
            ),
        ),
        (
            (200, json, &[], order()),
            format!("header `x-count`: expected a value, found none\n    promised at {PLACE}/200/headers/x-count"),
        ),
        (
            (200, json, &[("x-count", "two")], order()),
            format!(
                "header `x-count`: expected a value of type integer, found \"two\"\n    schema at \
                 {PLACE}/200/headers/x-count/schema: {{\"maximum\":9,\"type\":\"integer\"}}"
            ),
        ),
        (
            (200, json, &[("x-count", "10")], order()),
            format!(
                "header `x-count`: expected maximum 9, found 10\n    schema at \
                 {PLACE}/200/headers/x-count/schema: {{\"maximum\":9,\"type\":\"integer\"}}"
            ),
        ),
        (
            (200, json, &[("x-count", "1"), ("x-ids", "1,b")], order()),
            format!(
                "header `x-ids` at /1: expected a value of type integer, found \"b\"\n    schema at \
                 {PLACE}/200/headers/x-ids/schema/items: {{\"type\":\"integer\"}}"
            ),
        ),
        (
            (200, json, &[("x-count", "1"), ("x-note", "1234")], order()),
            format!(
                "header `x-note`: expected maxLength 3, found \"1234\"\n    schema at \
                 {PLACE}/200/headers/x-note/schema: {{\"maxLength\":3,\"type\":\"string\"}}"
            ),
        ),
        (
            (200, json, COUNT, order_with("/id", json!("seven"))),
            format!(
                "body at /id: expected a value of type integer, found \"seven\"\n    schema at {ORDER}/id: \
                 {{\"format\":\"uint32\",\"maximum\":4294967295,\"minimum\":0,\"type\":\"integer\"}}"
            ),
        ),
        (
            (200, json, COUNT, order_with("/items/1", json!({"quantity": -1}))),
            "body at /items/1/quantity: expected minimum 0, found -1\n    schema at \
             /components/schemas/Item/properties/quantity: \
             {\"format\":\"uint32\",\"maximum\":4294967295,\"minimum\":0,\"type\":\"integer\"}"
                .to_owned(),
        ),
        (
            (200, json, COUNT, order_with("/note", json!({"text": 1}))),
            "body at /note/text: expected a value of type string, found 1\n    schema at \
             /components/schemas/Note/properties/text: {\"type\":\"string\"}"
                .to_owned(),
        ),
        (
            (200, json, COUNT, order_with("/note", json!(1))),
            format!(
                "body at /note: expected one of the alternatives, found 1\n    schema at {ORDER}/note: \
                 {{\"anyOf\":[{{\"$ref\":\"#/components/schemas/Note\"}},{{\"type\":\"null\"}}]}}"
            ),
        ),
        (
            (200, json, COUNT, order_with("/placed", json!("yesterday"))),
            format!(
                "body at /placed: expected format \"date-time\", found \"yesterday\"\n    schema at \
                 {ORDER}/placed: {{\"format\":\"date-time\",\"type\":\"string\"}}"
            ),
        ),
        (
            (200, json, COUNT, "{".to_owned()),
            format!(
                "body: expected JSON, found a body that is not JSON: EOF while parsing an object at line 1 \
                 column 1\n    promised at {PLACE}/200/content/application~1json"
            ),
        ),
        (
            (200, json, COUNT, String::new()),
            format!(
                "body: expected JSON, found an empty body\n    promised at \
                 {PLACE}/200/content/application~1json"
            ),
        ),
        (
            (200, "text/plain", COUNT, "coffee".to_owned()),
            format!(
                "body: expected maxLength 4, found \"coffee\"\n    schema at \
                 {PLACE}/200/content/text~1plain/schema: {{\"maxLength\":4,\"type\":\"string\"}}"
            ),
        ),
        (
            (404, "application/problem+json", &[], problem(404, "order_lost")),
            "body at /code: expected \"order_deleted\" or \"order_not_found\", found \"order_lost\"\n    \
             promised at /components/responses/OrderDeletedOrOrderNotFound/content/application~1problem+json"
                .to_owned(),
        ),
        (
            (404, "application/problem+json", &[], problem(422, "order_deleted")),
            "body at /status: expected 404, found 422\n    promised at \
             /components/responses/OrderDeletedOrOrderNotFound/content/application~1problem+json"
                .to_owned(),
        ),
    ];
    for (case, expected) in cases {
        let status = case.0;
        next.set(case);
        let panic = panic_of_async(async {
            client.get("/orders/7").await;
        })
        .await;
        let first =
            format!("GET /orders/{{id}} -> {status} does not conform to the document of the API");
        assert_eq!(what(&panic), format!("{first}\n  {expected}"));
        panic.assert_is_at_its_test();
    }
}

#[tokio::test]
async fn all_violations_and_the_exchange_are_shown() {
    let next = Next::default();
    let client = client(&next).await;
    let order = json!({"items": [{"quantity": 1, "x": 2}], "note": null, "placed": 3});
    next.set((200, "application/json", &[], order.to_string()));
    let panic = panic_of_async(async {
        client.get("/orders/7").await;
    })
    .await;
    let places = [
        "header `x-count`",
        "body",
        "body at /items/0",
        "body at /placed",
    ];
    for place in places {
        assert!(
            panic.message.contains(&format!("\n  {place}: expected ")),
            "{place}"
        );
    }
    assert_eq!(what(&panic).lines().count(), 1 + 2 * places.len());
    assert!(
        panic
            .message
            .contains("expected the property \"id\", found none")
    );
    assert!(
        panic
            .message
            .contains("expected no other properties, found [\"x\"]")
    );
    assert!(
        panic
            .message
            .contains("\n\nrequest  GET /orders/7 (source http)")
    );
    assert!(panic.message.contains("\n\nresponse 200 OK"));
}

#[tokio::test]
async fn violations_are_found_through_every_source() {
    let next = Next::default();
    next.set((200, "application/json", &[], order_with("/id", json!(7))));
    let client = client(&next).await;
    for source in Source::ALL {
        let client = client.via(source);
        for method in ["GET", "HEAD"] {
            let panic = panic_of_async(async {
                client.request(method, "/orders/7").await;
            })
            .await;
            let missing = "header `x-count`: expected a value, found none";
            assert!(what(&panic).contains(missing), "{source} {method}");
        }
    }
}
