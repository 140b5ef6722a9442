//! An API with everything that a document can show.

use bytes::Bytes;
use http::StatusCode;
use lambda_api::{
    Api, ApiError, Created, IntoResponse, Json, NoContent, Path, Query, Request, Response, State,
    api_handler,
    auth::{Access, ApiKeys, Cognito, Credential, Jwt, Scheme, any, gateway::Iam},
    env,
    extract::{CommaSeparated, Form, Text},
    openapi::{Info, Server, Tag},
    routes,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, convert::Infallible};

/// A number of an order.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct OrderId(#[schemars(range(min = 1))] u64);

/// What can be ordered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// The order has arrived.
    Placed,
    Shipped,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    #[schemars(length(min = 1, max = 40))]
    sku: String,
    #[schemars(range(min = 1, max = 99))]
    #[serde(default = "one")]
    quantity: u32,
}

fn one() -> u32 {
    1
}

/// A type of its own beside `Item`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Item2 {
    note: Option<String>,
}

/// An order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    id: OrderId,
    status: Status,
    /// The articles.
    items: Vec<Item>,
    note: Option<String>,
    previous: Option<Box<Order>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct NewOrder<'a> {
    #[serde(borrow)]
    note: Option<Cow<'a, str>>,
    items: Vec<Item>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// The first order of the page.
    after: Option<OrderId>,
    #[serde(default)]
    #[schemars(range(max = 100))]
    limit: u8,
    status: Option<Status>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Line {
    order_id: OrderId,
    line: u8,
}

#[derive(Debug, Serialize)]
pub(crate) struct Undescribed {
    total: u64,
}

#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum OrderError {
    #[error("order {0} does not exist")]
    #[api(status = 404, code = "order_not_found")]
    NotFound(u64),
    #[error("the order has been shipped")]
    #[api(status = 409, code = "order_shipped", title = "Order shipped")]
    Shipped,
    #[error("storage failed")]
    #[api(status = 503, code = "storage_unavailable")]
    Storage,
}

#[derive(Clone, Debug)]
pub(crate) struct Store;

/// List orders.
///
/// The newest comes first.
#[api_handler(GET "/orders", scopes("orders/read"), authenticator = "customers")]
async fn list(Query(page): Query<Page>, _store: State<Store>) -> Json<Vec<Order>> {
    let _ = (page.after, page.limit, page.status);
    Json(Vec::new())
}

/// Place an order.
#[api_handler(POST "/orders", scopes("orders/write"), authenticator = "customers")]
async fn place(Json(order): Json<NewOrder<'_>>) -> Result<Created<Json<Order>>, OrderError> {
    let _ = (order.note, order.items);
    Err(OrderError::Storage)
}

/// Read an order.
#[api_handler(GET "/orders/{id}", scopes(any("orders/read", "orders/all")), authenticator = "customers")]
async fn get(
    id: OrderId,
    #[query] fields: Option<CommaSeparated<String>>,
    #[header("if-none-match")] known: Option<&str>,
    #[cookie] theme: Option<Status>,
) -> Result<Json<Order>, OrderError> {
    let _ = (fields, known, theme);
    Err(OrderError::NotFound(id.0))
}

/// Replace an order.
#[api_handler(
    PUT "/orders/{order_id}",
    tag = "changes",
    operation_id = "replaceOrder",
    summary = "Replace the whole order.",
    response(412, Json<Order>, "The order has changed: this is the new one."),
    response(202, "The order is replaced later."),
    example = example
)]
async fn replace(order_id: OrderId, Json(order): Json<Order>) -> Result<NoContent, OrderError> {
    let _ = (order_id, order);
    Err(OrderError::Shipped)
}

fn example() -> Order {
    Order {
        id: OrderId(7),
        status: Status::Placed,
        items: vec![Item {
            sku: "tea".to_owned(),
            quantity: 2,
        }],
        note: None,
        previous: None,
        tags: Vec::new(),
    }
}

#[deprecated]
#[api_handler(DELETE "/orders/{number}", groups("staff"), authenticator = "staff")]
async fn delete(#[path] number: u64) -> Result<NoContent, OrderError> {
    Err(OrderError::NotFound(number))
}

#[api_handler(GET "/orders/{order_id}/lines/{line}")]
async fn line(Path(line): Path<Line>) -> Json<Item2> {
    let _ = (line.order_id, line.line);
    Json(Item2 { note: None })
}

#[api_handler(POST "/search")]
async fn search(Form(page): Form<Page>) -> Json<Undescribed> {
    let _ = page;
    Json(Undescribed { total: 0 })
}

/// Nothing for others.
#[api_handler(GET "/internal", hidden)]
async fn internal() {}

/// The handler alone knows what it sends.
#[api_handler(GET "/raw", public)]
async fn raw() -> Result<Response, OrderError> {
    Ok(Response::default())
}

/// Upload a picture.
#[api_handler(PUT "/pictures/{name}")]
async fn upload(name: &str, picture: Bytes) -> Result<NoContent, StatusCode> {
    let _ = (name, picture);
    Err(StatusCode::INSUFFICIENT_STORAGE)
}

/// Files.
#[api_handler(GET "/files/{path+}", public)]
async fn file(path: &str) -> Response {
    path.to_owned().into_response()
}

/// OpenAPI cannot tell this path from that of `file`.
#[api_handler(GET "/files/{name}", public)]
async fn top_file(name: &str) -> String {
    name.to_owned()
}

#[api_handler(GET "/docs/{path+}", public)]
async fn docs(path: &str) -> Result<String, StatusCode> {
    let _ = path;
    Err(StatusCode::NOT_FOUND)
}

#[api_handler(ANY "/echo", public)]
async fn echo(Text(text): Text) -> String {
    text
}

#[api_handler(GET "/echo", public)]
async fn explain() -> &'static str {
    "sends your text back"
}

#[api_handler(GET "/status" | "/health", public)]
async fn status() -> &'static str {
    "ok"
}

mod admin {
    use super::*;

    /// Another `list`.
    #[api_handler(GET "/orders")]
    pub(super) async fn list() -> NoContent {
        NoContent
    }
}

fn nested() -> Api {
    Api::new().routes(routes![admin::list])
}

struct Sessions;

impl lambda_api::auth::Authenticator for Sessions {
    fn scheme(&self) -> Scheme {
        Scheme::new("sessions", Credential::cookie("sid"))
    }

    async fn authenticate(
        &self,
        _: &lambda_api::Request,
    ) -> Result<lambda_api::Identity, lambda_api::auth::AuthError> {
        Err(lambda_api::auth::AuthError::Absent)
    }
}

pub(crate) fn api() -> Api {
    let mut info = Info::new("Shop", "1.2.0");
    info.summary = Some("Orders".to_owned());
    info.description = Some("Orders of a shop.".to_owned());
    let keys = ApiKeys::from_keys([]);
    let legacy = tower::service_fn(|_: Request| async {
        Ok::<_, Infallible>(Response::new("legacy".into()))
    });
    Api::new()
        .state(Store)
        .openapi_info(info)
        .openapi_server(Server::new("https://api.shop.test"))
        .openapi_operation(|route, operation| {
            if route.path == "/health" {
                operation.description = Some("For load balancers.".to_owned());
            }
        })
        .openapi_document(|document| {
            let mut tag = Tag::new("unused");
            tag.description = Some("Added by the program.".to_owned());
            document.tags.push(tag);
        })
        .authenticate(
            Cognito::user_pool("eu-central-1_Abc123")
                .client("web")
                .name("customers"),
        )
        .authenticate(
            Jwt::new(env("STAFF_ISSUER"))
                .audience("shop")
                .credential(Credential::header("x-token"))
                .name("staff"),
        )
        .authenticate(keys)
        .authenticate(Sessions)
        .routes(routes![list, place, get, replace, delete, line, search].tag("orders"))
        .routes(routes![
            internal, raw, upload, file, top_file, docs, echo, explain, status
        ])
        .nest("/v1", nested())
        .nest(
            "/v2/{tenant}",
            nested().authenticate(Iam::from_apis([env("API_ID")])),
        )
        .mount_service_with(
            "/legacy",
            Access::authenticated().groups(any(&["staff"])),
            legacy,
        )
}
