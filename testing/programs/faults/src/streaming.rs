//! Responses that are made while they are sent.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header::SET_COOKIE};
use lambda_api::{Api, Body, BoxError, Response, api_handler, routes};
use std::{
    convert::Infallible,
    env,
    future::pending,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::sync::Semaphore;

/// The size of a part.
const PART: usize = 64 * 1024;

/// How many parts were made.
static MADE: AtomicU64 = AtomicU64::new(0);

/// How many parts may be made.
static STEPS: Semaphore = Semaphore::const_new(0);

/// A response of so many MiB.
#[api_handler(GET "/mib/{size}")]
async fn mib(size: u64) -> Body {
    let parts = size * (1024 * 1024 / PART as u64);
    Body::from_stream(stream::unfold(0, move |n| async move {
        let part = (n < parts).then(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; PART])))?;
        MADE.fetch_add(1, Ordering::Relaxed);
        Some((part, n + 1))
    }))
}

/// How many bytes were made.
#[api_handler(GET "/made")]
async fn made() -> String {
    (MADE.load(Ordering::Relaxed) * PART as u64).to_string()
}

/// A response with a part for each call of `/step`.
#[api_handler(GET "/steps/{count}")]
async fn steps(count: u64) -> Body {
    Body::from_stream(stream::unfold(0, move |n| async move {
        if n == count {
            return None;
        }
        STEPS.acquire().await.ok()?.forget();
        MADE.fetch_add(1, Ordering::Relaxed);
        Some((Ok::<_, Infallible>(format!("part {n}")), n + 1))
    }))
}

/// Lets a part be made.
#[api_handler(GET "/step")]
async fn step() -> &'static str {
    STEPS.add_permits(1);
    "step"
}

/// Tells when a stream is dropped.
struct Watched;

impl Drop for Watched {
    fn drop(&mut self) {
        println!("the stream was dropped");
    }
}

/// A response of so many parts, and what comes then.
#[api_handler(GET "/then/{parts}/{what}")]
async fn then(parts: u64, what: String) -> Body {
    Body::from_stream(stream::unfold((0, Watched), move |(n, watched)| {
        let what = what.clone();
        async move {
            if n < parts {
                return Some((Ok("part"), (n + 1, watched)));
            }
            match what.as_str() {
                "error" => Some((Err(BoxError::from("the pipe broke")), (n, watched))),
                "panic" => panic!("as it was asked to"),
                "nothing" => pending().await,
                _ => None,
            }
        }
    }))
}

/// A response with all that a head can have.
#[api_handler(GET "/head/{status}")]
async fn head(status: u16) -> Result<Response, lambda_api::Error> {
    let mut response = Response::new(Body::from_stream(stream::iter(
        ["two ", "parts"].map(Ok::<_, Infallible>),
    )));
    *response.status_mut() = StatusCode::from_u16(status)?;
    for (name, value) in [("x-a", "1"), ("x-a", "2"), ("content-type", "text/plain")] {
        response
            .headers_mut()
            .append(name, HeaderValue::from_static(value));
    }
    for cookie in ["a=1", "b=2; Secure"] {
        let cookie = HeaderValue::from_static(cookie);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

pub(crate) fn api() -> Api {
    Api::new().routes(routes![mib, made, steps, step, then, head])
}

/// Sets the timeout of streams that `FAULTS_STREAM_MS` says.
pub(crate) fn timeout(api: Api) -> Api {
    match env::var("FAULTS_STREAM_MS").map(|text| text.parse()) {
        Ok(Ok(ms)) => api.stream_timeout(Duration::from_millis(ms)),
        _ => api,
    }
}
