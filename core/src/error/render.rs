//! From a problem to the reply, and back.
//!
//! A handler's problem becomes a complete reply at once, and travels along in the reply's
//! extensions. At the edge of the application, where the request id is known, it is taken out,
//! logged, restyled if the user wishes so, and rendered again into the same reply, which keeps the
//! headers that layers have added.

use super::Problem;
use crate::{Body, IntoResponse, Response};
use http::{
    HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, TRANSFER_ENCODING},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

impl Problem {
    /// Whether the reply was made by a problem.
    pub(crate) fn is_in(response: &Response) -> bool {
        response.extensions().get::<Problem>().is_some()
    }

    /// Takes the problem that made the reply out of it.
    pub(crate) fn take(response: &mut Response) -> Option<Problem> {
        response.extensions_mut().remove()
    }

    /// Whether the reply still shows the problem: a layer may have made another one of it, which
    /// is then the layer's to keep.
    pub(crate) fn is_shown_in(&self, response: &Response) -> bool {
        response.status() == self.status()
            && response.headers().get(CONTENT_TYPE) == Some(&PROBLEM_JSON)
    }

    /// The reply, with this request id in place of the problem's own if there is one.
    pub(crate) fn render(&self, request_id: Option<&str>) -> Response {
        let members = Members {
            problem: self,
            request_id: request_id.or(self.request_id()),
        };
        // Every key is a string and every value serialises: this does not fail.
        let body = serde_json::to_vec(&members).unwrap_or_else(|_| b"{}".to_vec());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        *response.headers_mut() = self.headers().clone();
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        response
    }

    /// Renders into a reply that shows the problem already: status and body are made anew,
    /// headers of layers stay.
    pub(crate) fn render_into(&self, request_id: Option<&str>, response: &mut Response) {
        let (parts, body) = self.render(request_id).into_parts();
        let headers = response.headers_mut();
        for name in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        // `extend` replaces what is there, and keeps what is repeated.
        headers.extend(parts.headers);
        *response.status_mut() = parts.status;
        *response.body_mut() = body;
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(None);
        response.extensions_mut().insert(self);
        response
    }
}

/// The body: the standard members in the order of the RFC, then those of the framework, then the
/// user's own.
struct Members<'a> {
    problem: &'a Problem,
    request_id: Option<&'a str>,
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let problem = self.problem;
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
        if let Some(id) = self.request_id {
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
        let problem = Problem::take(&mut response).expect("a problem");
        assert!(problem.is_shown_in(&response));
        assert!(!Problem::is_in(&response));

        problem.render_into(Some("id-1"), &mut response);
        let expected = r#"{"type":"about:blank","title":"Service Unavailable","status":503,"code":"busy","request_id":"id-1"}"#;
        assert_eq!(response.body().bytes(), expected.as_bytes());
        assert_eq!(response.headers()["retry-after"], "30");
    }

    #[test]
    fn rendering_again_keeps_the_headers_of_layers_but_not_those_of_the_old_body() {
        let mut response = busy().into_response();
        let headers = response.headers_mut();
        headers.append("set-cookie", HeaderValue::from_static("a=1"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        headers.insert("content-encoding", HeaderValue::from_static("gzip"));
        headers.insert("content-length", HeaderValue::from_static("5"));

        let problem = Problem::take(&mut response).expect("a problem");
        problem.render_into(None, &mut response);
        let headers = response.headers();
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
        assert_eq!(headers.get_all("content-type").iter().count(), 1);
        assert_eq!(headers.get_all("retry-after").iter().count(), 1);
        assert!(!headers.contains_key("content-encoding"));
        assert!(!headers.contains_key("content-length"));
    }

    #[test]
    fn a_reply_that_a_layer_has_remade_does_not_show_the_problem() {
        let mut restyled = busy().into_response();
        *restyled.status_mut() = StatusCode::OK;
        let mut page = busy().into_response();
        let html = HeaderValue::from_static("text/html");
        page.headers_mut().insert(CONTENT_TYPE, html);
        for mut response in [restyled, page] {
            let problem = Problem::take(&mut response).expect("a problem");
            assert!(!problem.is_shown_in(&response));
        }
    }
}
