//! What single settings and clashes do to a document.

use http::StatusCode;
use lambda_api::{Api, IntoResponse, Json, Problem, api_handler, openapi::Info, routes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

fn document(api: &Api) -> Value {
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
        json!({"description": "URI Too Long: `uri_too_long`", "content": {"*/*": {}}})
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
