//! What a recorded request does not tell: who made it.

use crate::sensitive::{is_credential, is_credential_parameter};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Uri, header::COOKIE, uri::PathAndQuery};

/// What stands in the place of a credential.
pub(super) const REDACTED: &str = "REDACTED";

/// The request with no credentials in headers, cookies and query. Their names stay, and the scheme
/// of an `authorization`; the body stays as it is.
pub(super) fn redacted(mut request: Request<Bytes>) -> Request<Bytes> {
    redact_headers(request.headers_mut());
    if let Some(uri) = redacted_uri(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn redact_headers(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if name == COOKIE {
            *value = redacted_cookies(value);
        } else if value.is_sensitive() || is_credential(name.as_str().as_bytes()) {
            *value = redacted_value(value);
        }
    }
}

/// `Bearer REDACTED`: a scheme is no secret, where there is one.
fn redacted_value(value: &HeaderValue) -> HeaderValue {
    let scheme = value.to_str().ok().and_then(|text| text.split_once(' '));
    let known = scheme.map(|(scheme, _)| scheme).filter(|scheme| {
        ["bearer", "basic", "digest", "aws4-hmac-sha256"].contains(&scheme.to_lowercase().as_str())
    });
    let text = known.map(|scheme| format!("{scheme} {REDACTED}"));
    let redacted = text.and_then(|text| HeaderValue::try_from(text).ok());
    redacted.unwrap_or(HeaderValue::from_static(REDACTED))
}

fn redacted_cookies(value: &HeaderValue) -> HeaderValue {
    let cookies = value.to_str().map(|cookies| {
        let one = |cookie: &str| match cookie.split_once('=') {
            Some((name, _)) => format!("{}={REDACTED}", name.trim()),
            None => REDACTED.to_owned(),
        };
        cookies.split(';').map(one).collect::<Vec<_>>().join("; ")
    });
    let redacted = cookies
        .ok()
        .and_then(|cookies| HeaderValue::try_from(cookies).ok());
    redacted.unwrap_or(HeaderValue::from_static(REDACTED))
}

/// The URI, if there was anything to take out of it.
fn redacted_uri(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let pairs: Vec<String> = query.split('&').map(redacted_pair).collect();
    let redacted = pairs.join("&");
    if redacted == query {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let target = format!("{}?{redacted}", uri.path());
    // Whatever happens, what stays is no query with a credential.
    let target = target.parse().unwrap_or(PathAndQuery::from_static("/"));
    parts.path_and_query = Some(target);
    Some(Uri::from_parts(parts).unwrap_or_default())
}

fn redacted_pair(pair: &str) -> String {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decoded = form_urlencoded::parse(name.as_bytes()).next();
    let is_secret = decoded.is_some_and(|(name, _)| is_credential_parameter(name.as_bytes()));
    if is_secret && !value.is_empty() {
        format!("{name}={REDACTED}")
    } else {
        pair.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        redacted(request.body(Bytes::from_static(b"password=1")).unwrap())
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
    fn what_is_marked_as_sensitive_is_taken_out_too() {
        let mut request = Request::get("/").header("x-tenant", "s3cret");
        let headers = request.headers_mut().unwrap();
        crate::sensitive::mark(headers, &[http::HeaderName::from_static("x-tenant")]);
        let request = redacted(request.body(Bytes::new()).unwrap());
        assert_eq!(request.headers()["x-tenant"], REDACTED);
    }

    #[test]
    fn every_value_of_a_repeated_header_is_taken_out() {
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
}
