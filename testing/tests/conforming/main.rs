//! Responses of the library, held to the documents that it writes.

mod api;

use api::{KEY, api};
use lambda_api::{IntoResponse, Json, Problem};
use lambda_api_testing::{MultipartForm, TestClient, TestRequest, TestResponse};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

fn item() -> serde_json::Value {
    let end = json!({
        "sku": "tea", "quantity": 1, "price": 1.5, "kind": {"type": "plain"}, "tags": {},
        "address": "192.0.2.1", "isNew": true, "pair": [1, "a"], "next": null, "nothing": null,
        "life": {"secs": 1, "nanos": 0},
    });
    let mut all = end.clone();
    all["next"] = end;
    all["tags"] = json!({"a": -1, "b": null});
    all["kind"] = json!({"type": "sized", "width": u64::MAX, "height": null});
    all["note"] = json!("a note");
    all
}

async fn client() -> TestClient {
    TestClient::new(api()).conforming().await
}

#[tokio::test]
async fn responses_of_handlers_conform() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            let placed = client.post("/items").json(&item()).await;
            placed.assert_json(&item());
            for (path, status) in [
                ("/items/ok", 200),
                ("/items/stock", 409),
                ("/items/storage", 503),
                ("/items/panic", 500),
                ("/items/other", 404),
                ("/values/1/true?page=1&ids=1,2", 200),
                ("/bodies/text", 200),
                ("/status/200", 200),
                ("/status/204", 204),
                ("/status/304", 304),
                ("/status/404", 404),
                ("/status/9", 500),
                ("/status/101", 500),
                ("/large", 500),
                ("/misused", 500),
                ("/problem", 418),
                ("/layered/a/bytes", 200),
                ("/layered/a/bytes?page=x", 400),
            ] {
                client.get(path).await.assert_status(status);
                client.request("HEAD", path).await;
            }
            for (id, text, status) in [
                (1, "", 307),
                (2, "", 303),
                (3, "", 500),
                (4, "gone", 410),
                (4, "", 507),
            ] {
                let request = client.put(format!("/texts/{id}")).text(text);
                request.await.assert_status(status);
            }
        })
        .await;
}

#[tokio::test]
async fn rejections_of_extractors_conform() {
    let client = client().await;
    let deep = "[".repeat(200);
    let cases: Vec<(TestRequest, u16, &str)> = vec![
        (client.post("/items"), 400, "missing_body"),
        (
            client.post("/items").text("{}"),
            415,
            "unsupported_media_type",
        ),
        (client.post("/items").json(&json!({})), 422, "invalid_body"),
        (json_text(&client, "{"), 400, "invalid_json"),
        (json_text(&client, &deep), 400, "json_too_deep"),
        (
            client.get("/values/300/x?page=a"),
            400,
            "invalid_parameters",
        ),
        (
            client
                .get("/values/1/true")
                .query("page", 1)
                .query("page", 2),
            400,
            "invalid_parameters",
        ),
        (
            client.get("/values/1/true?ids=x"),
            400,
            "invalid_parameters",
        ),
        (
            client.get("/values/1/true").header("x-size", "x"),
            400,
            "invalid_parameters",
        ),
        (
            client.get("/values/1/true").cookie("sid", "x"),
            400,
            "invalid_parameters",
        ),
        (client.post("/search?page=x"), 400, "invalid_parameters"),
        (
            client.post("/search").json(&1),
            415,
            "unsupported_media_type",
        ),
        (
            client.post("/search").form(&[("page", "x")]),
            422,
            "invalid_body",
        ),
        (
            client.post("/search").form(&[("page", "1"), ("page", "2")]),
            422,
            "invalid_body",
        ),
        (client.put("/texts/x").text("a"), 400, "invalid_parameters"),
        (
            client.post("/limited").json(&json!({"size": 10})),
            422,
            "invalid_body",
        ),
        (
            client.post("/photos").text("a"),
            415,
            "unsupported_media_type",
        ),
        (client.post("/photos"), 400, "missing_body"),
        (photos(&client, &["a", "b"]), 400, "too_many_parts"),
        (photos(&client, &["longer than 9"]), 413, "part_too_large"),
        (
            client
                .post("/photos")
                .body("--")
                .header("content-type", "multipart/form-data; boundary=x"),
            400,
            "invalid_multipart",
        ),
        (
            client.put("/texts/1").body(&b"\xff"[..]),
            400,
            "invalid_text",
        ),
    ];
    for (request, status, code) in cases {
        request.await.assert_problem(status, code);
    }
}

fn photos(client: &TestClient, files: &[&'static str]) -> TestRequest {
    let form = files.iter().fold(MultipartForm::new(), |form, file| {
        form.file("photo", "tea.png", "image/png", *file)
    });
    client.post("/photos").multipart(&form)
}

fn json_text(client: &TestClient, text: &str) -> TestRequest {
    let request = client.post("/items").text(text);
    request.header("content-type", "application/json")
}

#[tokio::test]
async fn rejections_of_callers_conform() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            let get = |path: &str| client.get(path);
            let known = |path: &str| get(path).header("x-api-key", KEY);
            let cases: Vec<(TestRequest, u16, &str)> = vec![
                (get("/me"), 401, "unauthorized"),
                (
                    get("/me").header("x-api-key", "other"),
                    401,
                    "invalid_token",
                ),
                (known("/me").cookie("broken", "1"), 400, "invalid_request"),
                (
                    get("/me").cookie("broken", "1"),
                    503,
                    "authentication_unavailable",
                ),
                (
                    get("/maybe").header("x-api-key", "other"),
                    401,
                    "invalid_token",
                ),
                (known("/claims"), 403, "unexpected_claims"),
                (known("/staff"), 403, "forbidden"),
                (known("/scoped"), 403, "insufficient_scope"),
                (known("/guarded"), 403, "forbidden"),
                (client.post("/upload"), 401, "unauthorized"),
                (client.put("/me"), 401, "unauthorized"),
                (known("/nothing"), 404, "route_not_found"),
            ];
            for (request, status, code) in cases {
                request.await.assert_problem(status, code);
            }
            known("/me").await.assert_text("alice text");
            known("/maybe").await.assert_text("alice");
            get("/maybe").await.assert_text("nobody");
            let uploaded = client
                .post("/upload")
                .header("x-api-key", KEY)
                .body("abc")
                .await;
            uploaded.assert_json(&3);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn timeouts_conform() {
    let client = client().await;
    let late = client.get("/slow").await;
    late.assert_problem(504, "timed_out");
    let api = api().retry_after_timeout(Duration::from_secs(2));
    let client = TestClient::new(api).conforming().await;
    let late = client.get("/slow").await;
    late.assert_problem(503, "timed_out")
        .assert_header("retry-after", "2");
}

#[tokio::test]
async fn restyled_problems_conform_to_their_schema() {
    #[derive(Serialize, JsonSchema)]
    struct Failure {
        message: String,
    }
    let failure = |problem: &Problem| {
        let message = problem.code().to_owned();
        (problem.status(), Json(Failure { message })).into_response()
    };
    let restyled = || api().on_problem(failure);
    let described = restyled().problem_schema::<Failure>("application/json");
    for api in [restyled(), described] {
        let client = TestClient::new(api).conforming().await;
        let response: TestResponse = client.get("/items/stock").await;
        response.assert_json(&json!({"message": "out_of_stock"}));
        client.get("/values/1/x").await.assert_status(400);
        client.get("/me").await.assert_status(401);
    }
}
