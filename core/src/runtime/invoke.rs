//! An invocation as received from `/next`: its headers and the event.

use crate::LambdaContext;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// An event and the invocation headers of Lambda.
#[derive(Debug, Default)]
pub(super) struct Invoke {
    pub(super) id: InvokeId,
    pub(super) context: LambdaContext,
    pub(super) event: Bytes,
    /// The names of headers that could not be parsed.
    pub(super) unreadable: Vec<&'static str>,
}

/// The identity of an invocation; its response is addressed to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InvokeId {
    pub(super) request_id: String,
    /// Distinguishes two invocations with the same request id. Sent back unchanged.
    pub(super) invocation_id: Option<String>,
}

const DEADLINE: &str = "lambda-runtime-deadline-ms";
const CLIENT_CONTEXT: &str = "lambda-runtime-client-context";
const COGNITO_IDENTITY: &str = "lambda-runtime-cognito-identity";

impl Invoke {
    /// Stores a header. A missing or invalid header is not an error; its value is then `None`.
    pub(super) fn header(&mut self, name: &str, value: &[u8]) {
        const PREFIX: &str = "lambda-runtime-";
        let Some((prefix, rest)) = name.split_at_checked(PREFIX.len()) else {
            return;
        };
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return;
        }
        let is = |known: &str| rest.eq_ignore_ascii_case(known);
        let text = std::str::from_utf8(value).ok();
        let owned = || text.filter(|text| !text.is_empty()).map(str::to_owned);
        if is("aws-request-id") {
            self.id.request_id = owned().unwrap_or_default();
        } else if is("invocation-id") {
            self.id.invocation_id = owned();
        } else if is("invoked-function-arn") {
            self.context.function_arn = owned();
        } else if is("trace-id") {
            self.context.trace_id = owned();
        } else if is("aws-tenant-id") {
            self.context.tenant_id = owned();
        } else if is("deadline-ms") {
            self.context.deadline_ms = text.and_then(|text| text.parse().ok());
            if self.context.deadline_ms.is_none() {
                self.unreadable.push(DEADLINE);
            }
        } else if is("client-context") {
            let read = text.map(json::<IgnoredAny>);
            match read {
                Some(Ok(Some(_))) => self.context.client_context = owned(),
                Some(Ok(None)) => {}
                Some(Err(_)) | None => self.unreadable.push(CLIENT_CONTEXT),
            }
        } else if is("cognito-identity") {
            match text.map(json) {
                Some(Ok(identity)) => self.context.cognito_identity = identity,
                Some(Err(_)) | None => self.unreadable.push(COGNITO_IDENTITY),
            }
        }
    }

    /// Whether the request id is valid as a segment of a URL path.
    pub(super) fn has_valid_id(&self) -> bool {
        let id = self.id.request_id.as_bytes();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        !id.is_empty() && !id.starts_with(b".") && id.iter().all(is_plain)
    }
}

/// Parses the value of a header. Returns `None` if it is empty or `null`.
fn json<'t, T: Deserialize<'t>>(text: &'t str) -> serde_json::Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoke(name: &str, value: &str) -> Invoke {
        let mut invoke = Invoke::default();
        invoke.header(name, value.as_bytes());
        invoke
    }

    #[test]
    fn the_client_context_is_json_text() {
        let name = "Lambda-Runtime-Client-Context";
        for (value, expected) in [
            (r#"{"custom": {"a": 1}}"#, Some(r#"{"custom": {"a": 1}}"#)),
            ("null", None),
            ("", None),
        ] {
            let invoke = invoke(name, value);
            assert_eq!(
                invoke.context.client_context.as_deref(),
                expected,
                "{value}"
            );
            assert!(invoke.unreadable.is_empty(), "{value}");
        }
        for value in ["{", "{} {}", "\u{e9}"] {
            let invoke = invoke(name, value);
            assert_eq!(invoke.context.client_context, None, "{value}");
            assert_eq!(invoke.unreadable, [CLIENT_CONTEXT], "{value}");
        }
    }

    #[test]
    fn the_cognito_identity_has_an_id_and_a_pool() {
        let name = "lambda-runtime-cognito-identity";
        let text =
            r#"{"cognitoIdentityId": "eu-west-1:1", "cognitoIdentityPoolId": "eu-west-1:2"}"#;
        let identity = invoke(name, text).context.cognito_identity.unwrap();
        assert_eq!(identity.identity_id, "eu-west-1:1");
        assert_eq!(identity.identity_pool_id, "eu-west-1:2");
        for value in ["", "null"] {
            let invoke = invoke(name, value);
            assert!(invoke.context.cognito_identity.is_none() && invoke.unreadable.is_empty());
        }
        for value in ["none", "{}", "[]"] {
            assert_eq!(
                invoke(name, value).unreadable,
                [COGNITO_IDENTITY],
                "{value}"
            );
        }
    }

    #[test]
    fn headers_of_others_are_not_looked_at() {
        for name in [
            "",
            "date",
            "lambda-runtime",
            "lambda-runtimeX",
            "x-lambda-runtime-deadline-ms",
        ] {
            let invoke = invoke(name, "soon");
            assert!(invoke.unreadable.is_empty(), "{name}");
        }
    }
}
