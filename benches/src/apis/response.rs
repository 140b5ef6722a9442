//! The response, for peers that serialize it themselves.

#[cfg(feature = "runtime")]
use crate::orders::picture;
use serde::Serialize;

/// The response of a function to an HTTP API or a REST API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WireResponse {
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

impl WireResponse {
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

    #[cfg(feature = "runtime")]
    pub(super) fn picture() -> Self {
        let body = base64_simd::STANDARD.encode_to_string(picture());
        Self {
            is_base64_encoded: true,
            ..Self::new(200, "application/octet-stream", body)
        }
    }

    #[cfg(feature = "runtime")]
    pub(super) fn not_found() -> Self {
        Self::new(404, "text/plain", String::new())
    }

    /// The same problem as lambda-api returns.
    #[cfg(feature = "limit")]
    pub(super) fn problem() -> Self {
        #[derive(Serialize)]
        struct Problem {
            r#type: &'static str,
            title: &'static str,
            status: u16,
            detail: &'static str,
            code: &'static str,
            request_id: &'static str,
        }
        let problem = Problem {
            r#type: "about:blank",
            title: "Not Found",
            status: 404,
            detail: "there is nothing at this path",
            code: "route_not_found",
            request_id: "JKJaXmPLvHcESHA=",
        };
        Self {
            status_code: 404,
            ..Self::json(&problem)
        }
    }

    /// Serializes it into one buffer.
    #[cfg(feature = "limit")]
    pub(super) fn write(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.body.len() * 5 / 4 + 128);
        serde_json::to_writer(&mut written, self).expect("a response is JSON");
        written
    }
}
