//! Hooks that run after a response.

use crate::{app, ask};
use lambda_api::{Api, LambdaContext, api_handler, event::Source, routes};
use lambda_api_testing::EventBuilder;
use std::sync::{Arc, Mutex};

static DONE: Mutex<Vec<&str>> = Mutex::new(Vec::new());

#[api_handler(GET "/")]
async fn handler() -> &'static str {
    DONE.lock().unwrap().push("handler");
    "done"
}

#[tokio::test]
async fn hooks_run_after_each_response_in_order() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let note = |name: &'static str| {
        let done = Arc::clone(&done);
        move || {
            let done = Arc::clone(&done);
            async move {
                tokio::task::yield_now().await;
                done.lock().unwrap().push(name);
                DONE.lock().unwrap().push(name);
            }
        }
    };
    let nested = Api::new().after_response(note("nested"));
    let api = Api::new()
        .routes(routes![handler])
        .after_response(note("first"))
        .after_response(async || panic!("on purpose"))
        .after_response(note("second"))
        .nest("/nested", nested);
    let app = app(api).await;
    let event = EventBuilder::new(Source::HttpApi).path("/").to_string();
    let response = app
        .handle_event(event.into(), LambdaContext::for_test())
        .await;
    assert!(
        String::from_utf8(response.unwrap())
            .unwrap()
            .contains("200")
    );
    assert_eq!(
        *DONE.lock().unwrap(),
        ["handler", "first", "second", "nested"]
    );
    // The hooks also run after an unsupported event.
    let response = app
        .handle_event("{}".into(), LambdaContext::for_test())
        .await;
    assert!(response.is_err());
    assert_eq!(done.lock().unwrap().len(), 6);
    // As a tower service, the App runs no hooks.
    assert_eq!(ask(&app, "GET", "/").await.status(), 200);
    assert_eq!(done.lock().unwrap().len(), 6);
}
