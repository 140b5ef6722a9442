//! Events, answered: by the example `echo`, and by an API that has a handler for every kind of
//! argument.

use crate::{apis, calls::block_on, echo_example, reply};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use lambda_api::{
    App, Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source},
};
use lambda_api_testing::strategies::carried_reply;
use serde::Deserialize;
use std::sync::LazyLock;

static ECHO: LazyLock<App> =
    LazyLock::new(|| block_on(echo_example::api().build()).expect("the example has no fault"));

/// The reply that a request asks the example for.
#[derive(Deserialize)]
struct Wanted {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Answers one event.
///
/// # Panics
/// When a reply is none, or is a 5xx that nobody asked for.
pub fn run(data: &[u8]) {
    let event = Bytes::copy_from_slice(data);
    let decoded = event::decode(
        event.clone(),
        LambdaContext::default(),
        &DecodeOptions::default(),
    );
    let (source, wanted) = match &decoded {
        Ok(request) => {
            let source = request.extensions().get().and_then(Invocation::source);
            let asks = request.method() == Method::POST && request.uri().path() == "/reply";
            let wanted = asks.then(|| serde_json::from_slice::<Wanted>(request.body().bytes()));
            (source, wanted.and_then(Result::ok))
        }
        Err(DecodeError::Malformed { invocation, .. }) => (invocation.source(), None),
        Err(_) => (None, None),
    };
    let is_http = !matches!(decoded, Err(DecodeError::NotHttp(_)));
    let is_refused = decoded.is_err();
    for (app, wanted) in [(&ECHO, wanted.as_ref()), (&apis::ALL, None)] {
        let reply = block_on(app.handle_event(event.clone(), LambdaContext::default()));
        match (source, reply) {
            (None, Err(_)) => assert!(!is_http, "a request was not answered"),
            // An event that is over a limit does not tell whose it is.
            (None, Ok(reply)) => {
                assert!(is_http, "an event of nobody was answered");
                assert!(reply::check_any(&reply).is_client_error());
            }
            (Some(_), Err(error)) => panic!("no reply: {error}"),
            (Some(source), Ok(reply)) => {
                let reply = reply::check(source, &reply);
                if is_refused {
                    assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
                } else if wanted.is_none() {
                    assert!(!reply.status().is_server_error(), "{reply:?}");
                }
            }
        }
    }
    if let Some(response) = wanted.and_then(Wanted::response) {
        for source in Source::ALL {
            round_trip(source, &response);
        }
    }
}

fn is_reply(wanted: &Wanted) -> bool {
    (200..600).contains(&wanted.status)
}

impl Wanted {
    fn response(self) -> Option<Response<Bytes>> {
        if !is_reply(&self) {
            return None;
        }
        let body = base64_simd::STANDARD.decode_to_vec(self.body).ok()?;
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).ok()?;
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
            response.headers_mut().append(name, value);
        }
        Some(response)
    }
}

/// The law of replies: what is encoded, its source reads as far as it can carry it.
fn round_trip(source: Source, response: &Response<Bytes>) {
    let (parts, body) = response.clone().into_parts();
    let reply = event::encode(source, &parts, &body);
    let received = reply::check(source, &reply);
    let expected = carried_reply(source, response);
    assert_eq!(received.status(), expected.status());
    assert_eq!(
        listed(received.headers()),
        listed(expected.headers()),
        "{source}"
    );
    assert_eq!(received.body(), expected.body());
}

fn listed(headers: &HeaderMap) -> Vec<(&str, Vec<&[u8]>)> {
    let values = |name| {
        headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect()
    };
    let mut listed: Vec<_> = headers
        .keys()
        .map(|name| (name.as_str(), values(name)))
        .collect();
    listed.sort();
    listed
}
