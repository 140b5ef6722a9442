//! Events, handled by the program `echo` and by an API that has a handler for every kind of
//! argument.

use crate::{apis, calls::block_on, echo_program, response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use lambda_api::{
    App, Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source},
};
use lambda_api_testing_internal::strategies::lossy_response;
use serde::Deserialize;
use std::sync::LazyLock;

static ECHO: LazyLock<App> =
    LazyLock::new(|| block_on(echo_program::api().build()).expect("a valid API"));

/// The response that a request asks the program for.
#[derive(Deserialize)]
struct Wanted {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Handles an event.
///
/// # Panics
/// Panics if the response is invalid, or has a 5xx status that the request did not ask for.
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
    let is_http = !matches!(decoded, Err(DecodeError::UnsupportedEvent(_)));
    let is_rejected = decoded.is_err();
    for (app, wanted) in [(&ECHO, wanted.as_ref()), (&apis::ALL, None)] {
        let encoded = block_on(app.handle_event(event.clone(), LambdaContext::default()));
        match (source, encoded) {
            (None, Err(_)) => assert!(!is_http, "a request got no response"),
            // If an event exceeds a limit, its source is unknown.
            (None, Ok(encoded)) => {
                assert!(is_http, "an event without a source got a response");
                assert!(response::check_any(&encoded).is_client_error());
            }
            (Some(_), Err(error)) => panic!("no response: {error}"),
            (Some(source), Ok(encoded)) => {
                let encoded = response::check(source, &encoded);
                if is_rejected {
                    assert_eq!(encoded.status(), StatusCode::BAD_REQUEST);
                } else if wanted.is_none() {
                    assert!(!encoded.status().is_server_error(), "{encoded:?}");
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

fn is_response(wanted: &Wanted) -> bool {
    (200..600).contains(&wanted.status)
}

impl Wanted {
    fn response(self) -> Option<Response<Bytes>> {
        if !is_response(&self) {
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

/// Checks that a response survives encoding and parsing by its source, within the limits of the
/// format.
fn round_trip(source: Source, response: &Response<Bytes>) {
    let (parts, body) = response.clone().into_parts();
    let encoded = event::encode(source, &parts, &body);
    let received = response::check(source, &encoded);
    let expected = lossy_response(source, response);
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
