//! The APIs under test.

#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "handlers with every kind of argument"
)]

use crate::calls::block_on;
use http::{HeaderMap, Method, Uri, Version};
use lambda_api::{
    Api, App, Claims, Cors, Identity, Invocation, Json, LambdaContext, Path, Query, Request, State,
    api_handler,
    auth::{
        ApiKeys, KeyHash,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    bytes::Bytes,
    extract::{
        Cookies, Deadline, Extension, Form, FormRejection, JsonRejection, MatchedPath, Multipart,
        Text,
    },
    routes,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{borrow::Cow, collections::HashMap, fmt::Debug, sync::LazyLock};

fn build(api: Api) -> App {
    block_on(api.build()).expect("the API has no error")
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// The path and the query as a handler received them.
#[derive(Deserialize, Serialize)]
pub(crate) struct Sees {
    pub(crate) raw: String,
    pub(crate) values: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
}

type Pairs = Vec<(String, String)>;

#[api_handler(ANY "/one/{id}")]
fn one(id: String, uri: &Uri, Query(query): Query<Pairs>) -> Json<Sees> {
    let raw = uri.path().to_owned();
    let values = vec![id];
    Json(Sees { raw, values, query })
}

#[api_handler(ANY "/rest/{first}/{rest+}")]
fn rest(first: &str, rest: Cow<'_, str>, uri: &Uri, Query(query): Query<Pairs>) -> Json<Sees> {
    let raw = uri.path().to_owned();
    let values = vec![first.to_owned(), rest.into_owned()];
    Json(Sees { raw, values, query })
}

/// Returns the path and the query that its handlers received.
pub(crate) static SEES: LazyLock<App> =
    LazyLock::new(|| build(Api::new().routes(routes![one, rest])));

#[api_handler(GET "/open", public)]
fn open() -> &'static str {
    "open"
}

#[api_handler(ANY "/closed")]
fn closed() -> &'static str {
    "closed"
}

#[api_handler(GET "/closed/{id}", scopes("read"))]
fn closed_one(_id: IgnoredAny) -> &'static str {
    "closed"
}

#[api_handler(GET "/open/{path+}", groups("staff"))]
fn below_open(_path: IgnoredAny) -> &'static str {
    "closed"
}

/// Has one public route among routes that reject all requests.
pub(crate) static CLOSED: LazyLock<App> = LazyLock::new(|| {
    let hash: KeyHash = "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df"
        .parse()
        .expect("a hash");
    let keys = ApiKeys::from_keys([(hash, Identity::new("importer"))]).header("x-key");
    let routes = routes![open, closed, closed_one, below_open];
    build(Api::new().authenticate(keys).routes(routes))
});

#[derive(Debug, Deserialize)]
struct Order<'r> {
    #[serde(borrow)]
    sku: Cow<'r, str>,
    quantity: u32,
    #[serde(default)]
    lines: Vec<HashMap<String, f64>>,
}

#[derive(Debug, Deserialize)]
struct Filter {
    page: Option<u32>,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    exact: bool,
}

#[api_handler(ANY "/plain/{id}/{name}/{rest+}")]
fn plain(
    id: u64,
    name: &str,
    rest: String,
    #[query] page: Option<u32>,
    #[query("page-size")] size: Option<i8>,
    #[header("x-tenant")] tenant: Option<Cow<'_, str>>,
    #[cookie] sid: Option<String>,
    #[query] flag: Option<bool>,
    #[query] ratio: Option<f32>,
    #[query] letter: Option<char>,
) -> String {
    shown(&(id, name, rest, page, size, tenant, sid, flag, ratio, letter))
}

#[derive(Debug, Deserialize)]
struct Line {
    order: i64,
    line: u8,
}

#[api_handler(ANY "/path/{order}/{line}")]
fn path(
    Path(line): Path<Line>,
    Path(pair): Path<(String, String)>,
    Path(all): Path<Pairs>,
) -> String {
    shown(&(line.order, line.line, pair, all))
}

#[api_handler(ANY "/query")]
fn query(
    Query(filter): Query<Filter>,
    Query(all): Query<HashMap<String, Vec<String>>>,
    Query(pairs): Query<Pairs>,
) -> String {
    shown(&(filter.page, filter.tag, filter.exact, all, pairs))
}

#[api_handler(ANY "/json")]
fn json(
    order: Result<Json<Order<'_>>, JsonRejection>,
    any: Option<Json<serde_json::Value>>,
) -> String {
    let order = order.map(|Json(order)| (order.sku, order.quantity, order.lines));
    shown(&(order, any))
}

#[api_handler(ANY "/order")]
fn order(Json(order): Json<Order<'_>>) -> Json<String> {
    Json(shown(&order))
}

#[api_handler(ANY "/form")]
fn form(
    filter: Result<Form<Filter>, FormRejection>,
    Form(all): Form<HashMap<String, Vec<String>>>,
) -> String {
    shown(&(filter.is_ok(), all))
}

#[api_handler(ANY "/multipart")]
fn multipart(form: Option<Multipart>) -> String {
    shown(&form)
}

#[api_handler(ANY "/text")]
fn text(text: Option<Text>, bytes: Bytes) -> Vec<u8> {
    let _ = text;
    bytes.to_vec()
}

#[api_handler(ANY "/parts")]
fn parts(
    method: Method,
    uri: Uri,
    version: Version,
    headers: &HeaderMap,
    cookies: Cookies<'_>,
    matched: MatchedPath,
    request: &Request,
    invocation: &Invocation,
    context: LambdaContext,
    deadline: Deadline,
    State(state): State<u8>,
    extension: Option<Extension<u8>>,
) -> String {
    let cookies: Vec<_> = cookies.iter().collect();
    let body = request.body().bytes().len();
    let request = (method, uri, version, headers, cookies, matched, body);
    shown(&(request, invocation, context, deadline, state, extension))
}

/// The claims of any caller: claims from a gateway can have any shape.
#[derive(Debug, Deserialize)]
struct User {
    sub: Option<String>,
    exp: Option<u64>,
    admin: Option<bool>,
    #[serde(default)]
    groups: Vec<String>,
}

#[api_handler(ANY "/who")]
fn who(identity: Identity) -> String {
    let claims = identity.claims::<User>();
    let claims = claims.map(|user| (user.sub, user.exp, user.admin, user.groups));
    shown(&(&identity, identity.kind(), claims.is_ok()))
}

#[api_handler(ANY "/claims")]
fn claims(user: Claims<User>) -> String {
    shown(&user)
}

#[api_handler(ANY "/maybe", public)]
fn maybe(identity: Option<Identity>) -> String {
    shown(&identity)
}

/// Has a handler for every kind of argument, and trusts the claims of gateways.
pub(crate) static ALL: LazyLock<App> = LazyLock::new(|| {
    let api = |routes| Api::new().routes(routes);
    let callers = || routes![who, claims, maybe];
    build(
        api(routes![
            plain, path, query, json, order, form, multipart, text, parts
        ])
        .state(7_u8)
        .cors(Cors::new().allow_origins(["https://example.com"]))
        .nest(
            "/iam",
            api(callers()).authenticate(Iam::from_any_api().account("123456789012")),
        )
        .nest(
            "/cognito",
            api(callers()).authenticate(CognitoAuthorizer::from_any_api()),
        )
        .nest(
            "/jwt",
            api(callers()).authenticate(JwtAuthorizer::from_any_api()),
        )
        .nest(
            "/lambda",
            api(callers()).authenticate(LambdaAuthorizer::from_any_api()),
        )
        .nest(
            "/mtls",
            api(callers()).authenticate(MutualTls::from_any_api()),
        ),
    )
});
