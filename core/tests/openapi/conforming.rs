//! Responses of the library, held to the documents that it writes.

use bytes::Bytes;
use http::StatusCode;
use lambda_api::{
    Api, ApiError, Body, Claims, Created, Error, Identity, IntoResponse, Json, Limits, NoContent,
    Path, Problem, Query, Request, Response, State, api_handler,
    auth::{ApiKeys, AuthError, Authenticator, Credential, KeyHash, Scheme},
    extract::{CommaSeparated, Cookies, Extension, Form, Text},
    middleware::{Next, from_fn},
    response::{Accepted, Html, Redirect, SetCookie},
    routes,
};
use lambda_api_testing::{TestClient, TestRequest, TestResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, net::Ipv4Addr, time::Duration};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Item {
    sku: String,
    quantity: u8,
    price: f64,
    kind: Kind,
    tags: BTreeMap<String, Option<i64>>,
    address: Ipv4Addr,
    #[serde(flatten)]
    more: More,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    pair: (u8, char),
    next: Option<Box<Item>>,
    nothing: (),
    life: Duration,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Kind {
    Plain,
    Sized { width: u64, height: Option<u64> },
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct More {
    #[serde(rename = "isNew")]
    is_new: bool,
}

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

#[derive(Debug, thiserror::Error, ApiError)]
enum ItemError {
    #[error("item {0} does not exist")]
    #[api(status = 404, code = "item_not_found")]
    NotFound(String),
    #[error("only {left} left")]
    #[api(status = 409, code = "out_of_stock")]
    OutOfStock {
        #[api(extension)]
        left: u32,
        #[api(header = "retry-after")]
        after: u32,
    },
    #[error("storage failed")]
    #[api(status = 503, code = "storage_unavailable")]
    Storage,
}

#[api_handler(POST "/items", public)]
async fn place(Json(item): Json<Item>) -> (SetCookie, Created<Json<Item>>) {
    let cookie = SetCookie::new("last", &*item.sku);
    (cookie, Created::at("/items/1", Json(item)))
}

#[api_handler(GET "/items/{id}", public)]
async fn get(id: &str) -> Result<([(&'static str, &'static str); 1], Json<()>), ItemError> {
    Err(match id {
        "stock" => ItemError::OutOfStock { left: 1, after: 2 },
        "storage" => ItemError::Storage,
        "panic" => panic!("a panic in a handler"),
        "ok" => return Ok(([("etag", "\"1\"")], Json(()))),
        id => ItemError::NotFound(id.to_owned()),
    })
}

#[api_handler(GET "/values/{a}/{b}", public)]
async fn values(
    a: u8,
    b: bool,
    #[query] page: Option<u32>,
    #[query] ids: CommaSeparated<u8>,
    #[header] x_size: Option<u8>,
    #[cookie] sid: Option<u64>,
    cookies: Cookies<'_>,
) -> Html<String> {
    let _ = (a, b, page, ids, x_size, sid, cookies);
    Html("<p>".to_owned())
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    page: Option<u8>,
}

#[api_handler(POST "/search", public)]
async fn search(Query(query): Query<Filter>, Form(form): Form<Filter>) -> Accepted<String> {
    Accepted(format!("{:?} {:?}", query.page, form.page))
}

#[api_handler(PUT "/texts/{id}", public)]
async fn text(Path(id): Path<u8>, Text(text): Text) -> Result<Redirect, StatusCode> {
    match (id, &*text) {
        (1, _) => Ok(Redirect::temporary("/items/ok")),
        (2, _) => Ok(Redirect::to("/items/ok")),
        (3, _) => Ok(Redirect::to("")),
        (_, "gone") => Err(StatusCode::GONE),
        _ => Err(StatusCode::INSUFFICIENT_STORAGE),
    }
}

#[api_handler(GET "/bodies/{kind}", public)]
async fn body(kind: &str) -> Body {
    Body::from(kind.to_owned())
}

#[api_handler(GET "/bytes", public)]
async fn raw_bytes() -> Bytes {
    Bytes::from_static(b"\xff\xfe")
}

#[api_handler(GET "/status/{status}", public)]
async fn status(status: u16) -> Result<StatusCode, Error> {
    Ok(StatusCode::from_u16(status)?)
}

#[api_handler(GET "/slow", public, timeout = "1ms")]
async fn slow() -> NoContent {
    std::future::pending().await
}

#[api_handler(GET "/large", public)]
async fn large() -> String {
    "a".repeat(2000)
}

#[api_handler(GET "/misused", public)]
async fn misused(Extension(missing): Extension<u128>) -> String {
    missing.to_string()
}

#[api_handler(GET "/problem", public)]
async fn problem() -> Result<NoContent, Problem> {
    Err(Problem::new(StatusCode::IM_A_TEAPOT, "teapot").with_header("retry-after", "1"))
}

#[derive(Deserialize)]
struct User {
    #[allow(dead_code)]
    level: u8,
}

#[api_handler(GET "/me")]
async fn me(caller: Identity, State(text): State<String>) -> String {
    format!("{} {text}", caller.subject())
}

#[api_handler(GET "/claims")]
async fn claims(Claims(user): Claims<User>) -> Json<u8> {
    Json(user.level)
}

#[api_handler(GET "/staff", authenticator = "keys", groups("staff"))]
async fn staff() {}

#[api_handler(GET "/scoped", authenticator = "keys", scopes("read"))]
async fn scoped() {}

fn nobody(_: &Identity, _: &Request) -> bool {
    false
}

#[api_handler(GET "/guarded", authenticator = "keys", guard = nobody)]
async fn guarded() {}

#[api_handler(GET "/maybe", public)]
async fn maybe(caller: Option<Identity>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |caller| caller.subject().to_owned())
}

#[api_handler(POST "/upload")]
async fn upload(picture: Bytes) -> Json<usize> {
    Json(picture.len())
}

/// An authenticator that is never available.
struct Broken;

impl Authenticator for Broken {
    fn scheme(&self) -> Scheme {
        Scheme::new("broken", Credential::cookie("broken"))
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let cookies = request.headers().get_all("cookie").iter();
        let mut own = cookies.filter(|one| one.as_bytes().starts_with(b"broken="));
        match own.next().is_some() {
            true => Err(AuthError::Unavailable("it is broken")),
            false => Err(AuthError::Absent),
        }
    }
}

async fn paged(_page: Query<Filter>, request: Request, next: Next) -> Response {
    next.run(request).await
}

const KEY: &str = "4f7c1b0e5a2d49d88b1f6e3c7a905d21";

fn api() -> Api {
    let layered = Api::new()
        .routes(routes![raw_bytes])
        .route_layer(from_fn(paged));
    Api::new()
        .state("text".to_owned())
        .authenticate(ApiKeys::from_keys([(KeyHash::of(KEY), Identity::new("alice"))]).name("keys"))
        .authenticate(Broken)
        .limits(Limits::default().response(1500))
        .routes(routes![
            place, get, values, search, text, body, status, slow, large, misused, problem
        ])
        .routes(routes![me, claims, staff, scoped, guarded, maybe, upload])
        .nest("/layered/{tenant}", layered)
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
            client.put("/texts/1").body(&b"\xff"[..]),
            400,
            "invalid_text",
        ),
    ];
    for (request, status, code) in cases {
        request.await.assert_problem(status, code);
    }
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
