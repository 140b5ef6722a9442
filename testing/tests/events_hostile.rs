//! Hostile events: an API responds to each of them, with a response that the source can read, or
//! reports that the event is not from an HTTP source. It never panics.

use lambda_api::{
    Api, App, Invocation, Json, LambdaContext, Query, api_handler,
    event::{self, DecodeError, DecodeOptions, emulate},
    extract::{Cookies, Text},
    routes,
};
use lambda_api_testing::strategies;
use lambda_api_testing_internal::strategies as internal;
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::HashMap, sync::OnceLock};
use tokio::runtime::{Builder, Runtime};

/// Asks for everything that a request can have.
#[api_handler(ANY "/{path+}")]
async fn look(
    path: String,
    query: Option<Query<HashMap<String, String>>>,
    cookies: Cookies<'_>,
    json: Result<Json<Value>, lambda_api::extract::JsonRejection>,
    text: Option<Text>,
    invocation: Invocation,
) -> String {
    let context = invocation.request_context_as::<Value>();
    format!(
        "{} {} {} {} {} {:?} {:?} {:?} {:?} {} {}",
        path.len(),
        query.map_or(0, |Query(query)| query.len()),
        cookies.iter().count(),
        json.is_ok(),
        text.is_some(),
        invocation.source_ip(),
        invocation.request_id(),
        invocation.time(),
        invocation.domain_name(),
        invocation.path_parameters().count(),
        context.is_ok(),
    )
}

fn runtime() -> &'static (Runtime, App) {
    static RUNTIME: OnceLock<(Runtime, App)> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let app = runtime.block_on(Api::new().routes(routes![look]).build());
        (runtime, app.unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn hostile_events_get_a_response_or_an_error(event in internal::hostile_events()) {
        let decoded = event::decode(event.clone(), LambdaContext::default(), &DecodeOptions::default());
        let source = match &decoded {
            Ok(request) => request.extensions().get::<Invocation>().and_then(Invocation::source),
            Err(DecodeError::Malformed { invocation, .. }) => invocation.source(),
            Err(DecodeError::LimitExceeded(over)) => over.invocation().source(),
            Err(_) => None,
        };
        let (runtime, app) = runtime();
        let response = runtime.block_on(app.handle_event(event, LambdaContext::default()));
        match (source, response) {
            (None, Err(error)) => prop_assert!(error.to_string().len() < 10_000),
            (Some(source), Ok(response)) => {
                let received = emulate::parse_response(source, &response);
                prop_assert!(received.is_ok(), "{source}: {received:?}");
                let status = received.unwrap().status();
                prop_assert_ne!(status, http::StatusCode::INTERNAL_SERVER_ERROR);
                match &decoded {
                    Ok(_) => {}
                    Err(DecodeError::LimitExceeded(over)) => {
                        prop_assert_eq!(status, over.problem().status());
                    }
                    Err(_) => prop_assert_eq!(status, http::StatusCode::BAD_REQUEST),
                }
            }
            (source, response) => prop_assert!(false, "{source:?} {response:?}"),
        }
    }

    #[test]
    fn undamaged_events_get_a_response(
        event in strategies::sources().prop_flat_map(strategies::events),
    ) {
        let (runtime, app) = runtime();
        let response = runtime.block_on(event.send(app));
        prop_assert_ne!(response.status(), 500);
        // A method that no route has, a parameter that is no UTF-8, or a body that is encoded.
        let status = response.status().as_u16();
        prop_assert!(matches!(status, 200 | 204 | 400 | 404 | 405 | 415), "{response:?}");
    }
}

#[test]
fn most_hostile_events_still_come_from_their_source() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let (mut decoded, mut malformed) = (0, 0);
    for _ in 0..500 {
        let event = internal::hostile_events()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        match event::decode(event, LambdaContext::default(), &DecodeOptions::default()) {
            Ok(_) => decoded += 1,
            Err(DecodeError::Malformed { .. }) => malformed += 1,
            Err(_) => {}
        }
    }
    assert!(decoded > 250, "{decoded}");
    assert!(malformed > 10, "{malformed}");
}
