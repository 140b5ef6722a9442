//! What is found of the types in a signature.

use super::{Documentation, Documented, REQUESTS, RESPONSES, RequestSchema};
use crate::{
    ApiError, Claims, Created, Endpoint, Error, FromRequest, Identity, IntoResponse, Json,
    NoContent, Operation, Outcome, Path, Problem, Query, Request, Response, State, api_handler,
    describe::{ResponseHeader, SuccessResponse},
    extract::{
        CommaSeparated, Extension, Form, JsonRejection, LastEventId, MatchedPath, Range, Text,
        extract, field_error::Place,
    },
    response::{Accepted, Download, Html, JsonArray, JsonLines, Redirect, SetCookie, Sse},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{borrow::Cow, convert::Infallible};

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Order<'r> {
    #[serde(borrow)]
    sku: Cow<'r, str>,
    #[serde(default)]
    how_many: u8,
}

/// Without a schema.
#[derive(Deserialize, Serialize)]
struct Plain {
    #[allow(dead_code)]
    a: u8,
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    #[allow(dead_code)]
    page: Option<u32>,
}

#[derive(Debug, thiserror::Error, ApiError)]
#[api(crate = crate)]
enum OrderError {
    /// No order has this number.
    #[error("the order does not exist")]
    #[api(status = 404, code = "order_not_found", title = "No order")]
    NotFound,
    #[error("order {0} is sent")]
    #[api(status = 409, code = "order_sent", type = "https://example.com/sent")]
    Sent(u64),
    #[error("the store failed")]
    #[api(status = 503, code = "store_failed")]
    Store,
}

/// The handler's part of a document, and all schemas.
fn documented<E: Endpoint>() -> (Documented, Value) {
    let mut documentation = Documentation::new();
    let route = E::ROUTE;
    let documented = documentation.of_route(route.describe, route.document);
    let schemas = json!({
        "requests": documentation.requests.take_definitions(true),
        "responses": documentation.responses.take_definitions(true),
    });
    (documented, schemas)
}

fn bodies(documented: &Documented) -> Vec<(&'static str, bool)> {
    let bodies = documented
        .operation
        .contents
        .iter()
        .flat_map(|all| &all.bodies);
    bodies
        .map(|body| (body.media_type, body.required))
        .collect()
}

fn responses(documented: &Documented) -> Vec<(u16, &'static str)> {
    let contents = documented.operation.contents.iter();
    let responses = contents.flat_map(|all| &all.responses);
    responses
        .map(|one| {
            let status = one.status.map_or(0, |status| status.as_u16());
            (status, one.media_type.unwrap_or_default())
        })
        .collect()
}

fn failures(documented: &Documented) -> Vec<(u16, &'static str)> {
    let contents = documented.operation.contents.iter();
    let failures = contents.flat_map(|all| &all.failures);
    failures
        .map(|outcome| (outcome.status.as_u16(), outcome.code))
        .collect()
}

#[api_handler(POST "/a", crate = crate)]
async fn borrowed(
    Json(order): Json<Order<'_>>,
) -> Result<Created<Json<Order<'static>>>, OrderError> {
    let _ = (
        order.how_many,
        OrderError::NotFound,
        OrderError::Sent(1),
        OrderError::Store,
    );
    Err(OrderError::NotFound)
}

#[test]
fn a_type_with_a_lifetime_has_its_schema() {
    let (route, schemas) = documented::<borrowed>();
    assert_eq!(bodies(&route), [("application/json", true)]);
    let order = |path| json!([["application/json", {"$ref": format!("#{path}/Order")}]]);
    assert_eq!(json!(&route.request_schemas), order(REQUESTS));
    assert_eq!(json!(&route.response_schemas), order(RESPONSES));
    assert_eq!(schemas["requests"]["Order"]["required"], json!(["sku"]));
    assert_eq!(
        schemas["responses"]["Order"]["required"],
        json!(["sku", "howMany"])
    );
    let contents = route.operation.contents.as_deref().expect("contents");
    assert_eq!(
        contents.responses,
        [SuccessResponse {
            status: Some(StatusCode::CREATED),
            media_type: Some("application/json"),
            headers: vec![ResponseHeader {
                name: "location",
                required: false,
            }],
        }]
    );
    assert!(!contents.any_failure);
    assert_eq!(
        failures(&route),
        [
            (400, "missing_body"),
            (400, "invalid_json"),
            (400, "json_too_deep"),
            (415, "unsupported_media_type"),
            (422, "invalid_body"),
            (404, "order_not_found"),
            (409, "order_sent"),
            (503, "store_failed"),
        ]
    );
}

#[test]
fn an_outcome_has_the_texts_of_its_variant() {
    let texts = |outcome: &Outcome| {
        (
            outcome.title(),
            outcome.problem_type(),
            outcome.description(),
            outcome.detail(),
        )
    };
    let all = OrderError::outcomes();
    let expected = [
        (
            "No order",
            None,
            Some("No order has this number."),
            Some("the order does not exist"),
        ),
        ("Conflict", Some("https://example.com/sent"), None, None),
        // The text of a 5xx is not sent.
        ("Service Unavailable", None, None, None),
    ];
    assert_eq!(all.iter().map(texts).collect::<Vec<_>>(), expected);
}

type NewOrder<'r> = Option<Json<Order<'r>>>;

#[api_handler(POST "/b", crate = crate)]
async fn optional(order: NewOrder<'_>, filter: Option<Query<Filter>>) -> NoContent {
    drop((order, filter.map(|Query(filter)| filter.page)));
    NoContent
}

#[test]
fn an_alias_and_an_option_have_the_schema_inside() {
    let (route, _) = documented::<optional>();
    assert_eq!(bodies(&route), [("application/json", false)]);
    assert_eq!(route.request_schemas.len(), 1);
    let filter = json!([[{"$ref": "#/components/requests/Filter"}, true]]);
    assert_eq!(json!(&route.queries), filter);
    assert_eq!(responses(&route), [(204, "")]);
    assert!(route.response_schemas.is_empty() && route.unspecified.is_empty());
}

#[api_handler(POST "/c", crate = crate)]
async fn passed_on(
    order: Result<Json<Order<'_>>, JsonRejection>,
    text: Text,
    bytes: Bytes,
    Form(filter): Form<Filter>,
) -> String {
    drop((order, bytes, filter));
    text.0
}

#[test]
fn each_body_has_its_media_type_and_schema() {
    let (route, _) = documented::<passed_on>();
    assert_eq!(
        bodies(&route),
        [
            ("application/json", false),
            ("text/plain", false),
            ("application/octet-stream", false),
            ("application/x-www-form-urlencoded", true),
        ]
    );
    assert_eq!(
        json!(&route.request_schemas),
        json!([
            ["application/json", {"$ref": "#/components/requests/Order"}],
            ["text/plain", {"type": "string"}],
            ["application/octet-stream", {"type": "string", "format": "binary"}],
            ["application/x-www-form-urlencoded", {"$ref": "#/components/requests/Filter"}],
        ])
    );
    // Not those of the body that the handler gets as a `Result`.
    assert!(!failures(&route).contains(&(400, "invalid_json")));
    assert!(failures(&route).contains(&(400, "invalid_text")));
    assert_eq!(responses(&route), [(200, "text/plain")]);
}

#[api_handler(POST "/d", crate = crate)]
async fn unspecified(
    Json(plain): Json<Plain>,
    _query: Query<Plain>,
    _state: State<u8>,
    _method: &Method,
    _claims: Option<Claims<Plain>>,
) -> Json<Plain> {
    Json(plain)
}

#[test]
fn a_type_without_a_schema_is_listed() {
    let (route, _) = documented::<unspecified>();
    assert_eq!(bodies(&route), [("application/json", true)]);
    assert_eq!(responses(&route), [(200, "application/json")]);
    assert!(route.request_schemas.is_empty() && route.response_schemas.is_empty());
    let plain = "<lambda_api::documentation::tests::Plain>";
    let json = format!("lambda_api::extract::json::Json{plain}");
    let query = format!("lambda_api::extract::query::Query{plain}");
    assert_eq!(route.unspecified, [&*json, &*query, &*json]);
}

#[derive(Deserialize, JsonSchema)]
struct Sku(#[allow(dead_code)] String);

/// A type that reads an absent value as its default.
#[derive(JsonSchema)]
#[schemars(with = "u8")]
struct Size(u8);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let size = Option::<u8>::deserialize(deserializer)?;
        Ok(Self(size.unwrap_or(10)))
    }
}

type Maybe<T> = Option<T>;

#[api_handler(GET "/e/{id}", crate = crate)]
#[expect(clippy::too_many_arguments, reason = "one of each kind")]
async fn plain(
    id: u32,
    #[query] page: Maybe<u8>,
    #[query] tag: Vec<&str>,
    #[query("page-size")] size: Size,
    #[query] sku: Sku,
    #[query] ids: CommaSeparated<u8>,
    #[header] x_tenant: &str,
    #[header] x_trace: Option<Sku>,
    #[cookie] theme: Option<Cow<'_, str>>,
    #[cookie] sid: Plainly,
) -> Result<(), Problem> {
    drop((
        id, page, tag, size.0, sku, ids, x_tenant, x_trace, theme, sid,
    ));
    Ok(())
}

/// Without a schema.
#[derive(Deserialize)]
struct Plainly(#[allow(dead_code)] String);

#[test]
fn a_plain_argument_is_a_parameter() {
    let (route, _) = documented::<plain>();
    let parameters = route.parameters.iter().map(|parameter| {
        (
            parameter.place,
            parameter.name,
            parameter.required,
            json!(&parameter.schema),
        )
    });
    let small = json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255});
    let sku = json!({"$ref": "#/components/requests/Sku"});
    let string = json!({"type": "string"});
    assert_eq!(
        parameters.collect::<Vec<_>>(),
        [
            (
                Place::Path,
                "id",
                true,
                json!({"type": "integer", "format": "uint32", "minimum": 0})
            ),
            (
                Place::Query,
                "page",
                false,
                json!({"type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255})
            ),
            (
                Place::Query,
                "tag",
                false,
                json!({"type": "array", "items": {"type": "string"}})
            ),
            (
                Place::Query,
                "page-size",
                false,
                json!({"$ref": "#/components/requests/Size"})
            ),
            (Place::Query, "sku", true, sku.clone()),
            (
                Place::Query,
                "ids",
                false,
                json!({"type": "array", "items": small, "x-comma-separated": true})
            ),
            (Place::Header, "x-tenant", true, string),
            (
                Place::Header,
                "x-trace",
                false,
                json!({"anyOf": [sku, {"type": "null"}]})
            ),
            (
                Place::Cookie,
                "theme",
                false,
                json!({"type": ["string", "null"]})
            ),
            (Place::Cookie, "sid", true, Value::Null),
        ]
    );
    assert_eq!(failures(&route), [(400, "invalid_parameters")]);
    let contents = route.operation.contents.as_deref().expect("contents");
    // The response is 204, or a problem that only the handler knows.
    assert!(contents.any_failure);
    assert_eq!(responses(&route), [(204, "")]);
}

macro_rules! responders {
    ($($name:ident: $type:ty = $value:expr;)*) => { $(
        #[api_handler(GET "/", crate = crate)]
        async fn $name() -> $type {
            $value
        }
    )* };
}

responders! {
    nothing: () = ();
    created: Created<Json<u8>> = Created(Json(1));
    accepted: Accepted<&'static str> = Accepted("a");
    moved: Redirect = Redirect::to("/");
    page: Html<String> = Html(String::new());
    status_only: StatusCode = StatusCode::IM_A_TEAPOT;
    with_status: (StatusCode, Json<u8>) = (StatusCode::OK, Json(1));
    with_cookie: (SetCookie, String) = (SetCookie::new("a", "b"), String::new());
    with_optional_cookie: (Option<SetCookie>, String) = (None, String::new());
    binary: Result<Bytes, Error> = Ok(Bytes::new());
    whole: Response = Response::default();
    texts: Result<Json<u8>, (StatusCode, String)> = Ok(Json(1));
    events: Sse = Sse::new(none());
    array: JsonArray<u8> = JsonArray::new(none());
    lines: JsonLines<u8> = JsonLines::new(none());
    file: Download = Download::new("a");
}

fn none<T>() -> impl futures_util::Stream<Item = Result<T, Infallible>> {
    futures_util::stream::iter([])
}

#[test]
fn each_response_has_its_status_and_media_type() {
    const JSON: &str = "application/json";
    let shown = |header: &ResponseHeader| match header.required {
        true => header.name.to_owned(),
        false => format!("{}?", header.name),
    };
    let all = |documented: &Documented| -> Vec<_> {
        let contents = documented.operation.contents.iter();
        contents
            .flat_map(|all| &all.responses)
            .map(|one| {
                let status = one.status.map_or(0, |status| status.as_u16());
                let headers: Vec<_> = one.headers.iter().map(shown).collect();
                (status, one.media_type, headers.join(" "))
            })
            .collect()
    };
    let plain = |status, media_type| vec![(status, media_type, String::new())];
    let redirect = |status| (status, None, "location".to_owned());
    for ((route, _), expected) in [
        (documented::<nothing>(), plain(204, None)),
        (
            documented::<created>(),
            vec![(201, Some(JSON), "location?".to_owned())],
        ),
        (documented::<accepted>(), plain(202, Some("text/plain"))),
        (
            documented::<moved>(),
            vec![redirect(303), redirect(307), redirect(308)],
        ),
        (documented::<page>(), plain(200, Some("text/html"))),
        (documented::<status_only>(), plain(0, None)),
        (documented::<with_status>(), plain(0, Some(JSON))),
        (
            documented::<with_cookie>(),
            vec![(200, Some("text/plain"), "set-cookie".to_owned())],
        ),
        (
            documented::<with_optional_cookie>(),
            vec![(200, Some("text/plain"), "set-cookie?".to_owned())],
        ),
        (
            documented::<binary>(),
            plain(200, Some("application/octet-stream")),
        ),
        (documented::<whole>(), vec![]),
        (documented::<texts>(), plain(200, Some(JSON))),
        (
            documented::<events>(),
            [plain(200, Some("text/event-stream")), plain(204, None)].concat(),
        ),
        (documented::<array>(), plain(200, Some(JSON))),
        (
            documented::<lines>(),
            plain(200, Some("application/x-ndjson")),
        ),
        (
            documented::<file>(),
            vec![(200, Some("*/*"), "content-disposition".to_owned())],
        ),
    ] {
        assert_eq!(all(&route), expected);
        let with_content = expected
            .iter()
            .any(|(_, media_type, _)| media_type.is_some());
        assert_eq!(!route.response_schemas.is_empty(), with_content);
        assert!(route.unspecified.is_empty(), "{:?}", route.unspecified);
    }
    assert_eq!(
        failures(&documented::<binary>().0),
        [(500, "internal_error")]
    );
    let (texts, _) = documented::<texts>();
    assert!(texts.operation.contents.is_some_and(|all| all.any_failure));
}

#[api_handler(GET "/", crate = crate)]
async fn ranges(range: Range, last: Option<LastEventId>) -> Download {
    drop(last);
    Download::new("a").range(range)
}

#[test]
fn extractors_of_streams_have_headers_and_statuses() {
    let (route, _) = documented::<ranges>();
    let contents = route.operation.contents.iter();
    let found: Vec<_> = contents
        .flat_map(|all| &all.responses)
        .map(|one| {
            let names: Vec<_> = one.headers.iter().map(|header| header.name).collect();
            (one.status.map_or(0, |status| status.as_u16()), names)
        })
        .collect();
    let (range, name) = ("content-range", "content-disposition");
    assert_eq!(
        found,
        [(206, vec![range, name]), (304, vec![]), (200, vec![name])]
    );
    assert_eq!(
        failures(&route),
        [
            (412, "precondition_failed"),
            (416, "range_not_satisfiable"),
            (400, "invalid_parameters")
        ]
    );
    let parameters = route.parameters.iter();
    let names: Vec<_> = parameters.map(|one| (one.name, one.required)).collect();
    assert_eq!(
        names,
        [
            ("range", false),
            ("if-range", false),
            ("if-match", false),
            ("if-none-match", false),
            ("if-modified-since", false),
            ("if-unmodified-since", false),
            ("last-event-id", false)
        ]
    );
    assert_eq!(route.response_schemas.len(), 1);
}

/// An extractor of a program, of which a document knows the rejection.
struct Session;

#[derive(Debug, thiserror::Error, ApiError)]
#[api(crate = crate, status = 401, code = "no_session")]
#[error("no session")]
struct NoSession;

impl<'r> FromRequest<'r> for Session {
    type Rejection = NoSession;

    async fn from_request(_: &'r Request) -> Result<Self, NoSession> {
        Err(NoSession)
    }
}

/// A body of a program, with a schema.
struct Enveloped<T>(T);

impl<'r, T: Deserialize<'r> + Send + 'r> FromRequest<'r> for Enveloped<T> {
    type Rejection = JsonRejection;

    async fn from_request(request: &'r Request) -> Result<Self, JsonRejection> {
        let Json(data) = extract::<Json<T>>(request).await?;
        Ok(Self(data))
    }

    fn describe(operation: &mut Operation) {
        operation.request_body("application/vnd.own+json");
    }
}

impl<T: JsonSchema> RequestSchema for Enveloped<T> {
    fn document(documentation: &mut Documentation) {
        documentation.body::<Vec<T>>("application/vnd.own+json");
    }
}

#[api_handler(POST "/f", crate = crate)]
async fn own(_session: Session, order: Enveloped<Order<'_>>) -> String {
    order.0.sku.into_owned()
}

#[api_handler(POST "/g", crate = crate)]
async fn own_without(order: Enveloped<Plain>) -> String {
    order.0.a.to_string()
}

#[test]
fn extractors_of_a_program_are_documented() {
    let (route, _) = documented::<own>();
    assert_eq!(failures(&route)[0], (401, "no_session"));
    assert_eq!(bodies(&route), [("application/vnd.own+json", true)]);
    let orders = json!({"type": "array", "items": {"$ref": "#/components/requests/Order"}});
    assert_eq!(
        json!(&route.request_schemas),
        json!([["application/vnd.own+json", orders]])
    );
    assert!(route.unspecified.is_empty());
    let (route, _) = documented::<own_without>();
    assert_eq!(bodies(&route), [("application/vnd.own+json", true)]);
    assert!(route.request_schemas.is_empty());
    assert_eq!(route.unspecified.len(), 1);
}

#[api_handler(POST "/h/{a}", crate = crate)]
#[expect(
    clippy::too_many_arguments,
    reason = "more than core has functions for"
)]
async fn many(
    (Json(order), _own): (Json<Order<'_>>, Session),
    _path: Path<u8>,
    _z: &Method,
    _b: &Uri,
    _c: &HeaderMap,
    _d: Option<Extension<u8>>,
    _e: MatchedPath,
    _f: &Request,
    _g: Method,
    _h: Uri,
    _i: HeaderMap,
    _j: State<u8>,
    _query: Query<Filter>,
    _identity: Option<Identity>,
) -> String {
    order.sku.into_owned()
}

#[test]
fn pairs_and_many_extractors_are_documented() {
    let (route, _) = documented::<many>();
    assert_eq!(route.request_schemas.len(), 1);
    assert_eq!((route.queries.len(), route.paths.len()), (1, 1));
    assert!(route.unspecified.is_empty(), "{:?}", route.unspecified);
    for expected in [
        (401, "no_session"),
        (422, "invalid_body"),
        (401, "invalid_token"),
    ] {
        assert!(failures(&route).contains(&expected), "{expected:?}");
    }
}

fn sample() -> Order<'static> {
    Order {
        sku: "tea".into(),
        how_many: 2,
    }
}

const SAMPLE: &str = "tea";

#[api_handler(
    POST "/i",
    crate = crate,
    operation_id = "placeOrder",
    summary = "Places an order",
    tag = "orders",
    tag = "shop",
    hidden,
    returns = Created<Json<Order<'_>>>,
    response(404, "no such shop"),
    response(409, Json<u8>, "the order was placed before"),
    response(410, Json<Plain>, "the shop is closed"),
    example = sample
)]
#[deprecated]
async fn with_options() -> impl IntoResponse {
    NoContent
}

#[api_handler(POST "/j", deprecated, example = SAMPLE, crate = crate)]
async fn with_constant() -> impl IntoResponse {
    NoContent
}

#[test]
fn the_options_of_the_attribute_are_kept() {
    let (route, _) = documented::<with_options>();
    let options = route.options;
    assert_eq!(options.operation_id, Some("placeOrder"));
    assert_eq!(options.summary, Some("Places an order"));
    assert_eq!(options.tags, ["orders", "shop"]);
    assert!(options.hidden && options.deprecated);
    let example = options.example.map(|example| example());
    assert_eq!(example, Some(json!({"sku": "tea", "howMany": 2})));
    assert_eq!(responses(&route), [(201, "application/json")]);
    assert_eq!(route.response_schemas.len(), 1);
    let extra = route.extra.iter().map(|extra| {
        let contents = extra.operation.contents.as_deref().expect("contents");
        (
            extra.status.as_u16(),
            extra.description,
            contents.responses.len(),
            extra.schemas.len(),
        )
    });
    assert_eq!(
        extra.collect::<Vec<_>>(),
        [
            (404, "no such shop", 0, 0),
            (409, "the order was placed before", 1, 1),
            (410, "the shop is closed", 1, 0),
        ]
    );
    assert_eq!(route.unspecified.len(), 1);

    let (route, _) = documented::<with_constant>();
    assert!(route.options.deprecated && !route.options.hidden);
    let example = route.options.example.map(|example| example());
    assert_eq!(example, Some(json!("tea")));
    assert!(responses(&route).is_empty() && route.response_schemas.is_empty());
}
