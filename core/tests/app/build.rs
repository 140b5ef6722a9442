//! The errors of `Api::build`.

use crate::errors;
use lambda_api::{Api, api_handler, routes};

mod orders {
    #[lambda_api::api_handler(GET "/orders/{id}")]
    pub(crate) async fn get(id: u64) -> String {
        id.to_string()
    }
}

mod users {
    #[lambda_api::api_handler(GET "/orders/{name}")]
    pub(crate) async fn get(name: String) -> String {
        name
    }
}

#[api_handler(GET "/reports", scopes("reports/read"))]
async fn reports() -> &'static str {
    "reports"
}

#[api_handler(GET "/admin", groups(any("admin", "support")))]
async fn admin() -> &'static str {
    "admin"
}

#[api_handler(GET "/health", public)]
async fn health() -> &'static str {
    "ok"
}

#[api_handler(GET "/lonely")]
async fn lonely(#[path] tenant: String) -> String {
    tenant
}

#[api_handler(GET "/twice/{id}")]
async fn twice(id: u64) -> String {
    id.to_string()
}

#[tokio::test]
async fn a_path_has_at_most_64_segments() {
    let nested = |depth: usize| {
        let api = Api::new().routes(routes![orders::get]);
        Api::new().nest("/a".repeat(depth), api)
    };
    assert_eq!(errors(nested(62)).await, [""; 0]);
    let errors = errors(nested(63)).await;
    let [error] = &errors[..] else {
        panic!("{errors:?}");
    };
    assert!(error.contains("orders::get"), "{error}");
    assert!(
        error.ends_with("/orders/{id}` has more than 64 segments"),
        "{error}"
    );
}

#[tokio::test]
async fn a_conflict_names_both_handlers_and_their_source_lines() {
    for api in [
        Api::new()
            .routes(routes![orders::get])
            .routes(routes![users::get]),
        Api::new()
            .routes(routes![orders::get])
            .nest("/orders", Api::new().routes(routes![index])),
    ] {
        let errors = errors(api).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = &errors[0];
        for part in ["orders::get", "build.rs:", "GET /orders/{"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert_eq!(error.matches("build.rs:").count(), 2, "{error}");
    }
}

#[api_handler(GET "/{id}")]
async fn index(id: u64) -> String {
    id.to_string()
}

#[tokio::test]
async fn a_rule_without_an_authenticator_does_not_build() {
    let errors = errors(Api::new().routes(routes![reports, admin, health])).await;
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(
        errors[0].contains("reports") && errors[0].contains("scopes"),
        "{errors:?}"
    );
    assert!(
        errors[1].contains("admin") && errors[1].contains("groups"),
        "{errors:?}"
    );
}

#[tokio::test]
async fn errors_of_every_kind_come_at_once() {
    let nested = Api::new()
        .base_path("/v2")
        .ignore_trailing_slash()
        .routes(routes![twice]);
    let api = Api::new()
        .routes(routes![lonely, reports])
        .nest("/{id}", nested)
        .nest("no-slash", Api::new())
        .nest("/", Api::new())
        .base_path("v1");
    let errors = errors(api).await;
    for (count, expected) in [
        (1, "`base_path` is set on the API nested at `/{id}`"),
        (
            1,
            "`ignore_trailing_slash` is set on the API nested at `/{id}`",
        ),
        (1, "two parameters named `id`"),
        (1, "`no-slash` of a nested API must begin with `/`"),
        (1, "the prefix `/` of a nested API is empty"),
        (1, "#[path] tenant"),
        (1, "the base path `v1` must begin with `/`"),
    ] {
        let found = errors
            .iter()
            .filter(|error| error.contains(expected))
            .count();
        assert_eq!(found, count, "{expected} in {errors:#?}");
    }
}

#[tokio::test]
async fn the_text_of_all_errors_is_a_list() {
    let errors = Api::new()
        .routes(routes![reports, admin])
        .build()
        .await
        .unwrap_err();
    let text = errors.to_string();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.lines().all(|line| line.starts_with("- ")), "{text}");
}
