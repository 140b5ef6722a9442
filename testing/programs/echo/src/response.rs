//! Any response, on demand.

use http::{HeaderName, HeaderValue, StatusCode};
use lambda_api::{ApiError, Body, Request, Response, api_handler};
use serde::Deserialize;

/// The response that is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    status: u16,
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
}

/// Why a response cannot be sent.
#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum NoResponse {
    #[error("expected a JSON object of `status`, `headers` and `body`: {0}")]
    #[api(status = 422, code = "not_a_response")]
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

/// Send the response that the body describes.
///
/// The body is read whatever its content type is: what is tried here is the response.
#[api_handler(POST "/reply")]
pub(crate) fn response(request: &Request) -> Result<Response, NoResponse> {
    serde_json::from_slice::<Wanted>(request.body().bytes())?.build()
}

impl Wanted {
    fn build(self) -> Result<Response, NoResponse> {
        let body = base64_simd::forgiving_decode_to_vec(self.body.as_bytes())
            .map_err(|_| NoResponse::Body)?;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).map_err(|_| NoResponse::Status(self.status))?;
        for (name, value) in self.headers {
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
                return Err(NoResponse::HeaderName(name));
            };
            let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else {
                return Err(NoResponse::HeaderValue(name));
            };
            response.headers_mut().append(name, value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(body: &'static str) -> Result<Response, NoResponse> {
        response(&Request::new(Body::from(body)))
    }

    #[test]
    fn the_response_is_exactly_the_one_asked_for() {
        let response = call(
            r#"{"status": 418, "headers": [["X-A", "1"], ["x-a", "2"], ["x-b", "é"]], "body": "AP8="}"#,
        )
        .unwrap();
        assert_eq!(response.status(), 418);
        let values: Vec<_> = response.headers().get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);
        assert_eq!(response.headers()["x-b"].as_bytes(), "é".as_bytes());
        assert_eq!(response.headers().len(), 3);
        assert_eq!(response.body().bytes(), [0, 255]);
    }

    #[test]
    fn invalid_requests_are_rejected_with_a_reason() {
        for (body, code) in [
            ("{", "not_a_response"),
            (
                r#"{"status": 70000, "headers": [], "body": ""}"#,
                "not_a_response",
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
            let rejection = call(body).unwrap_err();
            assert_eq!(rejection.code(), code, "{body}");
            assert_eq!(rejection.status(), 422, "{body}");
        }
    }
}
