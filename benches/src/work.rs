//! The kinds of work that every peer is measured with.

use crate::orders::{NewLine, NewOrder, noise};
use bytes::Bytes;
use std::fmt;

/// A kind of invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// (a) A GET with path and query parameters, in an HTTP API event of 2 KB; the response has 400
    /// bytes of JSON.
    Get,
    /// (b) A POST of 2 KB of JSON, deserialized into a struct.
    Post,
    /// (c) The GET of (a) from a REST API, with multi-value headers.
    Rest,
    /// (d) A GET of 100 KB of binary.
    Download,
    /// (e) A POST of 1 MB of base64.
    Upload,
    /// (f) The GET of (a) with an RS256 token, which is verified.
    Token,
    /// (g) A GET of a path without a route.
    Nothing,
}

/// The length of the upload of (e), in characters.
const BASE64: usize = 1024 * 1024;

impl Work {
    /// All kinds, in order.
    pub const ALL: &[Self] = &[
        Self::Get,
        Self::Post,
        Self::Rest,
        Self::Download,
        Self::Upload,
        Self::Token,
        Self::Nothing,
    ];

    /// The letter of the kind in the tables.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Get => "a",
            Self::Post => "b",
            Self::Rest => "c",
            Self::Download => "d",
            Self::Upload => "e",
            Self::Token => "f",
            Self::Nothing => "g",
        }
    }

    /// Returns the kind with this letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|work| work.letter() == letter)
    }

    /// Whether a token is verified. Peers without an authentication middleware skip this work.
    #[must_use]
    pub fn needs_token(self) -> bool {
        matches!(self, Self::Token)
    }

    /// A short description.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET with path and query",
            Self::Post => "POST of 2 KB JSON",
            Self::Rest => "GET of (a), REST API",
            Self::Download => "GET of 100 KB binary",
            Self::Upload => "POST of 1 MB base64",
            Self::Token => "GET of (a), with a token",
            Self::Nothing => "404",
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Nothing => 404,
            _ => 200,
        }
    }

    /// Returns the event as Lambda sends it: JSON without whitespace.
    #[must_use]
    pub fn event(self) -> Bytes {
        match self {
            Self::Get => asks(HTTP, "/orders/7"),
            Self::Rest => asks(REST, "/orders/7"),
            Self::Post => {
                let body = serde_json::to_string(&new_order()).expect("an order is JSON");
                sends("/orders", "application/json", &body, false)
            }
            Self::Download => asks(HTTP, "/files/picture"),
            Self::Upload => upload(BASE64),
            Self::Token => {
                let header = format!(
                    "\"authorization\": \"Bearer {}\",",
                    crate::in_process::TOKEN
                );
                let accept = "\"accept-encoding\"";
                asks(
                    &HTTP.replace(accept, &format!("{header}{accept}")),
                    "/orders/7",
                )
            }
            Self::Nothing => asks(HTTP, "/nowhere/7"),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) {}", self.letter(), self.name())
    }
}

const HTTP: &str = include_str!("events/http.json");
const REST: &str = include_str!("events/rest.json");

/// Returns the event of an upload of this many characters of base64.
pub(crate) fn upload(characters: usize) -> Bytes {
    let body = base64_simd::STANDARD.encode_to_string(noise(characters / 4 * 3));
    sends("/files", "image/png", &body, true)
}

fn asks(event: &str, path: &str) -> Bytes {
    fill(event, "GET", path, "text/plain", 0)
        .replace("$BODY", "null")
        .replace("$BASE64", "false")
        .into()
}

fn sends(path: &str, content_type: &str, body: &str, is_base64: bool) -> Bytes {
    let length = body.len();
    let body = serde_json::to_string(body).expect("text is JSON");
    fill(HTTP, "POST", path, content_type, length)
        .replace("$BASE64", if is_base64 { "true" } else { "false" })
        .replace("$BODY", &body)
        .into()
}

fn fill(event: &str, method: &str, path: &str, content_type: &str, length: usize) -> String {
    let lines: String = event.lines().map(str::trim).collect();
    lines
        .replace("\": ", "\":")
        .replace("\", \"", "\",\"")
        .replace("$METHOD", method)
        .replace("$PATH", path)
        .replace("$TYPE", content_type)
        .replace("$LENGTH", &length.to_string())
}

fn new_order() -> NewOrder {
    NewOrder {
        customer: "customer-51f0".to_owned(),
        lines: (0..19)
            .map(|line| NewLine {
                sku: format!("goods-of-the-shop-{line:04}"),
                quantity: line + 1,
                gift: line % 3 == 0,
                engraving: (line % 2 == 0).then(|| format!("For number {line}, with \"love\"")),
            })
            .collect(),
        notes: (0..6)
            .map(|note| format!("a note of some length, number {note}, as people write them"))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::Order;

    #[test]
    fn the_sizes_are_what_the_names_say() {
        for (work, expected) in [
            (Work::Get, 2048),
            (Work::Post, 4096),
            (Work::Rest, 3072),
            (Work::Upload, BASE64 + 2048),
        ] {
            let event = work.event().len();
            assert!(event.abs_diff(expected) < 300, "{work}: {event}");
        }
        let body = serde_json::to_string(&new_order()).unwrap();
        assert!(body.len().abs_diff(2048) < 100, "{}", body.len());
        let response = serde_json::to_string(&Order::found(7, 3)).unwrap();
        assert!(response.len().abs_diff(400) < 20, "{}", response.len());
    }
}
