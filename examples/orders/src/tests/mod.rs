//! The API as its callers see it, and its handlers as functions.

mod callers;
mod handlers;
mod orders;
mod rejections;

use crate::{api, store::Store};
use lambda_api::{
    Identity,
    auth::{ApiKeys, KeyHash},
    event::Source,
};
use lambda_api_testing::TestClient;

const ALICE: &str = "4f7c1b0e5a2d49d88b1f6e3c7a905d21";
const BOB: &str = "9d3e8a417c6b4052a1f0c5d2e7b86f34";

/// Two callers of one API, each with a browser of their own.
struct Callers {
    alice: TestClient,
    bob: TestClient,
    /// Somebody without an API key.
    anonymous: TestClient,
    /// What the API keeps the orders in.
    store: Store,
}

impl Callers {
    /// An API with an empty store.
    async fn via(source: Source) -> Self {
        let keys = [("alice", ALICE), ("bob", BOB)]
            .map(|(name, key)| (KeyHash::of(key), Identity::new(name)));
        let store = Store::default();
        let api = api(ApiKeys::from_keys(keys)).state(store.clone());
        // Its responses are those that the document promises.
        let anonymous = TestClient::new(api).conforming().await.via(source);
        let with_key = |key: &str| {
            let browser = anonymous.via(source);
            browser.default_header("authorization", format!("Bearer {key}"))
        };
        Self {
            alice: with_key(ALICE),
            bob: with_key(BOB),
            anonymous,
            store,
        }
    }
}
