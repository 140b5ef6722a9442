//! The head of a response of the Runtime API.

use std::mem::MaybeUninit;

/// The maximum number of headers of a response.
const HEADERS: usize = 128;

/// The parts of a head that concern the connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) framing: Framing,
    /// Whether the connection stays open.
    pub(super) keep: bool,
    /// The size of the head, in bytes.
    pub(super) length: usize,
}

/// How the end of the body is found (RFC 9112, section 6.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
    /// At the end of the connection.
    ToEnd,
}

/// Parses a head. Returns `None` if it is incomplete. `header` is called once the head is complete.
///
/// # Errors
/// Returns the reason if the head is invalid.
pub(super) fn parse(
    text: &[u8],
    header: &mut (dyn FnMut(&str, &[u8]) + Send),
) -> Result<Option<Head>, &'static str> {
    let mut headers = [const { MaybeUninit::uninit() }; HEADERS];
    let mut response = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let parsed = config.parse_response_with_uninit_headers(&mut response, text, &mut headers);
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err("too many headers"),
        Err(_) => return Err("not HTTP"),
    };
    let status = response.code.ok_or("no status")?;
    let mut keep = response.version == Some(1);
    let (mut declared, mut chunked) = (None, false);
    for found in response.headers.iter() {
        let name = found.name;
        if name.eq_ignore_ascii_case("content-length") {
            let length = decimal(found.value).ok_or("invalid content-length")?;
            if declared.is_some_and(|declared| declared != length) {
                return Err("contradictory content-length headers");
            }
            declared = Some(length);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = found.value.trim_ascii().eq_ignore_ascii_case(b"chunked");
            if !chunked {
                return Err("unknown transfer coding");
            }
        } else if name.eq_ignore_ascii_case("connection") {
            let mut options = found.value.split(|byte| *byte == b',');
            if options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close")) {
                keep = false;
            }
        } else {
            header(name, found.value);
        }
    }
    let framing = match (status, chunked, declared) {
        (..200 | 204 | 304, ..) => Framing::Length(0),
        (_, true, _) => Framing::Chunked,
        (_, false, Some(length)) => Framing::Length(length),
        (_, false, None) => Framing::ToEnd,
    };
    Ok(Some(Head {
        status,
        framing,
        keep,
        length,
    }))
}

/// Parses the size of a chunk; chunk extensions are ignored.
pub(super) fn chunk_size(line: &[u8]) -> Option<usize> {
    let end = line.iter().position(|byte| *byte == b';');
    let digits = line.get(..end.unwrap_or(line.len()))?.trim_ascii();
    let text = std::str::from_utf8(digits).ok()?;
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| usize::from_str_radix(text, 16).ok())?
}

fn decimal(value: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(value.trim_ascii()).ok()?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, &'static str> {
        parse(text.as_bytes(), &mut |_, _| {})
    }

    #[test]
    fn framing_follows_the_headers() {
        for (headers, framing, keep) in [
            ("content-length: 2", Framing::Length(2), true),
            (
                "content-length: 2\r\nContent-Length: 2",
                Framing::Length(2),
                true,
            ),
            ("transfer-encoding: chunked", Framing::Chunked, true),
            (
                "content-length: 2\r\ntransfer-encoding: Chunked",
                Framing::Chunked,
                true,
            ),
            (
                "connection: keep-alive, close\r\ncontent-length: 0",
                Framing::Length(0),
                false,
            ),
            ("x-a: b", Framing::ToEnd, true),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
            let length = text.len();
            let expected = Head {
                status: 200,
                framing,
                keep,
                length,
            };
            assert_eq!(head(&text), Ok(Some(expected)), "{headers}");
        }
    }

    #[test]
    fn statuses_without_a_body_have_none() {
        for status in [100, 204, 304] {
            let text = format!("HTTP/1.1 {status} X\r\ncontent-length: 7\r\n\r\n");
            let head = head(&text).unwrap().unwrap();
            assert_eq!(head.framing, Framing::Length(0), "{status}");
        }
    }

    #[test]
    fn half_a_head_is_none_yet() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: y\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(head(&whole[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn invalid_heads_are_errors() {
        for headers in [
            "content-length: -1",
            "content-length: +1",
            "content-length: 1, 2",
            "content-length: 1\r\ncontent-length: 2",
            "content-length: 99999999999999999999999999",
            "content-length:",
            "transfer-encoding: gzip",
            "transfer-encoding: gzip, chunked",
            "a header",
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
            assert!(head(&text).is_err(), "{headers}");
        }
        assert!(head("SSH-2.0-x\r\n\r\n").is_err());
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(HEADERS + 1));
        assert!(head(&many).is_err());
    }

    #[test]
    fn the_size_of_a_chunk_is_hexadecimal() {
        for (line, size) in [
            ("0", Some(0)),
            ("1a", Some(26)),
            ("1A;name=value", Some(26)),
            ("5 ", Some(5)),
            ("", None),
            (";x", None),
            ("-1", None),
            ("+1", None),
            ("0x1", None),
            ("fffffffffffffffff", None),
        ] {
            assert_eq!(chunk_size(line.as_bytes()), size, "{line}");
        }
    }
}
