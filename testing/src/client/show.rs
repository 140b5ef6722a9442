//! Requests and responses as text, for the messages of failed assertions.

use http::{HeaderMap, StatusCode, header};
use std::fmt::Write;

/// JSON up to this length stays on one line.
const ONE_LINE: usize = 72;

/// How much of a body is shown.
const CHARACTERS: usize = 2000;
const LINES: usize = 40;

/// `201 Created`.
pub(super) fn status(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// A label, a first line, the headers and the body, all but the label behind a margin.
pub(super) fn message(label: &str, first: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let mut text = format!("{label:9}{first}");
    for (name, value) in headers {
        let value = if is_credential(name) {
            credential(value.as_bytes())
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        line(&mut text, &format!("{name}: {value}"));
    }
    if !body.is_empty() {
        line(&mut text, "");
        for part in body_text(body).lines() {
            line(&mut text, part);
        }
    }
    text
}

fn line(text: &mut String, part: &str) {
    // Writing to a string cannot fail.
    let _ = match part {
        "" => writeln!(text),
        part => write!(text, "\n         {part}"),
    };
}

fn is_credential(name: &header::HeaderName) -> bool {
    *name == header::AUTHORIZATION || *name == header::PROXY_AUTHORIZATION
}

/// The scheme of a credential, and the length of the rest: tokens are long, and logs are kept.
fn credential(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    match text.split_once(' ') {
        Some((scheme, secret)) => format!("{scheme} <{} bytes>", secret.len()),
        None => format!("<{} bytes>", value.len()),
    }
}

/// A body as lines: JSON is indented, binary data is counted, and long text is cut.
pub(super) fn body_text(body: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(body) else {
        return format!("<{} bytes of binary data>", body.len());
    };
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json && text.chars().count() > ONE_LINE {
        return cut(&laid_out(text));
    }
    cut(text)
}

/// A body whose lines but the first are behind the margin.
pub(super) fn indented(body: &[u8]) -> String {
    body_text(body).replace('\n', "\n         ")
}

fn cut(text: &str) -> String {
    let mut shown = String::new();
    let mut characters = 0;
    for (number, line) in text.lines().enumerate() {
        let rest = CHARACTERS.saturating_sub(characters);
        if number == LINES || rest == 0 {
            let _ = write!(shown, "\n.. ({} characters in all)", text.chars().count());
            return shown;
        }
        if number > 0 {
            shown.push('\n');
        }
        characters += line.chars().count();
        let mut visible = line.chars().flat_map(visible);
        shown.extend(visible.by_ref().take(rest));
        if visible.next().is_some() {
            let _ = write!(shown, ".. ({} characters in all)", text.chars().count());
            return shown;
        }
    }
    shown
}

/// Control characters as escapes: a terminal obeys them.
fn visible(c: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = if c.is_control() && c != '\t' {
        (None, Some(c.escape_default()))
    } else {
        (Some(c), None)
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

/// Valid JSON with a line for each member, in the order and spelling in which it came.
fn laid_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut characters = json.chars().peekable();
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = characters.next() {
        match c {
            '"' => {
                out.push(c);
                while let Some(c) = characters.next() {
                    out.push(c);
                    match c {
                        '\\' => out.extend(characters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                out.push(c);
                while characters.next_if(|c| c.is_whitespace()).is_some() {}
                let close = characters.next_if(|c| matches!(c, '}' | ']'));
                match close {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        newline(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                newline(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_message_starts_with_its_label() {
        let headers = headers(&[
            ("authorization", "Bearer open-sesame"),
            ("accept", "text/html"),
            ("accept", "*/*"),
        ]);
        assert_eq!(
            message("request", "GET / (source http)", &headers, b"{\"a\":1}"),
            "\
request  GET / (source http)
         authorization: Bearer <11 bytes>
         accept: text/html
         accept: */*

         {\"a\":1}"
        );
        assert_eq!(
            message("response", "204", &HeaderMap::new(), b""),
            "response 204"
        );
    }

    #[test]
    fn a_credential_without_a_scheme_is_only_counted() {
        for (value, shown) in [("secret", "<6 bytes>"), ("Basic YTpi", "Basic <4 bytes>")] {
            assert_eq!(credential(value.as_bytes()), shown);
        }
    }

    #[test]
    fn long_json_is_laid_out_in_its_own_order() {
        let json = r#"{"z": [1, {"a":"b, \"{c}\" \\"}], "empty": {}, "none" : [ ], "n": -1.50e3, "text": "0123456789"}"#;
        assert_eq!(
            body_text(json.as_bytes()),
            r#"{
  "z": [
    1,
    {
      "a": "b, \"{c}\" \\"
    }
  ],
  "empty": {},
  "none": [],
  "n": -1.50e3,
  "text": "0123456789"
}"#
        );
    }

    #[test]
    fn a_binary_body_is_shown_by_length() {
        assert_eq!(body_text(b"\x89PNG"), "<4 bytes of binary data>");
    }

    #[test]
    fn long_bodies_are_cut() {
        let long = body_text("x".repeat(5000).as_bytes());
        let expected = format!("{}.. (5000 characters in all)", "x".repeat(CHARACTERS));
        assert_eq!(long, expected);
        let lines = body_text("line\n".repeat(100).as_bytes());
        assert_eq!(lines.lines().count(), LINES + 1);
        assert!(lines.ends_with("\n.. (500 characters in all)"), "{lines}");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(body_text(b"a\x1b[31mb\tc"), "a\\u{1b}[31mb\tc");
    }
}
