//! What single settings and clashes do to a document.

use http::StatusCode;
use lambda_api::{
    Api, IntoResponse, Json, Operation, Problem, Query, Response, api_handler, openapi::Info,
    routes,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) fn document(api: &Api) -> Value {
    let json = api.openapi().expect("no errors").to_json();
    crate::valid::assert_valid(&json);
    serde_json::from_str(&json).expect("JSON")
}

fn errors(api: &Api) -> Vec<String> {
    let errors = api.openapi().expect_err("errors");
    errors.iter().map(str::to_owned).collect()
}

/// Says nothing.
#[api_handler(GET "/quiet")]
async fn quiet() {}

#[test]
fn an_api_without_settings_has_the_name_of_its_crate() {
    let document = document(&Api::new().routes(routes![quiet]));
    assert_eq!(
        document["info"],
        json!({"title": "openapi", "version": "0.0.0"})
    );
    assert_eq!(document["paths"]["/quiet"]["get"]["security"], Value::Null);
    assert_eq!(
        document["paths"]["/quiet"]["get"]["summary"],
        "Says nothing."
    );
}

#[test]
fn settings_of_a_nested_api_are_an_error() {
    let nested = Api::new()
        .routes(routes![quiet])
        .openapi_info(Info::new("a", "1"));
    assert_eq!(
        errors(&Api::new().nest("/v1", nested)),
        [
            "a setting of the document is set on the API nested at `/v1`: set it on the outermost API"
        ]
    );
}

#[derive(Serialize, JsonSchema)]
struct Failure {
    error: String,
}

fn restyled() -> Api {
    Api::new()
        .routes(routes![quiet])
        .on_problem(|problem: &Problem| {
            let error = problem.code().to_owned();
            (problem.status(), Json(Failure { error })).into_response()
        })
}

#[test]
fn restyled_problems_have_the_schema_that_is_set() {
    let too_long = |api: &Api| document(api)["components"]["responses"]["UriTooLong"].clone();
    assert_eq!(
        too_long(&restyled()),
        json!({"description": "URI Too Long: `uri_too_long`", "content": {"*/*": {"schema": {}}}})
    );
    let reference = json!({"$ref": "#/components/schemas/Failure"});
    assert_eq!(
        too_long(&restyled().problem_schema::<Failure>("application/json"))["content"],
        json!({"application/json": {"schema": reference}})
    );
}

#[test]
fn timeouts_have_the_status_that_is_set() {
    let status = |api: Api| {
        let document = document(&api.routes(routes![quiet]));
        let responses = document["paths"]["/quiet"]["get"]["responses"].clone();
        [StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT]
            .map(|status| responses[status.as_str()].is_object())
    };
    assert_eq!(status(Api::new()), [false, true]);
    let after = std::time::Duration::from_secs(2);
    assert_eq!(status(Api::new().retry_after_timeout(after)), [true, false]);
}

mod tea {
    use super::*;

    #[derive(Serialize, serde::Deserialize, JsonSchema)]
    pub(super) struct Item {
        sku: String,
    }

    #[derive(serde::Deserialize, JsonSchema)]
    pub(super) struct Page {
        first: u32,
    }

    #[api_handler(GET "/teas")]
    pub(super) async fn list(Query(page): Query<Page>) -> Json<Vec<Item>> {
        let _ = page.first;
        Json(Vec::new())
    }
}

mod cup {
    use super::*;

    #[derive(Serialize, serde::Deserialize, JsonSchema)]
    pub(super) struct Item {
        size: u8,
    }

    #[derive(serde::Deserialize, JsonSchema)]
    pub(super) struct Page {
        last: u32,
    }

    #[api_handler(GET "/cups")]
    pub(super) async fn list(Query(page): Query<Page>) -> Json<Vec<Item>> {
        let _ = page.last;
        Json(Vec::new())
    }

    #[api_handler(POST "/cups")]
    pub(super) async fn add(_cup: Json<Item>) {}

    #[api_handler(POST "/pages")]
    pub(super) async fn find(_page: Json<Page>) {}
}

#[test]
fn two_types_of_one_name_are_an_error() {
    let expected = "two types are named `Item`: `openapi::rules::cup::Item` and \
                    `openapi::rules::tea::Item`; rename one of them with \
                    `#[schemars(rename = \"..\")]`";
    for routes in [
        routes![tea::list, cup::list],
        // One in requests, the other one in responses.
        routes![tea::list, cup::add],
        routes![cup::list, tea::list],
    ] {
        assert_eq!(errors(&Api::new().routes(routes)), [expected]);
    }
}

#[test]
fn types_that_are_no_component_can_share_a_name() {
    // `tea::Page` is there only as parameters.
    let api = Api::new().routes(routes![tea::list, cup::find]);
    let document = document(&api);
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let names: Vec<_> = schemas.keys().collect();
    assert_eq!(names, ["Item", "Page", "Problem"]);
    assert!(schemas["Page"]["properties"]["last"].is_object());
    let parameters = &document["paths"]["/teas"]["get"]["parameters"];
    assert_eq!(parameters[0]["name"], "first");
    assert_eq!(parameters[0]["required"], true);
}

#[derive(Serialize, serde::Deserialize, JsonSchema)]
struct Cup {
    #[serde(default)]
    size: u8,
}

#[derive(Serialize, JsonSchema)]
struct CupInput {
    size: u8,
}

#[api_handler(PUT "/cup")]
async fn put(cup: Json<Cup>) -> Json<Cup> {
    cup
}

#[api_handler(GET "/cup")]
async fn get() -> Json<CupInput> {
    Json(CupInput { size: 1 })
}

#[test]
fn the_name_of_a_request_schema_must_be_free() {
    let schemas = document(&Api::new().routes(routes![put]))["components"]["schemas"].clone();
    assert_eq!(schemas["CupInput"]["required"], Value::Null);
    assert_eq!(schemas["Cup"]["required"], json!(["size"]));
    assert_eq!(
        errors(&Api::new().routes(routes![put, get])),
        [
            "`openapi::rules::Cup` has different schemas in requests and responses, so that of requests \
          would be named `CupInput`, as is `openapi::rules::CupInput`; rename one of them with \
          `#[schemars(rename = \"..\")]`"
        ]
    );
}

#[test]
fn two_operations_of_one_name_are_an_error() {
    #[api_handler(GET "/one", operation_id = "it")]
    async fn one() {}
    #[api_handler(GET "/two", operation_id = "it")]
    async fn two() {}
    let errors = errors(&Api::new().routes(routes![one, two]));
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].starts_with("two operations are named `it`: "),
        "{errors:?}"
    );
}

/// Text or JSON, with header fields.
struct Either;

impl IntoResponse for Either {
    fn into_response(self) -> Response {
        Response::default()
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some("text/plain"));
        operation.response_header("x-text");
        operation.response(StatusCode::OK, Some("application/json"));
        operation.response_header("x-both");
        operation.optionally(|operation| operation.response_header("x-perhaps"));
    }
}

#[test]
fn headers_that_all_responses_have_are_required() {
    #[api_handler(GET "/either")]
    async fn either() -> Either {
        Either
    }

    let document = document(&Api::new().routes(routes![either]));
    let headers = &document["paths"]["/either"]["get"]["responses"]["200"]["headers"];
    let text = json!({"type": "string"});
    assert_eq!(
        *headers,
        json!({
            "x-both": {"required": true, "schema": text},
            "x-perhaps": {"schema": text},
            "x-text": {"schema": text},
        })
    );
}
