//! What keeps an API from being built, and how it is said.

use crate::faults;
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
    assert_eq!(faults(nested(62)).await, [""; 0]);
    let faults = faults(nested(63)).await;
    let [fault] = &faults[..] else {
        panic!("{faults:?}");
    };
    assert!(fault.contains("orders::get"), "{fault}");
    assert!(
        fault.ends_with("/orders/{id}` has more than 64 segments"),
        "{fault}"
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
        let faults = faults(api).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        let fault = &faults[0];
        for part in ["orders::get", "build.rs:", "GET /orders/{"] {
            assert!(fault.contains(part), "{part} in {fault}");
        }
        assert_eq!(fault.matches("build.rs:").count(), 2, "{fault}");
    }
}

#[api_handler(GET "/{id}")]
async fn index(id: u64) -> String {
    id.to_string()
}

#[tokio::test]
async fn a_rule_without_an_authenticator_does_not_build() {
    let faults = faults(Api::new().routes(routes![reports, admin, health])).await;
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(
        faults[0].contains("reports") && faults[0].contains("scopes"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("admin") && faults[1].contains("groups"),
        "{faults:?}"
    );
}

#[tokio::test]
async fn faults_of_every_kind_come_at_once() {
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
    let faults = faults(api).await;
    for (count, expected) in [
        (1, "`base_path` is set on the API nested at `/{id}`"),
        (
            1,
            "`ignore_trailing_slash` is set on the API nested at `/{id}`",
        ),
        (1, "two parameters named `id`"),
        (1, "`no-slash` of a nested API must begin with `/`"),
        (1, "the prefix `/` of a nested API is none"),
        (1, "#[path] tenant"),
        (1, "the base path `v1` must begin with `/`"),
    ] {
        let found = faults
            .iter()
            .filter(|fault| fault.contains(expected))
            .count();
        assert_eq!(found, count, "{expected} in {faults:#?}");
    }
}

#[tokio::test]
async fn the_text_of_all_faults_is_a_list() {
    let errors = Api::new()
        .routes(routes![reports, admin])
        .build()
        .await
        .unwrap_err();
    let text = errors.to_string();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.lines().all(|line| line.starts_with("- ")), "{text}");
}
