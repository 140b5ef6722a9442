//! From a problem to the reply, and back.
//!
//! A handler's problem becomes a complete reply at once, and travels along in the reply's
//! extensions. Where the request id is known, it is taken out, logged, restyled if the user wishes
//! so, and rendered again.

use super::Problem;
use crate::{Body, IntoResponse, Response};
use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, TRANSFER_ENCODING},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What no longer holds for another body.
const OF_THE_BODY: [HeaderName; 5] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ETAG,
    TRANSFER_ENCODING,
];

impl Problem {
    /// Whether the reply was made by a problem.
    pub(crate) fn is_in(response: &Response) -> bool {
        response.extensions().get::<Problem>().is_some()
    }

    /// Takes the problem that made the reply out of it, with all headers that the reply was given
    /// besides those of the problem.
    pub(crate) fn take(response: &mut Response) -> Option<Problem> {
        let mut problem: Problem = response.extensions_mut().remove()?;
        let headers = problem.headers_mut();
        headers.clone_from(response.headers());
        for name in OF_THE_BODY {
            headers.remove(name);
        }
        Some(problem)
    }

    /// The reply.
    pub(crate) fn render(&self) -> Response {
        // Every key is a string and every value serialises: this does not fail.
        let body = serde_json::to_vec(&Members(self)).unwrap_or_else(|_| b"{}".to_vec());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        response.headers_mut().clone_from(self.headers());
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render();
        response.extensions_mut().insert(self);
        response
    }
}

/// The body: the standard members in the order of the RFC, then those of the framework, then the
/// user's own.
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
    use http::StatusCode;

    fn busy() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy").with_header("retry-after", 30)
    }

    #[test]
    fn the_reply_carries_its_problem_so_that_it_can_be_rendered_again() {
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
    fn headers_that_the_reply_was_given_stay_but_not_those_of_its_old_body() {
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
