//! `POST /_events`: any event, from tools on this machine.
//!
//! An event is trusted: it can say who its caller is, and no authenticator sees events of services. So
//! requests of browsers, of other machines and through proxies are rejected, even if their origin or host
//! may call the API, and the media type is one that no page can send unasked.

use super::host_guard::{Foreign, HostGuard};
use crate::{
    Body, IntoResponse, Problem, Response, api::RouteInfo, event::EventResponse, events::EventError,
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use serde_json::json;
use std::net::IpAddr;

/// Where events are posted to.
pub(super) const PATH: &str = "/_events";

/// The header of Lambda's `Invoke` that says that the function failed.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// A response, and the problem for the terminal.
type Rejected = Box<(Response, Problem)>;

fn rejected(response: Response, problem: Problem) -> Rejected {
    Box::new((response, problem))
}

/// The route of the program that has the path, if there is one.
pub(super) fn taken_by(routes: &[RouteInfo]) -> Option<&RouteInfo> {
    routes.iter().find(|route| {
        let mut segments = route.path.split(['/', ' ']).skip(1);
        segments.next() == PATH.strip_prefix('/')
    })
}

/// Checks the head of a request to the path.
///
/// # Errors
/// The response, and the problem for the terminal.
pub(super) fn check(method: &Method, headers: &HeaderMap, client: IpAddr) -> Result<(), Rejected> {
    if let Err(Foreign { code, detail, why }) = HostGuard::check_tool(headers, client) {
        let problem = Problem::new(StatusCode::FORBIDDEN, code).with_detail(detail);
        let problem = problem.with_cause(why);
        return Err(rejected(problem.clone().into_response(), problem));
    }
    if method != Method::POST {
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
            .with_detail("expected POST with an event");
        let mut response = problem.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
        return Err(rejected(response, problem));
    }
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let essence = content_type.and_then(|value| value.split(|byte| *byte == b';').next());
    if !essence.is_some_and(|essence| {
        essence
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/json")
    }) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            .with_detail("expected `content-type` to be application/json");
        return Err(rejected(problem.clone().into_response(), problem));
    }
    Ok(())
}

/// The response to an event: what the function returned, as Lambda's `Invoke` returns it, or 502 with the
/// error of the function. With it, the problem for the terminal.
pub(super) fn response(outcome: Result<EventResponse, EventError>) -> Result<Response, Rejected> {
    let json = HeaderValue::from_static("application/json");
    match outcome {
        Ok(EventResponse::Buffered(response)) => {
            let mut response = Response::new(Body::from(response));
            response.headers_mut().insert(CONTENT_TYPE, json);
            Ok(response)
        }
        Ok(EventResponse::Stream(body)) => {
            let mut response = Response::new(body);
            // A head as JSON, eight bytes of zero, and the body, as the function sends it to Lambda.
            let stream =
                HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
            response.headers_mut().insert(CONTENT_TYPE, stream);
            Ok(response)
        }
        Err(error) => {
            let (kind, message) = (error.error_type(), error.to_string());
            let problem = Problem::new(StatusCode::BAD_GATEWAY, "invocation_failed")
                .with_detail(format!("{kind}: {message}"));
            let body = json!({"errorType": kind, "errorMessage": message});
            let mut response = Response::new(Body::from(body.to_string()));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, json);
            headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
            Err(rejected(response, problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_below_the_path_has_it() {
        for (path, expected) in [
            ("/_events", true),
            ("/_events/{id}", true),
            ("/_eventsx", false),
            ("/{path+}", false),
            ("/a/_events", false),
        ] {
            let route = RouteInfo {
                method: "POST",
                path: path.to_owned(),
                access: String::new(),
                timeout: None,
                handler: "app::events".to_owned(),
                location: "src/main.rs:1".to_owned(),
            };
            assert_eq!(taken_by(&[route]).is_some(), expected, "{path}");
        }
    }
}
