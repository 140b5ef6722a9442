//! The API as its callers see it, and its handlers as functions.

mod guard;
mod handlers;
mod orders;
mod refusals;

use crate::{api, caller::ApiKeys, store::Store};
use lambda_api::event::Source;
use lambda_api_testing::TestClient;

/// Two callers of one API, each with a browser of their own.
struct Callers {
    alice: TestClient,
    bob: TestClient,
    /// Somebody without an API key.
    nobody: TestClient,
    /// What the API keeps the orders in.
    store: Store,
}

impl Callers {
    /// An API with an empty store, and with keys in place of those of the environment.
    async fn via(source: Source) -> Self {
        let keys = ApiKeys::parse("alice=open-sesame,bob=let-me-in").unwrap();
        let store = Store::default();
        let nobody = TestClient::new(api().state(keys).state(store.clone()))
            .await
            .via(source);
        let with_key = |key: &str| {
            let browser = nobody.via(source);
            browser.default_header("authorization", format!("Bearer {key}"))
        };
        Self {
            alice: with_key("open-sesame"),
            bob: with_key("let-me-in"),
            nobody,
            store,
        }
    }
}
