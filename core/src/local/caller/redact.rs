//! What a recorded event does not tell of a caller: who it is.

use super::{Iam, LocalCaller};
use crate::local::redact::REDACTED;
use serde_json::{Map, Value};

/// The account of AWS's own documentation.
const ACCOUNT: &str = "123456789012";

/// Claims that say what a caller may do, for whom the token is and for how long, but not who the
/// caller is.
const KEPT_CLAIMS: [&str; 12] = [
    "aud",
    "auth_time",
    "cognito:groups",
    "exp",
    "groups",
    "iat",
    "iss",
    "nbf",
    "scope",
    "scp",
    "token_use",
    "version",
];

/// The same caller without what says who it is.
///
/// Names stay, and so do groups, scopes and the role: what a caller may do. So the recorded event
/// still passes for one of such a caller.
pub(super) fn redacted(caller: &LocalCaller) -> LocalCaller {
    match caller {
        LocalCaller::Iam(iam) => LocalCaller::Iam(Iam {
            arn: redacted_arn(&iam.arn),
            // The ids of AWS's own examples take their place.
            organization: iam.organization.as_ref().map(|_| "o-exampleorgid".into()),
            access_key: None,
            cognito_identity: iam.cognito_identity.as_ref().map(|_| REDACTED.into()),
        }),
        LocalCaller::Cognito(claims) => LocalCaller::Cognito(without(claims, &KEPT_CLAIMS)),
        LocalCaller::Jwt { claims, scopes } => LocalCaller::Jwt {
            claims: without(claims, &KEPT_CLAIMS),
            scopes: scopes.clone(),
        },
        LocalCaller::Lambda { context, .. } => LocalCaller::Lambda {
            principal: REDACTED.to_owned(),
            context: without(context, &[]),
        },
        LocalCaller::Certificate { .. } => LocalCaller::Certificate {
            subject: format!("CN={REDACTED}"),
        },
        LocalCaller::ApiKey { .. } => LocalCaller::ApiKey {
            id: REDACTED.to_owned(),
        },
    }
}

/// `user/REDACTED`, `assumed-role/shop/REDACTED`: the names of users and sessions say who it is.
fn redacted_arn(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (partition, service, resource) = match parts.as_slice() {
        [_, partition, service, _, _, resource] => (*partition, *service, *resource),
        _ => ("aws", "iam", ""),
    };
    let resource = match resource.split_once('/') {
        // No path stands before the role here, and whatever follows is the session.
        Some(("assumed-role", rest)) => match rest.split_once('/') {
            Some((role, _)) => format!("assumed-role/{role}/{REDACTED}"),
            None => resource.to_owned(),
        },
        Some(("role", _)) => resource.to_owned(),
        Some((kind, _)) => format!("{kind}/{REDACTED}"),
        None if resource == "root" => resource.to_owned(),
        None => REDACTED.to_owned(),
    };
    format!("arn:{partition}:{service}::{ACCOUNT}:{resource}")
}

/// The object with its names, and nothing of its values but those under `kept`.
fn without(object: &Value, kept: &[&str]) -> Value {
    let members = object.as_object().into_iter().flatten();
    let members: Map<String, Value> = members
        .map(|(name, value)| {
            let value = if kept.contains(&name.as_str()) {
                value.clone()
            } else {
                blank(value)
            };
            (name.clone(), value)
        })
        .collect();
    Value::Object(members)
}

/// A value of the same type that says nothing. A boolean says too little to name anybody.
fn blank(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) => 0.into(),
        Value::String(_) => REDACTED.into(),
        Value::Array(values) => values.iter().map(blank).collect(),
        Value::Object(_) => without(value, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redacted_from(text: &str) -> LocalCaller {
        LocalCaller::parse(text).unwrap().redacted()
    }

    #[test]
    fn what_an_iam_caller_may_do_stays() {
        for (arn, expected) in [
            (
                "iam::111122223333:user/alice",
                "iam::123456789012:user/REDACTED",
            ),
            (
                "iam::111122223333:user/a/b",
                "iam::123456789012:user/REDACTED",
            ),
            ("iam::111122223333:root", "iam::123456789012:root"),
            ("iam::111122223333:alice", "iam::123456789012:REDACTED"),
            (
                "sts::111122223333:assumed-role/shop/session-1",
                "sts::123456789012:assumed-role/shop/REDACTED",
            ),
            (
                "sts::111122223333:assumed-role/shop/a:b/c",
                "sts::123456789012:assumed-role/shop/REDACTED",
            ),
            (
                "sts::111122223333:assumed-role/shop",
                "sts::123456789012:assumed-role/shop",
            ),
            (
                "iam::111122223333:role/service/shop",
                "iam::123456789012:role/service/shop",
            ),
            (
                "sts::111122223333:federated-user/alice",
                "sts::123456789012:federated-user/REDACTED",
            ),
        ] {
            let caller = redacted_from(&format!("iam:arn:aws:{arn},access-key=AKIA1"));
            let expected = LocalCaller::Iam(Iam {
                arn: format!("arn:aws:{expected}"),
                ..Iam::default()
            });
            assert_eq!(caller, expected, "{arn}");
        }
    }

    #[test]
    fn what_the_holder_of_a_token_may_do_stays() {
        let text = r#"{
            "email": "alice@example.com", "email_verified": true, "level": 7, "tags": ["a"],
            "address": {"street": "a"}, "none": null,
            "cognito:groups": ["admins"], "scope": "r w", "exp": 1583798639
        }"#;
        let claims = json!({
            "sub": "REDACTED",
            "email": "REDACTED", "email_verified": true, "level": 0, "tags": ["REDACTED"],
            "address": {"street": "REDACTED"}, "none": null,
            "cognito:groups": ["admins"], "scope": "r w", "exp": 1_583_798_639,
        });
        assert_eq!(
            redacted_from(&format!("cognito:alice,{text}")),
            LocalCaller::Cognito(claims.clone())
        );
        let scopes = vec!["r".to_owned(), "w".to_owned()];
        assert_eq!(
            redacted_from(&format!("jwt:alice,{text}")),
            LocalCaller::Jwt { claims, scopes }
        );
    }
}
