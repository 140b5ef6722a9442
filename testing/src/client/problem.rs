//! Problem of a response.

use lambda_api::{IntoResponse, Problem};
use serde_json::{Map, Value};

/// Problem (RFC 9457) of a response; see [`TestResponse::problem`](crate::TestResponse::problem).
///
/// ```
/// # use lambda_api::{Api, Problem, api_handler, routes};
/// # use lambda_api_testing::TestClient;
/// use http::StatusCode;
///
/// #[api_handler(GET "/tea")]
/// async fn tea() -> Result<String, Problem> {
///     Err(Problem::new(StatusCode::CONFLICT, "out_of_stock").with_extension("left", &0))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let client = TestClient::new(Api::new().routes(routes![tea])).await;
/// let problem = client.get("/tea").await.problem();
/// assert_eq!(problem.status(), 409);
/// assert_eq!(problem.code(), "out_of_stock");
/// assert_eq!(problem.detail(), None);
/// assert_eq!(problem.extension("left").unwrap(), 0);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedProblem {
    status: u16,
    members: Map<String, Value>,
}

impl ReceivedProblem {
    /// Reads a problem; the error says what is wrong with it.
    pub(super) fn read(
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, String> {
        let essence = content_type.and_then(|value| value.split(';').next());
        match essence.map(str::trim) {
            Some(essence) if essence.eq_ignore_ascii_case("application/problem+json") => {}
            Some(other) => return Err(format!("the content type is `{other}`")),
            None => return Err("there is no content type".to_owned()),
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self { status, members }),
            Ok(other) => Err(format!("the body is {other}")),
            Err(error) => Err(format!("the body is not JSON: {error}")),
        }
    }

    /// A problem as a client would receive it, had it not got another form.
    pub(super) fn of(problem: &Problem) -> Self {
        let status = problem.status().as_u16();
        let response = problem.clone().into_response();
        let members = serde_json::from_slice(response.body().bytes());
        Self {
            status,
            members: members.unwrap_or_default(),
        }
    }

    /// The status of the problem, which is that of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code of the error; empty if there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.text("code").unwrap_or_default()
    }

    /// The text that explains this occurrence.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.text("detail")
    }

    /// Any member, such as `errors`.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_without_a_problem_is_reported() {
        let read = |content_type, body: &str| {
            ReceivedProblem::read(404, content_type, body.as_bytes()).unwrap_err()
        };
        for (content_type, body, expected) in [
            (None, "{}", "there is no content type"),
            (Some("text/plain"), "{}", "the content type is `text/plain`"),
            (Some("application/problem+json"), "[]", "the body is []"),
        ] {
            assert_eq!(read(content_type, body), expected);
        }
        let error = read(Some("application/problem+json; charset=utf-8"), "");
        assert!(error.starts_with("the body is not JSON: "), "{error}");
    }
}
