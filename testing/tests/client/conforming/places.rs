//! Which responses are compared, and with which operation.

use super::what;
use crate::failures::panic_of_async;
use http::StatusCode;
use lambda_api::{
    Api, Body, Error, IntoResponse, Json, NoContent, Request, Response, api_handler,
    event::Source,
    middleware::{Next, from_fn},
    response::{JsonArray, JsonLines, Redirect, SetCookie},
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::{Value, json};
use std::convert::Infallible;

#[api_handler(GET "/files/{path+}")]
async fn file(path: String) -> (StatusCode, String) {
    (StatusCode::OK, path)
}

/// The document cannot distinguish its path from that of `file`, which it leaves out.
#[api_handler(GET "/files/{name}", returns = NoContent)]
async fn top_file(name: String) -> Response {
    name.into_response()
}

#[api_handler(GET "/open")]
async fn open() -> impl IntoResponse {
    (
        StatusCode::IM_A_TEAPOT,
        [("content-type", "text/tea")],
        "tea",
    )
}

#[api_handler(GET "/bytes")]
async fn bytes() -> Body {
    Body::from("of any type")
}

#[api_handler(GET "/hidden", hidden, returns = NoContent)]
async fn hidden() -> Response {
    "text".into_response()
}

#[api_handler(ANY "/any/{id}", returns = NoContent)]
async fn any(id: u32) -> Response {
    id.to_string().into_response()
}

#[api_handler(GET "/old")]
async fn old() -> (Option<SetCookie>, Redirect) {
    (None, Redirect::to("/bytes"))
}

#[api_handler(GET "/fail")]
async fn fail() -> Result<Json<Value>, Error> {
    panic!("a handler that panics");
}

fn nested() -> Api {
    #[api_handler(GET "/lines/{line}", returns = NoContent)]
    async fn line(line: u32) -> Response {
        line.to_string().into_response()
    }

    Api::new().routes(routes![line])
}

fn api() -> Api {
    let service = tower::service_fn(async |_: Request| {
        Ok::<_, Infallible>(Response::new(Body::from("service")))
    });
    Api::new()
        .routes(routes![file, top_file, open, bytes, hidden, any, old, fail])
        .nest("/orders/{id}", nested())
        .mount_service("/mounted", service)
}

#[tokio::test]
async fn responses_without_a_promise_pass() {
    let client = TestClient::new(api()).conforming().await;
    for (method, path, status) in [
        ("GET", "/files/a/b", 200),
        ("GET", "/open", 418),
        ("GET", "/bytes", 200),
        ("GET", "/hidden", 200),
        ("GET", "/old", 303),
        ("GET", "/fail", 500),
        ("GET", "/nothing", 404),
        ("PUT", "/bytes", 405),
        ("OPTIONS", "/bytes", 204),
        ("GET", "/mounted/any/1", 200),
        // The document has no operation of these methods for any method.
        ("OPTIONS", "/any/1", 200),
        ("TRACE", "/any/1", 200),
    ] {
        client.request(method, path).await.assert_status(status);
    }
    client.get("/old").await.follow().await.assert_status(200);
}

#[tokio::test]
async fn the_operation_is_that_of_the_route() {
    let client = TestClient::new(api()).conforming().await;
    for (method, path, operation) in [
        ("GET", "/files/a", "GET /files/{name}"),
        ("GET", "/any/1", "GET /any/{id}"),
        ("HEAD", "/any/1", "GET /any/{id}"),
        ("PATCH", "/any/%31", "PATCH /any/{id}"),
        ("GET", "/orders/7/lines/1", "GET /orders/{id}/lines/{line}"),
    ] {
        let panic = panic_of_async(async {
            client.request(method, path).await;
        })
        .await;
        let first =
            format!("{operation} -> 200 does not conform to the document of the API\n  status: ");
        assert!(what(&panic).starts_with(&first), "{}", panic.message);
    }
}

#[tokio::test]
async fn layers_around_the_router_are_part_of_the_response() {
    async fn teapot(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    }
    let api = api().layer(from_fn(teapot));
    let client = TestClient::new(api).conforming().await;
    client.get("/open").await.assert_status(418);
    client.get("/nothing").await.assert_status(418);
    let panic = panic_of_async(async {
        client.get("/bytes").await;
    })
    .await;
    assert!(
        what(&panic).starts_with("GET /bytes -> 418 "),
        "{}",
        panic.message
    );
}

#[tokio::test]
async fn restyled_problems_of_any_form_pass() {
    let api = api().on_problem(|problem| {
        let body = json!({"message": problem.code()});
        (problem.status(), Json(body)).into_response()
    });
    let client = TestClient::new(api).conforming().await;
    client
        .get("/any/x")
        .await
        .assert_json(&json!({"message": "invalid_parameters"}));
}

#[tokio::test]
async fn without_a_document_there_is_no_client() {
    let panic = panic_of_async(async {
        let api = Api::new().routes(routes![bytes]).routes(routes![bytes]);
        let _client = TestClient::new(api).conforming().await;
    })
    .await;
    assert!(
        panic.message.starts_with("the API has no document\n"),
        "{}",
        panic.message
    );
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn lines_of_json_fit_the_schema_of_an_item() {
    /// The type says a number, and the text is of the request.
    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Row(#[schemars(with = "u8")] Value);

    #[api_handler(POST "/rows")]
    async fn rows(Json(rows): Json<Vec<Value>>) -> JsonLines<Row> {
        let rows = rows.into_iter().map(|row| Ok::<_, Infallible>(Row(row)));
        JsonLines::new(futures_util::stream::iter(rows))
    }

    for source in [Source::FunctionUrl, Source::HttpApi] {
        let api = Api::new().routes(routes![rows]);
        let api = api.stream_on([Source::FunctionUrl]);
        let client = TestClient::new(api).conforming().await.via(source);
        let response = client.post("/rows").json(&json!([1, 2])).await;
        response.assert_text("1\n2\n");
        let panic = panic_of_async(async {
            client.post("/rows").json(&json!([1, "two", "three"])).await;
        })
        .await;
        let expected = "line 2 of the body: expected a value of type integer, found \"two\"\n    \
            schema at /components/schemas/Row";
        assert!(panic.message.contains(expected), "{}", panic.message);
    }
}

#[tokio::test]
async fn a_stream_that_ended_early_is_compared_without_its_body() {
    #[api_handler(GET "/numbers")]
    async fn numbers() -> JsonArray<u8> {
        let items = [Ok(1), Ok(2), Err(std::io::Error::other("lost"))];
        JsonArray::new(futures_util::stream::iter(items))
    }
    let api = Api::new().routes(routes![numbers]);
    let client = TestClient::new(api.stream_on([Source::FunctionUrl])).conforming();
    let client = client.await.via(Source::FunctionUrl);
    let response = client.get("/numbers").await.incomplete();
    response.assert_text("[1,2");
}
