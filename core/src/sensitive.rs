//! Names of the parts of a request that contain credentials.
//!
//! One list for all code that must not show them: the `Debug` form of a request, whose header
//! values are marked [sensitive](http::HeaderValue::set_sensitive), and the records of the local
//! server. A superfluous name costs nothing; a missing one leaks a token into a log.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{Entry, OccupiedEntry},
};

/// Substrings of the names of headers that contain credentials, or may; and of headers in which
/// CDNs, load balancers and VPC Lattice identify the caller.
///
/// In lower case; `_` matches `-` too.
const HEADERS: [&str; 25] = [
    "access-key",
    "amzn-lattice-identity",
    "amzn-mtls-clientcert",
    "amzn-oidc",
    "api-key",
    "apikey",
    "assertion",
    "authorization",
    "client-cert",
    "client-principal",
    "cookie",
    "credential",
    "csrf",
    "functions-key",
    "jwt",
    "origin-verify",
    "passwd",
    "password",
    "secret",
    "session",
    "signature",
    "subscription-key",
    "token",
    "x-auth-key",
    "xsrf",
];

/// The same for query parameters, where `token` is often a position in a list.
#[cfg(any(debug_assertions, feature = "local"))]
const PARAMETERS: [&str; 11] = [
    "authorization",
    "access-token",
    "id-token",
    "refresh-token",
    "security-token",
    "secret",
    "password",
    "api-key",
    "apikey",
    "credential",
    "signature",
];

/// Whether a header of this name contains a credential. The case does not matter.
///
/// This is a constant function, so that the result for headers that every request has is computed
/// at compile time.
pub(crate) const fn is_credential(name: &[u8]) -> bool {
    const BEGINNINGS: Beginnings = Beginnings::of(&HEADERS);
    has_part(name, &HEADERS, &BEGINNINGS)
}

/// Whether a query parameter of this name contains a credential.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) const fn is_credential_parameter(name: &[u8]) -> bool {
    const BEGINNINGS: Beginnings = Beginnings::of(&PARAMETERS);
    has_part(name, &PARAMETERS, &BEGINNINGS)
}

/// Marks the values of all headers that contain credentials, and of those that are `named`.
pub(crate) fn mark_all(headers: &mut HeaderMap, named: &[HeaderName]) {
    for (name, value) in headers.iter_mut() {
        if is_credential(name.as_str().as_bytes()) || named.contains(name) {
            value.set_sensitive(true);
        }
    }
}

/// Marks the values of the headers that are `named`.
pub(crate) fn mark(headers: &mut HeaderMap, named: &[HeaderName]) {
    for name in named {
        // A vacant entry may reserve space for a header that is never added.
        if headers.contains_key(name)
            && let Ok(Entry::Occupied(mut entry)) = headers.try_entry(name)
        {
            mark_entry(&mut entry);
        }
    }
}

fn mark_entry(entry: &mut OccupiedEntry<'_, HeaderValue>) {
    for value in entry.iter_mut() {
        value.set_sensitive(true);
    }
}

/// The first characters of the parts: for each first one, a bit for each second one, and for each
/// second one, a bit for each third one. This excludes most positions of a name at once.
struct Beginnings([u32; 32], [u32; 32]);

/// A character in five bits, equal for both cases. Other characters may collide.
const fn class(byte: u8) -> usize {
    let byte = if byte == b'_' { b'-' } else { byte };
    (byte & 31) as usize
}

impl Beginnings {
    const fn of(mut parts: &[&str]) -> Self {
        let mut all = Self([0; 32], [0; 32]);
        while let [part, others @ ..] = parts {
            if let [first, second, third, ..] = part.as_bytes() {
                all.0[class(*first)] |= 1 << class(*second);
                all.1[class(*second)] |= 1 << class(*third);
            }
            parts = others;
        }
        all
    }
}

const fn has_part(name: &[u8], parts: &[&str], beginnings: &Beginnings) -> bool {
    let Beginnings(two, three) = beginnings;
    let [first, second, behind @ ..] = name else {
        return false;
    };
    let (mut place, mut rest) = (name, behind);
    let (mut first, mut second) = (class(*first), class(*second));
    while let [third, behind @ ..] = rest {
        let third = class(*third);
        if (two[first] >> second) & (three[second] >> third) & 1 == 1 && begins(place, parts) {
            return true;
        }
        (first, second, rest) = (second, third, behind);
        if let [_, next @ ..] = place {
            place = next;
        }
    }
    false
}

#[inline(never)]
const fn begins(name: &[u8], mut parts: &[&str]) -> bool {
    let [first, ..] = name else {
        return false;
    };
    while let [part, others @ ..] = parts {
        if class(part.as_bytes()[0]) == class(*first) && starts_with(name, part.as_bytes()) {
            return true;
        }
        parts = others;
    }
    false
}

const fn starts_with(name: &[u8], part: &[u8]) -> bool {
    let (mut name, mut part) = (name, part);
    while let [expected, rest @ ..] = part {
        let [byte, behind @ ..] = name else {
            return false;
        };
        let byte = if *byte == b'_' { b'-' } else { *byte };
        if byte.to_ascii_lowercase() != *expected {
            return false;
        }
        (name, part) = (behind, rest);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_carry_credentials_are_known_by_name() {
        for name in [
            "authorization",
            "Authorization",
            "proxy-authorization",
            "x-amzn-remapped-authorization",
            "cookie",
            "cookie2",
            "set-cookie",
            "x-api-key",
            "X-API-KEY",
            "x_api_key",
            "x-amz-security-token",
            "x-amzn-oidc-data",
            "x-amzn-oidc-accesstoken",
            "x-amzn-oidc-identity",
            "x-amzn-mtls-clientcert",
            "x-amzn-mtls-clientcert-leaf",
            "x-forwarded-client-cert",
            "x-amzn-lattice-identity",
            "x-origin-verify",
            "x-auth-token",
            "x-csrf-token",
            "cf-access-jwt-assertion",
            "x-goog-iap-jwt-assertion",
            "x-hub-signature-256",
            "x-functions-key",
            "ocp-apim-subscription-key",
        ] {
            assert!(is_credential(name.as_bytes()), "{name}");
        }
        for name in [
            "",
            "host",
            "accept",
            "content-type",
            "x-amz-cf-id",
            "x-amzn-trace-id",
            "x-author",
            "x-forwarded-for",
            "x-request-id",
            "traceparent",
            "x-tenant",
            "idempotency-key",
        ] {
            assert!(!is_credential(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn every_value_of_a_named_header_is_marked() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-tenant", "s3cret-1"),
            ("x-tenant", "s3cret-2"),
            ("x-a", "b"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let mut all = headers.clone();
        let named = [
            HeaderName::from_static("x-tenant"),
            HeaderName::from_static("x-none"),
        ];
        mark(&mut headers, &named);
        mark_all(&mut all, &named);
        for headers in [headers, all] {
            let text = format!("{headers:?}");
            assert!(!text.contains("s3cret") && text.contains("\"b\""), "{text}");
            assert_eq!(headers.keys_len(), 2);
        }
    }
}
