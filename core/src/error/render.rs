//! Conversion of a problem to a response, and back.
//!
//! A handler's problem becomes a complete response at once, and is kept in the response's
//! extensions. Where the request id is known, it is taken out, logged, passed to the `on_problem`
//! hook, and rendered again.

use super::Problem;
use crate::{Body, Response};
use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, TRANSFER_ENCODING},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Headers that describe the old body and are removed with it.
const OF_THE_BODY: [HeaderName; 5] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ETAG,
    TRANSFER_ENCODING,
];

impl Problem {
    /// Whether the response was created from a problem.
    pub(crate) fn is_in(response: &Response) -> bool {
        response.extensions().get::<Problem>().is_some()
    }

    /// Takes the problem out of its response, with all headers that were added to the response
    /// since.
    pub(crate) fn take(response: &mut Response) -> Option<Problem> {
        let mut problem: Problem = response.extensions_mut().remove()?;
        let headers = problem.headers_mut();
        headers.clone_from(response.headers());
        for name in OF_THE_BODY {
            headers.remove(name);
        }
        Some(problem)
    }

    /// Renders the response.
    pub(crate) fn render(&self) -> Response {
        // Every key is a string and every value serialises, so this does not fail.
        let body = serde_json::to_vec(&Members(self)).unwrap_or_else(|_| b"{}".to_vec());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        response.headers_mut().clone_from(self.headers());
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        response
    }
}

/// The body: the standard members in the order of the RFC, then those of the framework, then the
/// extension members.
struct Members<'a>(&'a Problem);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let problem = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", problem.problem_type())?;
        map.serialize_entry("title", problem.title())?;
        map.serialize_entry("status", &problem.status().as_u16())?;
        if let Some(detail) = problem.detail() {
            map.serialize_entry("detail", detail)?;
        }
        if let Some(instance) = problem.instance() {
            map.serialize_entry("instance", instance)?;
        }
        map.serialize_entry("code", problem.code())?;
        if let Some(id) = problem.request_id() {
            map.serialize_entry("request_id", id)?;
        }
        for (name, value) in problem.extensions() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntoResponse;
    use http::StatusCode;

    fn busy() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy").with_header("retry-after", 30)
    }

    #[test]
    fn a_response_carries_its_problem_for_rendering() {
        let mut response = busy().into_response();
        assert!(Problem::is_in(&response));
        let mut problem = Problem::take(&mut response).expect("a problem");
        assert!(!Problem::is_in(&response));

        let invocation = crate::Invocation::for_test();
        problem.set_request_id(&invocation);
        let expected = format!(
            r#"{{"type":"about:blank","title":"Service Unavailable","status":503,"code":"busy","request_id":"{}"}}"#,
            invocation.request_id().expect("an id")
        );
        let response = problem.render();
        assert_eq!(response.body().bytes(), expected.as_bytes());
        assert_eq!(response.headers()["retry-after"], "30");
        assert!(!Problem::is_in(&response));
    }

    #[test]
    fn rendering_keeps_headers_except_those_of_the_old_body() {
        let mut response = busy().into_response();
        let headers = response.headers_mut();
        headers.append("set-cookie", HeaderValue::from_static("a=1"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        headers.insert("content-encoding", HeaderValue::from_static("gzip"));
        headers.insert("content-length", HeaderValue::from_static("5"));

        let problem = Problem::take(&mut response).expect("a problem");
        let response = problem.render();
        let headers = response.headers();
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
        assert_eq!(headers.get_all("content-type").iter().count(), 1);
        assert_eq!(headers.get_all("retry-after").iter().count(), 1);
        assert!(!headers.contains_key("content-encoding"));
        assert!(!headers.contains_key("content-length"));
    }
}
