//! What is sent.

use super::{client, echoed};
use lambda_api_testing::{MultipartForm, TestClient};
use serde_json::{Value, json};

#[tokio::test]
async fn every_method_is_sent_as_it_is_called() {
    let client = client().await;
    for (request, method) in [
        (client.get("/echo/x"), "GET"),
        (client.post("/echo/x"), "POST"),
        (client.put("/echo/x"), "PUT"),
        (client.patch("/echo/x"), "PATCH"),
        (client.delete("/echo/x"), "DELETE"),
        (client.request("OPTIONS", "/echo/x"), "OPTIONS"),
        (client.request("PROPFIND", "/echo/x"), "PROPFIND"),
        (client.request(http::Method::TRACE, "/echo/x"), "TRACE"),
    ] {
        request
            .await
            .assert_json_matches(&json!({"method": method}));
    }
    let head = client.request("HEAD", "/text").await;
    head.assert_status(200)
        .assert_header("etag", "\"1\"")
        .assert_text("");
}

#[tokio::test]
async fn a_path_may_be_anything_that_can_be_shown() {
    let client = client().await;
    let path = String::from("/echo/7?a=1");
    for request in [
        client.get("/echo/7?a=1"),
        client.get(&path),
        client.get(format_args!("/echo/{}?a={}", 7, 1)),
        client.get("/echo/7".to_owned()).query("a", 1),
        client.get("https://api.example.com/echo/7?a=1"),
    ] {
        let response = request.await;
        response.assert_json_matches(&json!({"path": "7", "query": "a=1"}));
    }
}

#[tokio::test]
async fn a_url_names_the_domain_of_its_request() {
    client()
        .await
        .on_every_source(async |client| {
            let response = client.get("http://api.example.com:8080/echo/x").await;
            let seen: Value = response.json();
            assert_eq!(echoed(&seen, "host"), ["api.example.com:8080"]);
            assert_eq!(echoed(&seen, "x-forwarded-proto"), ["http"]);
            assert_eq!(echoed(&seen, "x-forwarded-port"), ["8080"]);
        })
        .await;
}

#[tokio::test]
async fn query_parameters_are_encoded_and_repeat() {
    client()
        .await
        .on_every_source(async |client| {
            let request = client.get("/echo/x?first=1").query("tag", "a & b");
            let response = request.query("last", 'ü').await;
            let seen: Value = response.json();
            let mut pairs: Vec<_> =
                form_urlencoded::parse(seen["query"].as_str().unwrap().as_bytes())
                    .into_owned()
                    .collect();
            pairs.sort();
            let expected = [("first", "1"), ("last", "ü"), ("tag", "a & b")];
            assert_eq!(
                pairs,
                expected.map(|(name, value)| (name.into(), value.into()))
            );
        })
        .await;
}

#[tokio::test]
async fn a_body_comes_with_its_content_type() {
    let client = client().await;
    let json = json!({"a": 1});
    for (request, content_type, body) in [
        (
            client.post("/echo/x").json(&json),
            vec!["application/json"],
            "{\"a\":1}",
        ),
        (
            client.post("/echo/x").form(&[("a", "1 2"), ("a", "3")]),
            vec!["application/x-www-form-urlencoded"],
            "a=1+2&a=3",
        ),
        (
            client.post("/echo/x").text("hi"),
            vec!["text/plain; charset=utf-8"],
            "hi",
        ),
        (client.post("/echo/x").body("hi"), vec![], "hi"),
        (
            client
                .post("/echo/x")
                .header("content-type", "application/vnd.x+json")
                .json(&json),
            vec!["application/vnd.x+json"],
            "{\"a\":1}",
        ),
        (
            client
                .post("/echo/x")
                .json(&json)
                .header("content-type", "text/x"),
            vec!["text/x"],
            "{\"a\":1}",
        ),
    ] {
        let seen: Value = request.await.json();
        assert_eq!(echoed(&seen, "content-type"), content_type);
        assert_eq!(seen["body"], body);
    }
}

#[tokio::test]
async fn a_form_with_files_is_read_by_the_extractor_on_every_source() {
    use lambda_api::{Api, api_handler, extract::Multipart, routes};

    #[api_handler(POST "/photos")]
    async fn upload(form: Multipart) -> String {
        let photo = form.get("photo").unwrap();
        let title = form.get("title").unwrap();
        let title = String::from_utf8_lossy(title.bytes()).into_owned();
        let name = photo.file_name().unwrap_or_default();
        format!("{title}: {name}, {:?}", photo.bytes())
    }

    let client = TestClient::new(Api::new().routes(routes![upload])).await;
    client
        .gateway(|gateway| gateway.binary_media_types(["multipart/form-data"]))
        .on_every_source(async |client| {
            let form = MultipartForm::new().text("title", "Tea").file(
                "photo",
                "tea.png",
                "image/png",
                &b"\x89PNG\xff"[..],
            );
            let response = client.post("/photos").multipart(&form).await;
            response.assert_text("Tea: tea.png, b\"\\x89PNG\\xff\"");
        })
        .await;
}

#[tokio::test]
async fn request_headers_replace_default_headers() {
    let client = client().await;
    let client = client
        .default_header("x-tenant", "blue")
        .default_header("x-a", 1);
    let seen: Value = client.get("/echo/x").await.json();
    assert_eq!(echoed(&seen, "x-tenant"), ["blue"]);
    let request = client.get("/echo/x").header("x-tenant", "red").bearer(7);
    let seen: Value = request.await.json();
    assert_eq!(echoed(&seen, "x-tenant"), ["red"]);
    assert_eq!(echoed(&seen, "x-a"), ["1"]);
    assert_eq!(echoed(&seen, "authorization"), ["Bearer 7"]);
}

#[tokio::test]
async fn a_location_can_be_gone_to() {
    let client = client().await;
    let placed = client.post("/orders").await;
    assert_eq!(placed.location(), "/orders/7");
    client.get(placed.location()).await.assert_status(200);

    let old = client.get("/old/here").bearer("t").header("x-a", "1").await;
    assert_eq!(old.header("location"), Some("../echo/new?a=1#part"));
    assert_eq!(old.location(), "/echo/new?a=1");
    let response = old.follow().await;
    response.assert_json_matches(&json!({"method": "GET", "path": "new", "query": "a=1"}));
    let seen: Value = response.json();
    assert_eq!(echoed(&seen, "authorization"), ["Bearer t"]);
    assert_eq!(echoed(&seen, "x-a"), [""; 0]);

    let moved = client.post("/moved").json(&json!([1])).await;
    let response = moved.follow().await;
    response.assert_json_matches(&json!({"method": "POST", "body": "[1]"}));
}
