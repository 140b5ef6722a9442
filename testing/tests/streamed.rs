//! What is streamed equals what is buffered, as clients receive it.

use bytes::Bytes;
use futures_util::stream;
use http::{
    HeaderMap, Method, Request, Response,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE},
};
use lambda_api::{
    Api, App, Body, LambdaContext,
    event::{EventResponse, Source, emulate},
};
use lambda_api_testing_internal::strategies;
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

const STREAMING: [Source; 2] = [Source::FunctionUrl, Source::RestApi];

/// The response that the function makes next.
type Next = Arc<Mutex<Response<Body>>>;

/// A function whose response is the next one, whatever the request.
async fn app(next: &Next, streams: &[Source]) -> App {
    let next = next.clone();
    let service = tower::service_fn(move |_: Request<Body>| {
        let response = std::mem::take(&mut *next.lock().unwrap());
        async { Ok::<_, Infallible>(response) }
    });
    let api = Api::new().fallback_service(service);
    let api = api.stream_on(streams.iter().copied());
    api.build().await.expect("an app")
}

/// A body in memory, or one in parts that end at these positions.
fn body(bytes: &Bytes, cuts: Option<&[usize]>) -> Body {
    let Some(cuts) = cuts else {
        return bytes.clone().into();
    };
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    ends.extend([0, bytes.len()]);
    ends.sort_unstable();
    let parts: Vec<_> = ends
        .windows(2)
        .map(|ends| Ok::<_, Infallible>(bytes.slice(ends[0]..ends[1])))
        .collect();
    Body::from_stream(stream::iter(parts))
}

/// Names and values, sorted by name.
fn listed(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let mut listed: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    listed.sort_by(|(a, _), (b, _)| a.cmp(b));
    listed
}

#[test]
fn what_is_streamed_equals_what_is_buffered() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let next = Next::default();
    let (buffers, streams) =
        runtime.block_on(async { (app(&next, &[]).await, app(&next, &STREAMING).await) });
    let cuts = prop::option::of(prop::collection::vec(any::<usize>(), 0..4));
    let cases = (
        prop::sample::select(&STREAMING[..]),
        prop::sample::select(&[Method::GET, Method::HEAD][..]),
        strategies::responses(),
        cuts,
    );
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1500)
    };
    type Case = (Source, Method, Response<Bytes>, Option<Vec<usize>>);
    let run = |(source, method, response, cuts): Case| {
        let (mut parts, bytes) = response.into_parts();
        let length = bytes.len().to_string();
        let stated = parts.headers.get(CONTENT_LENGTH);
        if cuts.is_some() && stated.is_some_and(|stated| *stated != *length) {
            // A stream of another length than it states fails.
            parts.headers.remove(CONTENT_LENGTH);
        }
        let mut request = Request::default();
        *request.method_mut() = method;
        let gateway = emulate::GatewayContext::new();
        let event = Bytes::from(emulate::event(source, &request, &gateway).to_string());
        let make = || {
            let body = body(&bytes, cuts.as_deref());
            *next.lock().unwrap() = Response::from_parts(parts.clone(), body);
        };
        make();
        let handled = buffers.handle_event(event.clone(), LambdaContext::default());
        let buffered = runtime.block_on(handled).expect("a response");
        let mut buffered = emulate::parse_response(source, &buffered).expect("a response");
        make();
        let handled = streams.stream_event(event, LambdaContext::default());
        let EventResponse::Stream(sent) = runtime.block_on(handled).expect("a response") else {
            return Err(TestCaseError::fail("it is no stream"));
        };
        let sent = runtime.block_on(sent.collect()).expect("a whole stream");
        let mut streamed = emulate::parse_stream(source, &sent).expect("a response");
        // `connection: content-type` takes it away.
        let is_untyped = !parts.headers.contains_key(CONTENT_TYPE)
            || (parts.headers.get_all(CONNECTION).iter()).any(|options| {
                String::from_utf8_lossy(options.as_bytes())
                    .to_lowercase()
                    .contains("content-type")
            });
        if cuts.is_some() && is_untyped {
            // Whether it is text is not known when it begins.
            for response in [&mut buffered, &mut streamed] {
                response.headers_mut().remove(CONTENT_TYPE);
            }
        }
        prop_assert_eq!(streamed.status(), buffered.status());
        prop_assert_eq!(
            listed(streamed.headers()),
            listed(buffered.headers()),
            "{}",
            source
        );
        prop_assert_eq!(streamed.body(), buffered.body());
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(&cases, run) {
        panic!("{error}");
    }
}
