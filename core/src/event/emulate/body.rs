//! The body: text where the source takes it for text, base64 elsewhere.

use super::{arrival::Arrival, headers, media_types};
use crate::event::Source;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

/// The body as the event has it.
pub(super) struct Carried {
    /// `None` when there is none, which each source writes in its own way.
    pub(super) text: Option<String>,
    pub(super) base64: bool,
}

pub(super) fn carry(arrival: &Arrival<'_>) -> Carried {
    let body = arrival.request.body();
    if body.is_empty() {
        return Carried {
            text: None,
            base64: false,
        };
    }
    if arrival.source == Source::RestApi {
        return of_rest_api(arrival, body);
    }
    // HTTP API and function URL go by the type alone, the others by the encoding first.
    let encoded = !matches!(
        arrival.source,
        Source::HttpApi | Source::HttpApiV1 | Source::FunctionUrl
    ) && arrival.request.headers().contains_key(CONTENT_ENCODING);
    if encoded || !is_textual(&media_type(arrival)) {
        return base64(body);
    }
    utf8(body).unwrap_or_else(|| base64(body))
}

fn of_rest_api(arrival: &Arrival<'_>, body: &Bytes) -> Carried {
    let Some(types) = &arrival.facts.binary_media_types else {
        return utf8(body).unwrap_or_else(|| base64(body));
    };
    if media_types::fit(types, arrival.request.headers().get(CONTENT_TYPE)) {
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

/// The type without its parameters, in lower case; empty when none is named.
fn media_type(arrival: &Arrival<'_>) -> String {
    let named = arrival.request.headers().get(CONTENT_TYPE);
    let named = named.map(headers::text).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or("");
    essence.trim().to_ascii_lowercase()
}

/// The types that sources send as text. A form is not among them.
fn is_textual(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || matches!(
            media_type,
            "application/json" | "application/javascript" | "application/xml"
        )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{facts, request};
    use super::*;

    fn carried(source: Source, headers: &[(&str, &str)], body: &'static [u8]) -> (String, bool) {
        let mut request = request("POST", "/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from_static(body)).unwrap();
        let facts = facts();
        let carried = carry(&Arrival::new(source, &request, &facts));
        (carried.text.unwrap(), carried.base64)
    }

    #[test]
    fn text_stays_text_only_where_the_source_takes_it_for_text() {
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
    fn what_is_no_utf8_is_base64_whatever_its_type() {
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
            let facts = facts().binary_media_types(types.iter().copied());
            let carried = carry(&Arrival::new(Source::RestApi, &request, &facts));
            let found = (carried.text.as_deref().unwrap(), carried.base64);
            assert_eq!(found, expected, "{types:?} {content_type}");
        }
    }
}
