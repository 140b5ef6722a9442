//! An API with responses of every kind.

use bytes::Bytes;
use http::StatusCode;
use lambda_api::{
    Api, ApiError, Body, Claims, Created, Error, Identity, Json, Limits, NoContent, Path, Problem,
    Query, Request, Response, State, Valid, Validate, api_handler,
    auth::{ApiKeys, AuthError, Authenticator, Credential, KeyHash, Scheme},
    extract::{CommaSeparated, Cookies, Extension, Form, Multipart, Text},
    middleware::{Next, from_fn},
    response::{Accepted, Html, Redirect, SetCookie},
    routes,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
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

fn no_caller(_: &Identity, _: &Request) -> bool {
    false
}

#[api_handler(GET "/guarded", authenticator = "keys", guard = no_caller)]
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

#[derive(Debug, Deserialize, JsonSchema, Validate)]
struct Limited {
    #[garde(range(max = 9))]
    size: u8,
}

#[api_handler(POST "/limited", public)]
async fn limited(Valid(Json(body)): Valid<Json<Limited>>) -> String {
    body.size.to_string()
}

#[api_handler(POST "/photos", public)]
async fn photos(form: Multipart) -> Json<usize> {
    Json(form.iter().count())
}

async fn paged(_page: Query<Filter>, request: Request, next: Next) -> Response {
    next.run(request).await
}

pub(crate) const KEY: &str = "4f7c1b0e5a2d49d88b1f6e3c7a905d21";

pub(crate) fn api() -> Api {
    let layered = Api::new()
        .routes(routes![raw_bytes])
        .route_layer(from_fn(paged));
    Api::new()
        .state("text".to_owned())
        .authenticate(ApiKeys::from_keys([(KeyHash::of(KEY), Identity::new("alice"))]).name("keys"))
        .authenticate(Broken)
        .limits(Limits::default().response(1500).parts(1).part_bytes(9))
        .routes(routes![
            place, get, values, search, text, body, status, slow, large, misused, problem, limited,
            photos
        ])
        .routes(routes![me, claims, staff, scoped, guarded, maybe, upload])
        .nest("/layered/{tenant}", layered)
}
