//! Errors of the description, and where the page is listed.

use crate::{client, open, weather};
use lambda_api::{Api, api_handler, openapi::Method, routes};
use serde_json::Value;

async fn errors(api: Api) -> Vec<String> {
    match api.build().await {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(str::to_owned).collect(),
    }
}

#[tokio::test]
async fn a_bad_path_is_a_build_error() {
    for (path, expected) in [
        (
            "docs",
            "the prefix `docs` of a mounted service must begin with `/`",
        ),
        (
            "/docs/",
            "the prefix `/docs/` of a mounted service must not end with `/`",
        ),
        (
            "/",
            "the path `/` of the docs page must be a path of its own, such as `/docs`",
        ),
        (
            "/{x}",
            "the path `/{x}` of the docs page cannot have parameters",
        ),
    ] {
        assert_eq!(errors(Api::new().docs(path)).await, [expected]);
    }
}

#[tokio::test]
async fn two_services_cannot_have_one_path() {
    let errors = errors(open().docs("/docs")).await;
    assert!(!errors.is_empty());
    assert!(
        errors.iter().all(|error| error.contains("service `docs`")),
        "{errors:?}"
    );
}

#[tokio::test]
async fn docs_belong_to_the_outermost_api() {
    let nested = Api::new().nest("/v1", open());
    assert_eq!(
        errors(nested).await,
        [
            "`docs` is set on the API nested at `/v1`: it applies to the whole application, so set \
             it on the outermost API"
        ]
    );
}

mod two {
    use super::{Json, JsonSchema, Serialize, api_handler};

    #[derive(Serialize, JsonSchema)]
    pub(crate) struct Order {
        text: &'static str,
    }

    #[api_handler(GET "/two")]
    pub(crate) async fn two() -> Json<Order> {
        Json(Order { text: "two" })
    }
}

use lambda_api::Json;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct Order {
    number: u8,
}

#[api_handler(GET "/one")]
async fn one() -> Json<Order> {
    Json(Order { number: 1 })
}

#[tokio::test]
async fn errors_of_the_document_are_build_errors() {
    let routes = || Api::new().routes(routes![one, two::two]);
    assert!(errors(routes()).await.is_empty());
    let errors = errors(routes().docs("/docs")).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("the docs page: ") && errors[0].contains("`Order`"),
        "{errors:?}"
    );
}

#[tokio::test]
async fn the_document_does_not_name_the_page() {
    let with = open().openapi().expect("no errors");
    let without = Api::new()
        .routes(routes![weather])
        .openapi()
        .expect("no errors");
    assert_eq!(with.to_json(), without.to_json());
    let served: Value = client(open()).await.get("/docs/openapi.json").await.json();
    let expected: Value = serde_json::from_str(&without.to_json()).expect("JSON");
    assert_eq!(served["paths"], expected["paths"]);
    assert!(with.paths["/weather"].operations.contains_key(&Method::Get));
}

#[tokio::test]
async fn routes_and_pages_can_share_a_prefix() {
    #[api_handler(GET "/docs/openapi.json")]
    async fn own() -> &'static str {
        "own"
    }
    let client = client(open().routes(routes![own]).docs("/internal/docs")).await;
    client.get("/docs/openapi.json").await.assert_text("own");
    client.get("/docs").await.assert_status(200);
    let document = client.get("/internal/docs/openapi.json").await;
    document.assert_status(200);
}
