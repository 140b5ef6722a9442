//! Encodes the body as text or base64, as the source does.

use super::{headers, incoming::Incoming, media_types};
use crate::event::Source;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

/// The body as it is in the event.
pub(super) struct Carried {
    /// `None` if there is no body, which each source writes differently.
    pub(super) text: Option<String>,
    pub(super) base64: bool,
}

pub(super) fn carry(incoming: &Incoming<'_>) -> Carried {
    let body = incoming.request.body();
    if body.is_empty() {
        return Carried {
            text: None,
            base64: false,
        };
    }
    if incoming.source == Source::RestApi {
        return of_rest_api(incoming, body);
    }
    // HTTP API and function URL only check the type; the others check the encoding first.
    let encoded = !matches!(
        incoming.source,
        Source::HttpApi | Source::HttpApiV1 | Source::FunctionUrl
    ) && incoming.request.headers().contains_key(CONTENT_ENCODING);
    if encoded || !is_textual(&media_type(incoming)) {
        return base64(body);
    }
    utf8(body).unwrap_or_else(|| base64(body))
}

fn of_rest_api(incoming: &Incoming<'_>, body: &Bytes) -> Carried {
    let Some(types) = &incoming.gateway.binary_media_types else {
        return utf8(body).unwrap_or_else(|| base64(body));
    };
    if media_types::fit(types, incoming.request.headers().get(CONTENT_TYPE)) {
        return base64(body);
    }
    Carried {
        text: Some(String::from_utf8_lossy(body).into_owned()),
        base64: false,
    }
}

fn utf8(body: &Bytes) -> Option<Carried> {
    let text = std::str::from_utf8(body).ok()?;
    Some(Carried {
        text: Some(text.to_owned()),
        base64: false,
    })
}

fn base64(body: &Bytes) -> Carried {
    Carried {
        text: Some(base64_simd::STANDARD.encode_to_string(body)),
        base64: true,
    }
}

/// The media type without parameters, in lower case; empty if there is none.
fn media_type(incoming: &Incoming<'_>) -> String {
    let named = incoming.request.headers().get(CONTENT_TYPE);
    let named = named.map(headers::text).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}

/// The types that sources send as text. The type of a form is not one of them.
fn is_textual(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || matches!(
            media_type,
            "application/json" | "application/javascript" | "application/xml"
        )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gateway, request};
    use super::*;

    fn carried(source: Source, headers: &[(&str, &str)], body: &'static [u8]) -> (String, bool) {
        let mut request = request("POST", "/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from_static(body)).unwrap();
        let gateway = gateway();
        let carried = carry(&Incoming::new(source, &request, &gateway));
        (carried.text.unwrap(), carried.base64)
    }

    #[test]
    fn text_stays_text_only_if_the_source_allows_it() {
        use Source::*;
        let text = ("<hi/>".to_owned(), false);
        let base64 = ("PGhpLz4=".to_owned(), true);
        for (source, headers, expected) in [
            (HttpApi, &[("content-type", "application/json")][..], &text),
            (
                HttpApi,
                &[("content-type", "Text/Plain; charset=utf-8")],
                &text,
            ),
            (
                HttpApi,
                &[("content-type", "application/x-www-form-urlencoded")],
                &base64,
            ),
            (HttpApi, &[], &base64),
            (FunctionUrl, &[("content-type", "idk")], &base64),
            (HttpApiV1, &[("content-type", "application/xml")], &text),
            (Alb, &[("content-type", "application/javascript")], &text),
            (
                Alb,
                &[("content-type", "text/plain"), ("content-encoding", "br")],
                &base64,
            ),
            (
                AlbMultiValue,
                &[("content-type", "application/pdf")],
                &base64,
            ),
            (LatticeV1, &[("content-type", "text/css")], &text),
            (LatticeV2, &[("content-type", "image/png")], &base64),
            (RestApi, &[("content-type", "image/png")], &text),
            (RestApi, &[], &text),
        ] {
            assert_eq!(
                &carried(source, headers, b"<hi/>"),
                expected,
                "{source} {headers:?}"
            );
        }
    }

    #[test]
    fn invalid_utf8_is_sent_as_base64() {
        for source in Source::ALL {
            let (text, base64) = carried(source, &[("content-type", "text/plain")], b"\xff\x00");
            assert_eq!((text.as_str(), base64), ("/wA=", true), "{source}");
        }
    }

    #[test]
    fn the_binary_media_types_of_a_rest_api_decide() {
        for (types, content_type, expected) in [
            (&["image/png"][..], "image/png", ("/w==", true)),
            (&["image/png"], "IMAGE/PNG; q=1", ("/w==", true)),
            (&["image/png"], "image/gif", ("\u{fffd}", false)),
            (&["image/*"], "image/gif", ("/w==", true)),
            (&[], "image/png", ("\u{fffd}", false)),
            (&["*/*"], "application/json", ("/w==", true)),
        ] {
            let request = request("POST", "/")
                .header("content-type", content_type)
                .body(Bytes::from_static(b"\xff"))
                .unwrap();
            let gateway = gateway().binary_media_types(types.iter().copied());
            let carried = carry(&Incoming::new(Source::RestApi, &request, &gateway));
            let found = (carried.text.as_deref().unwrap(), carried.base64);
            assert_eq!(found, expected, "{types:?} {content_type}");
        }
    }
}
