//! How API Gateway reads what an authorizer has decided.

use serde_json::Value;

/// Whether the response of an authorizer lets an ARN pass: `*` is any text, `?` any character, and a
/// `Deny` wins. A simple response decides for all.
#[must_use]
pub fn policy_allows(response: &Value, arn: &str) -> bool {
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
    use super::*;
    use serde_json::json;

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

    #[test]
    fn what_no_statement_allows_is_denied() {
        let statement = |effect: &str, resource: &str| json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": [resource]});
        let policy = |statements: &[Value]| json!({"policyDocument": {"Statement": statements}});
        for (response, expected) in [
            (json!({"isAuthorized": true}), true),
            (json!({"isAuthorized": "true"}), false),
            (json!({}), false),
            (policy(&[]), false),
            (policy(&[statement("Allow", "a/*")]), true),
            (policy(&[statement("Allow", "b/*")]), false),
            (
                policy(&[statement("Allow", "*"), statement("Deny", "a/b")]),
                false,
            ),
        ] {
            assert_eq!(policy_allows(&response, "a/b"), expected, "{response}");
        }
    }
}
