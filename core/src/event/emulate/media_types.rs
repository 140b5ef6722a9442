//! The `binaryMediaTypes` of a REST API.

use super::headers;
use http::HeaderValue;

/// Whether one of the types matches a header: the `content-type` of a request with a body, or the
/// `accept` of a client that expects a body. Only the first media type in the header counts,
/// without its parameters.
///
/// `*/*` matches every request, and `image/*` every image. A `*/*` of the client only matches
/// `*/*`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html>.
pub(super) fn fit(types: &[String], header: Option<&HeaderValue>) -> bool {
    let named = header.map(headers::text).unwrap_or_default();
    let first = named.split([',', ';']).next().unwrap_or("").trim();
    let (kind, subtype) = first.split_once('/').unwrap_or_default();
    types.iter().any(|known| match known.split_once('/') {
        Some(("*", "*")) => true,
        Some((known, "*")) => known.eq_ignore_ascii_case(kind),
        Some((known, sub)) => known.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_media_type_decides() {
        for (types, header, expected) in [
            (&["image/png"][..], Some("image/png"), true),
            (&["image/png"], Some("IMAGE/PNG; q=0.8"), true),
            (&["image/png"], Some("image/png, text/html"), true),
            (&["image/png"], Some("text/html, image/png"), false),
            (&["image/png"], Some("image/*"), false),
            (&["image/png"], Some("*/*"), false),
            (&["image/png"], Some(""), false),
            (&["image/png"], None, false),
            (&["image/*"], Some("image/gif"), true),
            (&["image/*"], Some("text/html"), false),
            (&["text/css", "image/*"], Some("image/gif"), true),
            (&["*/*"], Some("text/html"), true),
            (&["*/*"], Some("*/*"), true),
            (&["*/*"], None, true),
            (&["png"], Some("png"), false),
            (&[""], Some(""), false),
            (&[], Some("*/*"), false),
            (&[], None, false),
        ] {
            let types: Vec<String> = types.iter().map(ToString::to_string).collect();
            let header = header.map(HeaderValue::from_static);
            assert_eq!(
                fit(&types, header.as_ref()),
                expected,
                "{types:?} {header:?}"
            );
        }
    }
}
