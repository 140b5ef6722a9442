//! What an authorizer has responded, as API Gateway reads it.

use lambda_api::events::EventError;
use serde_json::Value;

/// The response of an authorizer, read as API Gateway reads it.
#[derive(Debug)]
pub struct AuthorizerResponse {
    response: Result<Value, EventError>,
    stage_arn: String,
    arn: String,
}

impl AuthorizerResponse {
    #[track_caller]
    pub(super) fn new(
        response: Result<Vec<u8>, EventError>,
        stage_arn: String,
        arn: String,
    ) -> Self {
        let response = response.map(|json| match serde_json::from_slice(&json) {
            Ok(value) => value,
            Err(error) => panic!("the response of the authorizer is not JSON: {error}"),
        });
        Self {
            response,
            stage_arn,
            arn,
        }
    }

    /// The status that the client gets: 200 if the request goes on to the function of its route, 401 for
    /// [`Unauthorized`](lambda_api::authorizer::Unauthorized), 403 if it is denied, 500 for any other error.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.response {
            Ok(_) if self.allows(&self.arn) => 200,
            Ok(_) => 403,
            Err(error) if error.to_string() == "Unauthorized" => 401,
            Err(_) => 500,
        }
    }

    /// The error of the invocation, if it failed.
    #[must_use]
    pub fn error(&self) -> Option<&EventError> {
        self.response.as_ref().err()
    }

    /// The JSON, if the invocation succeeded.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.response.as_ref().ok()
    }

    /// Whether API Gateway would let another request of the stage pass with the same decision, if it is cached. A
    /// simple response decides for all requests.
    #[must_use]
    pub fn is_allowed(&self, method: &str, path: &str) -> bool {
        self.allows(&format!("{}{method}{path}", self.stage_arn))
    }

    /// Whether API Gateway would let this ARN pass: `*` is any text, `?` any character, and a `Deny` wins.
    fn allows(&self, arn: &str) -> bool {
        let Ok(response) = &self.response else {
            return false;
        };
        if let Some(is_authorized) = response.get("isAuthorized") {
            return *is_authorized == true;
        }
        let matches = |effect: &str| {
            let statements = response.pointer("/policyDocument/Statement");
            let statements = statements.and_then(Value::as_array).into_iter().flatten();
            statements
                .filter(|statement| {
                    statement["Effect"] == effect && statement["Action"] == "execute-api:Invoke"
                })
                .filter_map(|statement| statement["Resource"].as_array())
                .flatten()
                .filter_map(Value::as_str)
                .any(|resource| glob(resource, arn))
        };
        matches("Allow") && !matches("Deny")
    }

    /// The `principalId`.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.json()?.get("principalId")?.as_str()
    }

    /// A value in the context.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&Value> {
        self.json()?.get("context")?.get(name)
    }

    /// The `usageIdentifierKey`.
    #[must_use]
    pub fn usage_identifier_key(&self) -> Option<&str> {
        self.json()?.get("usageIdentifierKey")?.as_str()
    }
}

/// Whether a text matches a pattern of IAM.
fn glob(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // The positions of the text that the pattern so far can end at.
    let mut ends = vec![false; text.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for token in pattern.chars() {
        let mut reached = false;
        let mut next = Vec::with_capacity(ends.len());
        let mut before = false;
        for (at, end) in ends.iter().enumerate() {
            let is_same = at.checked_sub(1).and_then(|at| text.get(at)) == Some(&token);
            reached |= *end;
            next.push(match token {
                '*' => reached,
                '?' => before,
                _ => before && is_same,
            });
            before = *end;
        }
        ends = next;
    }
    ends.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns_match_as_those_of_iam() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "b", false),
            ("a", "", false),
            ("", "", true),
            ("*", "", true),
            ("*", "a/b", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a?c", "a/c", true),
            ("a?c", "ac", false),
            ("a*b*c", "a/b/x/c", true),
            ("A", "a", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }
}
