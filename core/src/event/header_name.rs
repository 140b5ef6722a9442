//! The names of headers.

use crate::sensitive::is_credential;
use http::HeaderName;

/// Parses the name of a header; returns it in lower case, or `None` if it is invalid.
///
/// `HeaderName` looks up every letter in a table, and copies names that are not in its list. The
/// common names that browsers and gateways send are matched here in their two usual spellings,
/// without either cost.
pub(super) fn header_name(name: &[u8]) -> Option<HeaderName> {
    judged(name).map(|(name, _)| name)
}

/// Like [`header_name`]; also returns whether the header [carries a credential](is_credential).
#[inline]
pub(super) fn judged(name: &[u8]) -> Option<(HeaderName, bool)> {
    match usual(name) {
        Some(judged) => Some(judged),
        None => HeaderName::from_bytes(name)
            .ok()
            .map(|known| (known, is_credential(name))),
    }
}

macro_rules! usual {
    ($($name:literal: $lower:literal $capital:literal,)*) => {
        fn usual(name: &[u8]) -> Option<(HeaderName, bool)> {
            Some(match name {
                $($lower | $capital => {
                    const { (HeaderName::from_static($name), is_credential($lower)) }
                })*
                _ => return None,
            })
        }

        #[cfg(test)]
        const USUAL: &[(&str, [&[u8]; 2])] = &[$(($name, [$lower, $capital])),*];
    };
}
usual! {
    "accept": b"accept" b"Accept",
    "accept-encoding": b"accept-encoding" b"Accept-Encoding",
    "accept-language": b"accept-language" b"Accept-Language",
    "authorization": b"authorization" b"Authorization",
    "cache-control": b"cache-control" b"Cache-Control",
    "connection": b"connection" b"Connection",
    "content-length": b"content-length" b"Content-Length",
    "content-type": b"content-type" b"Content-Type",
    "cookie": b"cookie" b"Cookie",
    "dnt": b"dnt" b"DNT",
    "host": b"host" b"Host",
    "if-modified-since": b"if-modified-since" b"If-Modified-Since",
    "if-none-match": b"if-none-match" b"If-None-Match",
    "origin": b"origin" b"Origin",
    "pragma": b"pragma" b"Pragma",
    "priority": b"priority" b"Priority",
    "range": b"range" b"Range",
    "referer": b"referer" b"Referer",
    "sec-ch-ua": b"sec-ch-ua" b"Sec-CH-UA",
    "sec-ch-ua-mobile": b"sec-ch-ua-mobile" b"Sec-CH-UA-Mobile",
    "sec-ch-ua-platform": b"sec-ch-ua-platform" b"Sec-CH-UA-Platform",
    "sec-fetch-dest": b"sec-fetch-dest" b"Sec-Fetch-Dest",
    "sec-fetch-mode": b"sec-fetch-mode" b"Sec-Fetch-Mode",
    "sec-fetch-site": b"sec-fetch-site" b"Sec-Fetch-Site",
    "sec-fetch-user": b"sec-fetch-user" b"Sec-Fetch-User",
    "traceparent": b"traceparent" b"Traceparent",
    "upgrade-insecure-requests": b"upgrade-insecure-requests" b"Upgrade-Insecure-Requests",
    "user-agent": b"user-agent" b"User-Agent",
    "via": b"via" b"Via",
    "x-amz-cf-id": b"x-amz-cf-id" b"X-Amz-Cf-Id",
    "x-amzn-trace-id": b"x-amzn-trace-id" b"X-Amzn-Trace-Id",
    "x-api-key": b"x-api-key" b"X-Api-Key",
    "x-correlation-id": b"x-correlation-id" b"X-Correlation-Id",
    "x-forwarded-for": b"x-forwarded-for" b"X-Forwarded-For",
    "x-forwarded-host": b"x-forwarded-host" b"X-Forwarded-Host",
    "x-forwarded-port": b"x-forwarded-port" b"X-Forwarded-Port",
    "x-forwarded-proto": b"x-forwarded-proto" b"X-Forwarded-Proto",
    "x-real-ip": b"x-real-ip" b"X-Real-Ip",
    "x-request-id": b"x-request-id" b"X-Request-Id",
    "x-requested-with": b"x-requested-with" b"X-Requested-With",
    "cloudfront-forwarded-proto": b"cloudfront-forwarded-proto" b"CloudFront-Forwarded-Proto",
    "cloudfront-is-desktop-viewer": b"cloudfront-is-desktop-viewer" b"CloudFront-Is-Desktop-Viewer",
    "cloudfront-is-mobile-viewer": b"cloudfront-is-mobile-viewer" b"CloudFront-Is-Mobile-Viewer",
    "cloudfront-is-smarttv-viewer": b"cloudfront-is-smarttv-viewer" b"CloudFront-Is-SmartTV-Viewer",
    "cloudfront-is-tablet-viewer": b"cloudfront-is-tablet-viewer" b"CloudFront-Is-Tablet-Viewer",
    "cloudfront-viewer-asn": b"cloudfront-viewer-asn" b"CloudFront-Viewer-ASN",
    "cloudfront-viewer-country": b"cloudfront-viewer-country" b"CloudFront-Viewer-Country",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_is_what_it_would_be_if_it_were_not_usual() {
        for (name, spellings) in USUAL {
            for spelling in spellings {
                let expected = HeaderName::from_bytes(spelling).unwrap();
                let is_credential = is_credential(spelling);
                assert_eq!(usual(spelling), Some((expected, is_credential)), "{name}");
            }
        }
    }

    #[test]
    fn any_other_name_and_spelling_is_read_too() {
        for (name, expected) in [
            ("x-tenant", Some("x-tenant")),
            ("X-TENANT", Some("x-tenant")),
            ("HOST", Some("host")),
            ("x a", None),
            ("", None),
        ] {
            let name = header_name(name.as_bytes());
            assert_eq!(name.as_ref().map(HeaderName::as_str), expected);
        }
    }
}
