//! What a failed assertion says.

use super::{
    client,
    failures::{Panic, panic_of},
};
use lambda_api::{Api, Json, api_handler, routes};
use lambda_api_testing::{TestClient, TestResponse};
use serde_json::{Value, json};

/// The first part of a message, after a look at the rest and at the line it names.
fn what(response: &TestResponse, panic: &Panic) -> String {
    let (what, rest) = panic.message.split_once("\n\n").unwrap();
    assert_eq!(rest, response.to_string());
    panic.assert_is_at_its_test();
    what.to_owned()
}

#[tokio::test]
async fn a_message_shows_the_request_the_response_and_the_difference() {
    let client = client().await;
    let response = client
        .get("/orders/8?full=true")
        .bearer("open-sesame")
        .cookie("theme", "dark")
        .await;
    let panic = panic_of(|| response.assert_status(200));
    assert_eq!(
        panic.message,
        "\
expected status 200 OK, found 404 Not Found

request  GET /orders/8?full=true (source http)
         authorization: Bearer <11 bytes>
         cookie: theme=dark

response 404 Not Found
         content-type: application/problem+json

         {
           \"type\": \"about:blank\",
           \"title\": \"Not Found\",
           \"status\": 404,
           \"detail\": \"there is no such order\",
           \"code\": \"order_not_found\",
           \"request_id\": \"JKJaXmPLvHcESHA=\",
           \"id\": 8
         }"
    );
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn a_message_shows_the_bodies_of_both_sides() {
    let client = client().await;
    let response = client.put("/orders/8").json(&json!({"sku": "tea"})).await;
    assert_eq!(
        panic_of(|| response.assert_status(201)).message,
        "\
expected status 201 Created, found 405 Method Not Allowed

request  PUT /orders/8 (source http)
         content-type: application/json

         {\"sku\":\"tea\"}

response 405 Method Not Allowed
         allow: GET, HEAD, OPTIONS
         content-type: application/problem+json

         {
           \"type\": \"about:blank\",
           \"title\": \"Method Not Allowed\",
           \"status\": 405,
           \"detail\": \"this path does not support this method; the header `allow` lists those it does\",
           \"code\": \"method_not_allowed\",
           \"request_id\": \"JKJaXmPLvHcESHA=\"
         }"
    );
}

#[tokio::test]
async fn messages_name_responses_of_the_gateway() {
    let client = client().await.via(lambda_api::event::Source::RestApi);
    let request = client
        .get("https://api.example.com/text")
        .header("x-a", "x".repeat(10_241));
    let message = panic_of({
        let response = request.await;
        move || {
            response.assert_status(200);
        }
    })
    .message;
    let message = message.replace(&"x".repeat(10_241), "..");
    assert_eq!(
        message,
        "\
expected status 200 OK, found 431 Request Header Fields Too Large

request  GET https://api.example.com/text (source rest)
         x-a: ..

response 431 Request Header Fields Too Large, from the source itself: the head of the request has \
         10241 bytes, and the limit is 10240
         content-type: application/json

         {\"message\":\"Request Header Fields Too Large\"}"
    );
}

#[tokio::test]
async fn the_message_in_the_documentation_is_the_real_one() {
    #[api_handler(PUT "/orders/{id}")]
    async fn change_order(id: u32) -> Json<Value> {
        let items = json!([{"sku": "tea", "quantity": 2}, {"sku": "milk", "quantity": 1}]);
        Json(json!({"id": id, "items": items, "version": 2}))
    }

    let client = TestClient::new(Api::new().routes(routes![change_order])).await;
    let response = client
        .put("/orders/7")
        .bearer("open-sesame")
        .json(&json!({"items": [{"sku": "tea", "quantity": 3}]}))
        .await;
    let items = json!([{"sku": "tea", "quantity": 3}]);
    let expected = json!({"id": 7, "items": items, "version": 2});
    let message = panic_of(|| response.assert_json(&expected)).message;

    let documentation = include_str!("../../src/client/mod.rs");
    let (_, block) = documentation.split_once("/// ```text\n").unwrap();
    let (block, _) = block.split_once("/// ```\n").unwrap();
    let shown: Vec<&str> = block
        .lines()
        .map(|line| line.trim_start_matches("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    assert_eq!(message.lines().collect::<Vec<_>>(), shown);
}

#[tokio::test]
async fn json_is_compared_place_by_place() {
    let response = client().await.get("/orders/7").await;
    let expected = json!({"id": 8, "items": [{"sku": "tea"}, {"sku": "milk"}]});
    let panic = panic_of(|| response.assert_json(&expected));
    assert_eq!(
        what(&response, &panic),
        "\
the JSON differs in 3 places
  id                 expected 8, found 7
  items[0].quantity  expected nothing, found 2
  items[1]           expected {\"sku\":\"milk\"}, found nothing"
    );
    let panic = panic_of(|| response.assert_json_matches(&expected));
    assert_eq!(
        what(&response, &panic),
        "\
the JSON differs in 2 places
  id        expected 8, found 7
  items[1]  expected {\"sku\":\"milk\"}, found nothing"
    );
    response
        .assert_json_matches(&json!({"items": [{"sku": "tea"}]}))
        .assert_json(&json!({"id": 7, "items": [{"sku": "tea", "quantity": 2}]}));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_reported() {
    let client = client().await;
    let response = client.get("/text").await;
    for panic in [
        panic_of(|| response.assert_json(&json!({}))),
        panic_of(|| response.assert_json_matches(&json!({}))),
    ] {
        assert_eq!(
            what(&response, &panic),
            "expected JSON, found a body that is not JSON: expected ident at line 1 column 2"
        );
    }
    let panic = panic_of(|| response.json::<u8>());
    assert_eq!(
        what(&response, &panic),
        "the body cannot be read as `u8`: expected ident at line 1 column 2"
    );
    let empty = client.request("HEAD", "/text").await;
    let panic = panic_of(|| empty.assert_json(&json!({})));
    assert_eq!(what(&empty, &panic), "expected JSON, found an empty body");
}

#[tokio::test]
async fn headers_are_named_with_all_their_values() {
    let response = client().await.get("/text").await;
    response
        .assert_header("ETag", "\"1\"")
        .assert_no_header("location");
    for (panic, expected) in [
        (
            panic_of(|| response.assert_header("etag", "\"2\"")),
            "header `etag`: expected `\"2\"`, found `\"1\"`",
        ),
        (
            panic_of(|| response.assert_header("location", "/")),
            "header `location`: expected `/`, found none",
        ),
        (
            panic_of(|| response.assert_no_header("x-tag")),
            "header `x-tag`: expected none, found `one`",
        ),
    ] {
        assert_eq!(what(&response, &panic), expected);
    }
}

#[tokio::test]
async fn texts_are_compared_line_by_line() {
    let response = client().await.get("/text").await;
    response.assert_text("first\nsecond");
    let panic = panic_of(|| response.assert_text("first\nlast"));
    assert_eq!(
        what(&response, &panic),
        "the text differs in line 2\n  expected  \"last\"\n  found     \"second\""
    );
}

#[tokio::test]
async fn a_problem_in_the_style_of_the_api_is_still_one() {
    use http::StatusCode;
    use lambda_api::{IntoResponse, Problem, Response, middleware::from_fn};

    #[api_handler(GET "/taken")]
    async fn taken() -> Result<String, Problem> {
        Err(Problem::new(StatusCode::CONFLICT, "taken")
            .with_detail("by alice")
            .with_extension("by", &"alice"))
    }
    #[api_handler(GET "/fine")]
    async fn fine() -> &'static str {
        "fine"
    }
    #[api_handler(GET "/number/{id}")]
    async fn number(id: u32) -> String {
        id.to_string()
    }

    fn as_json(problem: &Problem) -> Response {
        (problem.status(), Json(json!({"error": "no"}))).into_response()
    }
    fn as_text(_: &Problem) -> Response {
        "all is well".into_response()
    }
    fn as_problem_without_code(problem: &Problem) -> Response {
        let own = [("content-type", "application/problem+json")];
        (problem.status(), own, r#"{"title":"no"}"#).into_response()
    }
    type Restyle = fn(&Problem) -> Response;
    for (restyle, status, body) in [
        (as_json as Restyle, 409, r#"{"error":"no"}"#),
        (as_text, 200, "all is well"),
        (as_problem_without_code, 409, r#"{"title":"no"}"#),
    ] {
        let outer =
            from_fn(async |request, next: lambda_api::middleware::Next| next.run(request).await);
        let api = Api::new()
            .routes(routes![taken, fine, number])
            .layer(outer)
            .on_problem(restyle);
        TestClient::new(api)
            .await
            .on_every_source(async |client| {
                let response = client.get("/taken").await;
                response.assert_problem(409, "taken");
                response.assert_status(status).assert_text(body);
                let sent = String::from_utf8(response.raw().unwrap().to_vec()).unwrap();
                assert!(!sent.contains("taken") && !sent.contains("alice"), "{sent}");
                let message = panic_of(|| response.assert_problem(404, "order_not_found")).message;
                assert!(
                    message.starts_with(
                        "the problem differs in 2 places\n  status  expected 404, found 409"
                    ),
                    "{message}"
                );

                client
                    .get("/nothing")
                    .await
                    .assert_problem(404, "route_not_found");
                client
                    .get("/number/x")
                    .await
                    .assert_problem(400, "invalid_parameters");
                let fine = client.get("/fine").await;
                let message = panic_of(|| fine.assert_problem(409, "taken")).message;
                assert!(message.contains("found none"), "{message}");
            })
            .await;
    }
}

#[tokio::test]
async fn a_problem_is_compared_by_status_and_code() {
    let client = client().await;
    let response = client.get("/orders/8").await;
    response.assert_problem(404, "order_not_found");
    assert_eq!(response.problem().detail(), Some("there is no such order"));
    assert_eq!(response.problem().extension("id"), Some(&json!(8)));
    let panic = panic_of(|| response.assert_problem(409, "out_of_stock"));
    assert_eq!(
        what(&response, &panic),
        "\
the problem differs in 2 places
  status  expected 409, found 404
  code    expected \"out_of_stock\", found \"order_not_found\""
    );
    let response = client.get("/text").await;
    let panic = panic_of(|| response.assert_problem(404, "order_not_found"));
    assert_eq!(
        what(&response, &panic),
        "expected the problem 404 `order_not_found`, found none: \
         the content type is `text/plain`"
    );
    let panic = panic_of(|| response.problem());
    assert_eq!(
        what(&response, &panic),
        "expected a problem, found none: the content type is `text/plain`"
    );
}

#[tokio::test]
async fn cookies_are_compared_by_their_decoded_value() {
    let client = client().await;
    let set = client.post("/session").await;
    set.assert_cookie("session", "a b");
    let removed = client.delete("/session").await;
    removed.assert_cookie_removed("session");
    for (response, panic, expected) in [
        (
            &set,
            panic_of(|| set.assert_cookie("session", "x")),
            "cookie `session`: expected `x`, found `a b`",
        ),
        (
            &set,
            panic_of(|| set.assert_cookie("other", "x")),
            "cookie `other`: expected `x`, found none",
        ),
        (
            &set,
            panic_of(|| set.assert_cookie_removed("session")),
            "cookie `session`: expected that it is removed, found `a b`",
        ),
        (
            &removed,
            panic_of(|| removed.assert_cookie("session", "")),
            "cookie `session`: expected ``, found that it is removed",
        ),
        (
            &removed,
            panic_of(|| removed.assert_cookie_removed("theme")),
            "cookie `theme`: expected that it is removed, found nothing about it",
        ),
    ] {
        assert_eq!(what(response, &panic), expected);
    }
}

#[tokio::test]
async fn assert_no_header_rejects_invalid_names() {
    let response = client().await.get("/text").await;
    let panic = panic_of(|| response.assert_no_header("set cookie"));
    panic.assert_is_at_its_test();
    assert_eq!(
        panic.message,
        "expected the name of a header, found \"set cookie\""
    );
}

#[tokio::test]
async fn an_invalid_location_is_reported() {
    let client = client().await;
    let response = client.get("/text").await;
    let panic = panic_of(|| response.location());
    assert_eq!(
        what(&response, &panic),
        "expected header `location`, found none"
    );
    let away = client.get("/old/away").await;
    assert_eq!(away.location(), "https://other.example/");
    let panic = panic_of(|| away.follow());
    assert_eq!(
        what(&away, &panic),
        "expected a location on https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com, \
         found one on https://other.example"
    );
}
