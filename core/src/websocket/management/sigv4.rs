//! AWS Signature Version 4, for requests without a query.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use super::credentials::Credentials;
use crate::event::emulate::time::rfc3339;
use aws_lc_rs::{digest, hmac};
use http::{HeaderMap, HeaderValue, Method, Uri, header::AUTHORIZATION};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::{
    fmt::Write,
    time::{SystemTime, UNIX_EPOCH},
};

/// The characters of a segment that are encoded: all but the unreserved ones of RFC 3986.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same for a whole path.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Where and when a signature is valid.
pub(super) struct Scope<'a> {
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) time: SystemTime,
}

/// Adds the headers that sign a request. Its path is percent-encoded, and it has no query.
///
/// `None` if a credential cannot be in a header, or the URI has no authority.
pub(super) fn sign(
    (method, uri, headers): (&Method, &Uri, &mut HeaderMap),
    body: &[u8],
    credentials: &Credentials,
    scope: &Scope<'_>,
) -> Option<()> {
    let time = basic_time(scope.time);
    let (date, _) = time.split_once('T')?;
    let mut signed = vec![
        ("host", uri.authority()?.as_str()),
        ("x-amz-date", time.as_str()),
    ];
    if let Some(token) = &credentials.session_token {
        signed.push(("x-amz-security-token", token));
        let mut token = HeaderValue::from_str(token).ok()?;
        token.set_sensitive(true);
        headers.insert("x-amz-security-token", token);
    }
    headers.insert("x-amz-date", HeaderValue::from_str(&time).ok()?);

    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let names = names.join(";");
    // Other services than S3 encode the path once more than it was for the request.
    let mut canonical = format!("{method}\n{}\n\n", utf8_percent_encode(uri.path(), PATH));
    for (name, value) in &signed {
        // Writing to a string cannot fail.
        let _ = writeln!(canonical, "{name}:{}", value.trim());
    }
    let _ = write!(canonical, "\n{names}\n{}", hex(sha256(body).as_ref()));

    let scope_text = format!("{date}/{}/{}/aws4_request", scope.region, scope.service);
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope_text}\n{}",
        hex(sha256(canonical.as_bytes()).as_ref())
    );
    let secret = format!("AWS4{}", credentials.secret_access_key);
    let mut key = hmac(secret.as_bytes(), date);
    for part in [scope.region, scope.service, "aws4_request"] {
        key = hmac(key.as_ref(), part);
    }
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope_text}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex(hmac(key.as_ref(), &text).as_ref())
    );
    let mut authorization = HeaderValue::from_str(&authorization).ok()?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Some(())
}

fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

fn hmac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The time as in ISO 8601's basic format: `20150830T123600Z`.
fn basic_time(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut text = rfc3339(seconds);
    text.retain(|character| !matches!(character, '-' | ':'));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// 2015-08-30, 12:36 UTC: the time of AWS's test suite.
    const SECONDS: u64 = 1_440_938_160;

    fn credentials(token: Option<&str>) -> Credentials {
        Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: token.map(str::to_owned),
        }
    }

    fn signed(
        (method, uri, body): (&str, &str, &str),
        token: Option<&str>,
        (region, service): (&str, &str),
    ) -> HeaderMap {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        let scope = Scope {
            region,
            service,
            time: UNIX_EPOCH + Duration::from_secs(SECONDS),
        };
        let request = (&method, &uri.parse().unwrap(), &mut headers);
        sign(request, body.as_bytes(), &credentials(token), &scope).unwrap();
        headers
    }

    // `get-vanilla`, `post-vanilla` and `post-sts-header-before` of AWS's test suite.
    #[test]
    fn the_vectors_of_aws_have_the_same_signature() {
        for (method, token, names, expected) in [
            (
                "GET",
                None,
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "POST",
                None,
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "POST",
                Some(
                    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==",
                ),
                "host;x-amz-date;x-amz-security-token",
                "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
            ),
        ] {
            let request = (method, "https://example.amazonaws.com/", "");
            let headers = signed(request, token, ("us-east-1", "service"));
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={expected}"
            );
            assert_eq!(headers["authorization"], authorization);
            assert_eq!(headers["x-amz-date"], "20150830T123600Z");
        }
    }

    // From botocore 1.43: the `%3D` of the path is `%253D` in what is signed, and `@` is `%40`.
    #[test]
    fn paths_are_encoded_as_the_python_sdk_encodes_them() {
        let api = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";
        for (method, connections, body, token, expected) in [
            (
                "POST",
                "@connections",
                r#"{"text":"hello"}"#,
                Some("TOKEN"),
                "e178a48b56bd5eb4b7bbb2da077c9f686fc6e827b4b9dcca1ef73c9903e3acea",
            ),
            (
                "POST",
                "%40connections",
                r#"{"text":"hello"}"#,
                Some("TOKEN"),
                "a88167be21a518a2d6858853e47a11b0dd21c38029234f56bdeb3b722575604c",
            ),
            (
                "DELETE",
                "@connections",
                "",
                None,
                "840c5b5cb8de3e22812e8b1e34d4952d4ed69c221133852dae29f82df4b4a49c",
            ),
        ] {
            let uri = format!("{api}/{connections}/R1kmxc2VNjMCFIA%3D");
            let headers = signed((method, &uri, body), token, ("eu-west-1", "execute-api"));
            let authorization = headers["authorization"].to_str().unwrap();
            assert!(authorization.ends_with(expected), "{authorization}");
        }
    }

    #[test]
    fn secrets_are_not_in_the_debug_form_of_headers() {
        let request = ("GET", "https://a.example/", "");
        let headers = signed(request, Some("TOKEN"), ("us-east-1", "service"));
        let shown = format!("{headers:?}");
        assert!(!shown.contains("TOKEN"), "{shown}");
        assert!(!shown.contains("AKIDEXAMPLE"), "{shown}");
    }
}
