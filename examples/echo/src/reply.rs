//! Any reply, on demand.

use http::{HeaderName, HeaderValue, StatusCode};
use lambda_api::{ApiError, Body, Request, Response, api_handler};
use serde::Deserialize;

/// The reply that is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    status: u16,
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
}

/// Why a reply cannot be sent.
#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum NoReply {
    #[error("expected a JSON object of `status`, `headers` and `body`: {0}")]
    #[api(status = 422, code = "not_a_reply")]
    Shape(#[from] serde_json::Error),
    #[error("expected a status of 100 to 999, found {0}")]
    #[api(status = 422, code = "invalid_status")]
    Status(u16),
    #[error("expected the name of a header, found {0:?}")]
    #[api(status = 422, code = "invalid_header_name")]
    HeaderName(String),
    #[error("the value of the header `{0}` has a control character")]
    #[api(status = 422, code = "invalid_header_value")]
    HeaderValue(HeaderName),
    #[error("the body is not base64")]
    #[api(status = 422, code = "invalid_base64")]
    Body,
}

/// Send the reply that the body describes.
///
/// The body is read whatever its content type is: what is tried here is the reply.
#[api_handler(POST "/reply")]
pub(crate) fn reply(request: &Request) -> Result<Response, NoReply> {
    serde_json::from_slice::<Wanted>(request.body().bytes())?.build()
}

impl Wanted {
    fn build(self) -> Result<Response, NoReply> {
        let body = base64_simd::forgiving_decode_to_vec(self.body.as_bytes())
            .map_err(|_| NoReply::Body)?;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).map_err(|_| NoReply::Status(self.status))?;
        for (name, value) in self.headers {
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
                return Err(NoReply::HeaderName(name));
            };
            let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else {
                return Err(NoReply::HeaderValue(name));
            };
            response.headers_mut().append(name, value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(body: &'static str) -> Result<Response, NoReply> {
        reply(&Request::new(Body::from(body)))
    }

    #[test]
    fn the_reply_is_exactly_the_one_asked_for() {
        let reply = call(
            r#"{"status": 418, "headers": [["X-A", "1"], ["x-a", "2"], ["x-b", "é"]], "body": "AP8="}"#,
        )
        .unwrap();
        assert_eq!(reply.status(), 418);
        let values: Vec<_> = reply.headers().get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);
        assert_eq!(reply.headers()["x-b"].as_bytes(), "é".as_bytes());
        assert_eq!(reply.headers().len(), 3);
        assert_eq!(reply.body().bytes(), [0, 255]);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_with_its_reason() {
        for (body, code) in [
            ("{", "not_a_reply"),
            (
                r#"{"status": 70000, "headers": [], "body": ""}"#,
                "not_a_reply",
            ),
            (
                r#"{"status": 99, "headers": [], "body": ""}"#,
                "invalid_status",
            ),
            (
                r#"{"status": 200, "headers": [["a b", ""]], "body": ""}"#,
                "invalid_header_name",
            ),
            (
                r#"{"status": 200, "headers": [["a", "\n"]], "body": ""}"#,
                "invalid_header_value",
            ),
            (
                r#"{"status": 200, "headers": [], "body": "*"}"#,
                "invalid_base64",
            ),
        ] {
            let refusal = call(body).unwrap_err();
            assert_eq!(refusal.code(), code, "{body}");
            assert_eq!(refusal.status(), 422, "{body}");
        }
    }
}
