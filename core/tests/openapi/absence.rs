//! Failures of optional extractors, and of extractors in middleware.

use crate::rules::document;
use lambda_api::{
    Api, Identity, Json, Query, Request, Response, api_handler,
    auth::ApiKeys,
    middleware::{Next, from_fn},
    routes,
};
use serde_json::Value;

#[api_handler(POST "/required")]
async fn required(_body: Json<u32>) {}

#[api_handler(POST "/optional")]
async fn optional(_body: Option<Json<u32>>) {}

#[api_handler(POST "/both")]
async fn both(_body: Option<Json<u32>>, _same: Json<u32>) {}

#[api_handler(GET "/caller", public)]
async fn caller(_caller: Option<Identity>) {}

#[api_handler(GET "/layered")]
async fn layered() {}

fn codes(document: &Value, path: &str, method: &str, status: &str) -> String {
    let response = &document["paths"][path][method]["responses"][status];
    let name = response["$ref"].as_str().unwrap_or_default();
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn an_absent_optional_value_is_no_failure() {
    let keys = ApiKeys::from_keys([]);
    let api = Api::new()
        .authenticate(keys)
        .routes(routes![required, optional, both, caller]);
    let document = document(&api);
    let bad = |path| codes(&document, path, "post", "400");
    assert!(bad("/required").contains("MissingBody"), "{document:#}");
    assert!(!bad("/optional").contains("MissingBody"));
    assert!(bad("/optional").contains("InvalidJson"));
    assert!(bad("/both").contains("MissingBody"));
    assert_eq!(codes(&document, "/caller", "get", "401"), "InvalidToken");
}

#[test]
fn middleware_has_the_failures_of_its_extractors() {
    async fn paged(_page: Query<Vec<(String, u8)>>, request: Request, next: Next) -> Response {
        next.run(request).await
    }
    let bad = |api: Api| codes(&document(&api), "/layered", "get", "400");
    let plain = || Api::new().routes(routes![layered]);
    assert_eq!(bad(plain()), "BadRequest");
    for api in [
        plain().layer(from_fn(paged)),
        plain().route_layer(from_fn(paged)),
        Api::new().nest("", plain().layer(from_fn(paged))),
        Api::new().routes(routes![layered].layer(from_fn(paged))),
    ] {
        assert_eq!(bad(api), "InvalidParameters");
    }
}
