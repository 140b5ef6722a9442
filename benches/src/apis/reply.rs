//! A reply, for peers that write it themselves.

use crate::orders::picture;
use serde::Serialize;

/// What a function replies to an HTTP API or a REST API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    status_code: u16,
    headers: Headers,
    body: String,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
struct Headers {
    #[serde(rename = "content-type")]
    content_type: &'static str,
}

impl Reply {
    fn new(status_code: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status_code,
            headers: Headers { content_type },
            body,
            is_base64_encoded: false,
        }
    }

    pub(super) fn json(body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("the body is JSON");
        Self::new(200, "application/json", body)
    }

    pub(super) fn picture() -> Self {
        let body = base64_simd::STANDARD.encode_to_string(picture());
        Self {
            is_base64_encoded: true,
            ..Self::new(200, "application/octet-stream", body)
        }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "text/plain", String::new())
    }

    /// The JSON of it, in one buffer.
    #[cfg(feature = "limit")]
    pub(super) fn write(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.body.len() * 5 / 4 + 128);
        serde_json::to_writer(&mut written, self).expect("a reply is JSON");
        written
    }
}
