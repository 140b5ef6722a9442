//! Redaction of recorded events: who made the request, and with which credentials.

use super::caller::{Iam, LocalCaller};
use crate::sensitive::{is_credential, is_credential_parameter};
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header::COOKIE, uri::PathAndQuery};
use serde_json::Value;

/// The text that replaces a credential.
const REDACTED: &str = "REDACTED";

/// The account in AWS's own documentation.
const ACCOUNT: &str = "123456789012";

/// Claims that say what a caller may do, for whom the token is and how long it is valid, but not who
/// the caller is.
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

/// The request without credentials in headers, cookies and query. Their names stay, and so do the
/// scheme of an `authorization` and the body.
pub(super) fn request(mut request: Request<Bytes>) -> Request<Bytes> {
    for (name, value) in request.headers_mut().iter_mut() {
        if name == COOKIE {
            *value = header(value, |cookies| {
                let cookies = cookies.split(';').map(|one| match one.split_once('=') {
                    Some((name, _)) => format!("{}={REDACTED}", name.trim()),
                    None => REDACTED.to_owned(),
                });
                cookies.collect::<Vec<_>>().join("; ")
            });
        } else if value.is_sensitive() || is_credential(name.as_str().as_bytes()) {
            *value = header(value, |text| match text.split_once(' ') {
                Some((scheme, _)) if is_scheme(scheme) => format!("{scheme} {REDACTED}"),
                _ => REDACTED.to_owned(),
            });
        }
    }
    if let Some(redacted) = uri(request.uri()) {
        *request.uri_mut() = redacted;
    }
    request
}

fn header(value: &HeaderValue, redact: impl Fn(&str) -> String) -> HeaderValue {
    let text = value.to_str().map(redact).unwrap_or_default();
    match HeaderValue::try_from(text) {
        Ok(value) if !value.is_empty() => value,
        _ => HeaderValue::from_static(REDACTED),
    }
}

fn is_scheme(text: &str) -> bool {
    let schemes = ["bearer", "basic", "digest", "aws4-hmac-sha256"];
    schemes
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(text))
}

/// The URI; `None` if there is nothing to redact.
fn uri(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = form_urlencoded::parse(name.as_bytes()).next();
        let is_secret = decoded.is_some_and(|(name, _)| is_credential_parameter(name.as_bytes()));
        if is_secret && !value.is_empty() {
            format!("{name}={REDACTED}")
        } else {
            pair.to_owned()
        }
    });
    let redacted = pairs.collect::<Vec<_>>().join("&");
    if redacted == query {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let target = format!("{}?{redacted}", uri.path());
    // On an error the whole query is left out.
    let target = target.parse().unwrap_or(PathAndQuery::from_static("/"));
    parts.path_and_query = Some(target);
    Some(Uri::from_parts(parts).unwrap_or_default())
}

/// The caller without what says who it is. Groups, scopes and the role stay, so that the event is
/// still one of a caller with these rights.
pub(super) fn caller(caller: &LocalCaller) -> LocalCaller {
    match caller {
        LocalCaller::Iam(iam) => LocalCaller::Iam(Iam {
            arn: arn(&iam.arn),
            organization: iam.organization.as_ref().map(|_| "o-exampleorgid".into()),
            access_key: None,
            cognito_identity: iam.cognito_identity.as_ref().map(|_| REDACTED.into()),
        }),
        LocalCaller::Cognito(claims) => LocalCaller::Cognito(object(claims, &KEPT_CLAIMS)),
        LocalCaller::Jwt { claims, scopes } => LocalCaller::Jwt {
            claims: object(claims, &KEPT_CLAIMS),
            scopes: scopes.clone(),
        },
        LocalCaller::Lambda { context, .. } => LocalCaller::Lambda {
            principal: REDACTED.to_owned(),
            context: object(context, &[]),
        },
        LocalCaller::Certificate { .. } => LocalCaller::Certificate {
            subject: format!("CN={REDACTED}"),
        },
        LocalCaller::ApiKey { .. } => LocalCaller::ApiKey {
            id: REDACTED.to_owned(),
        },
    }
}

/// `user/REDACTED`, `assumed-role/shop/REDACTED`: the role stays, and the names of users and sessions
/// do not.
fn arn(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &[_, partition, service, _, _, resource] = parts.as_slice() else {
        return format!("arn:aws:iam::{ACCOUNT}:{REDACTED}");
    };
    let resource = match resource.split_once('/') {
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

/// The object with its names, and the values of the `kept` ones. Other values are replaced by some of
/// their type; booleans stay.
fn object(value: &Value, kept: &[&str]) -> Value {
    fn blank(value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(_) => 0.into(),
            Value::String(_) => REDACTED.into(),
            Value::Array(values) => values.iter().map(blank).collect(),
            Value::Object(_) => object(value, &[]),
        }
    }

    let members = value.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| {
        let is_kept = kept.contains(&name.as_str());
        let value = if is_kept { value.clone() } else { blank(value) };
        (name.clone(), value)
    });
    Value::Object(members.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(uri: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        super::request(request.body(Bytes::from_static(b"password=1")).unwrap())
    }

    #[test]
    fn no_credential_stays_in_a_header() {
        for (name, value, expected) in [
            ("authorization", "Bearer eyJ.a.b", "Bearer REDACTED"),
            ("authorization", "secret", "REDACTED"),
            ("authorization", "my secret", "REDACTED"),
            ("proxy-authorization", "Basic YTpi", "Basic REDACTED"),
            (
                "cookie",
                "a=1; session=2;b",
                "a=REDACTED; session=REDACTED; REDACTED",
            ),
            ("x-api-key", "k", "REDACTED"),
            ("X-Amz-Security-Token", "t", "REDACTED"),
            ("x-auth_token", "t", "REDACTED"),
            ("x-hub-signature-256", "sha256=1", "REDACTED"),
            ("x-amzn-oidc-data", "eyJ.a.b=", "REDACTED"),
            ("x-amzn-oidc-identity", "alice", "REDACTED"),
            ("x-amzn-mtls-clientcert-subject", "CN=a", "REDACTED"),
            ("x-amzn-mtls-clientcert", "pem", "REDACTED"),
            ("x-amzn-lattice-identity", "Principal=a", "REDACTED"),
            ("x-amzn-trace-id", "Root=1", "Root=1"),
            ("x-trace", "1", "1"),
            ("x-author", "alice", "alice"),
            ("content-type", "text/plain", "text/plain"),
        ] {
            let request = of("/", &[(name, value)]);
            assert_eq!(request.headers()[name], expected, "{name}: {value}");
        }
    }

    #[test]
    fn headers_marked_as_sensitive_are_redacted() {
        let mut request = Request::get("/").header("x-tenant", "s3cret");
        let headers = request.headers_mut().unwrap();
        crate::sensitive::mark(headers, &[http::HeaderName::from_static("x-tenant")]);
        let request = super::request(request.body(Bytes::new()).unwrap());
        assert_eq!(request.headers()["x-tenant"], REDACTED);
    }

    #[test]
    fn every_value_of_a_repeated_header_is_redacted() {
        let request = of("/", &[("x-api-key", "a"), ("x-api-key", "b")]);
        let values: Vec<_> = request.headers().get_all("x-api-key").iter().collect();
        assert_eq!(values, [REDACTED, REDACTED]);
    }

    #[test]
    fn no_credential_stays_in_a_query() {
        for (uri, expected) in [
            ("/a?access_token=t&x=1", "/a?access_token=REDACTED&x=1"),
            (
                "/a?x=1&X-Amz-Signature=s",
                "/a?x=1&X-Amz-Signature=REDACTED",
            ),
            ("/a?api%5Fkey=k", "/a?api%5Fkey=REDACTED"),
            ("/a?client_secret=a=b", "/a?client_secret=REDACTED"),
            ("/a?next_token=7&q=secret", "/a?next_token=7&q=secret"),
            ("/a?secret&x=%20+", "/a?secret&x=%20+"),
            ("/a", "/a"),
            ("*", "*"),
        ] {
            assert_eq!(of(uri, &[]).uri().to_string(), expected, "{uri}");
        }
    }

    #[test]
    fn the_body_stays() {
        assert_eq!(of("/", &[]).body(), "password=1");
    }

    fn redacted_from(text: &str) -> LocalCaller {
        caller(&LocalCaller::parse(text).unwrap())
    }

    #[test]
    fn the_role_of_an_iam_caller_stays() {
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
            let found = redacted_from(&format!("iam:arn:aws:{arn},access-key=AKIA1"));
            let expected = LocalCaller::Iam(Iam {
                arn: format!("arn:aws:{expected}"),
                ..Iam::default()
            });
            assert_eq!(found, expected, "{arn}");
        }
    }

    #[test]
    fn groups_and_scopes_of_a_token_stay() {
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
