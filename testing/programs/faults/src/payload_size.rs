//! Requests and responses of any size.

use lambda_api::{Json, LambdaContext, api_handler, bytes::Bytes};
use serde::Serialize;

/// A response with this many bytes.
#[api_handler(GET "/size/{bytes}")]
pub(crate) async fn size(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// What is left of a body.
#[derive(Serialize)]
pub(crate) struct Digest {
    name: String,
    length: usize,
    digest: u64,
    padding: String,
    request_id: String,
    trace_id: Option<String>,
}

/// What the body is, in few bytes, and whose it is; and so many bytes more.
#[api_handler(POST "/digest/{name}")]
pub(crate) async fn digest(
    name: String,
    #[query] padding: usize,
    body: Bytes,
    lambda: LambdaContext,
) -> Json<Digest> {
    Json(Digest {
        name,
        length: body.len(),
        digest: fnv(&body),
        padding: "p".repeat(padding),
        request_id: lambda.request_id,
        trace_id: lambda.trace_id,
    })
}

/// FNV-1a, in 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}
