//! The body of a streamed response as it is written: chunks, and trailers after an error.
//!
//! See RFC 9112, [section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1).

use std::fmt::Write;

/// The headers that announce the body and its trailers, as whole lines.
pub(super) const HEADERS: &str = "\
    content-type: application/vnd.awslambda.http-integration-response\r\n\
    lambda-runtime-function-response-mode: streaming\r\n\
    transfer-encoding: chunked\r\n\
    trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";

/// The end of a body that is complete.
pub(super) const END: &str = "0\r\n\r\n";

/// The end of the last chunk, and of the body.
pub(super) const LAST: &str = "\r\n0\r\n\r\n";

/// The bytes behind the JSON of a head.
const DELIMITER: [u8; 8] = [0; 8];

/// The end of the chunk of a head, and the delimiter as the next chunk.
pub(super) const DELIMITED: &str = "\r\n8\r\n\0\0\0\0\0\0\0\0\r\n";

/// Writes the line before a chunk of this length.
pub(super) fn push_size(to: &mut String, length: usize) {
    let _ = write!(to, "{length:x}\r\n");
}

/// Splits the head of a response, which is JSON and a delimiter, from what follows it.
pub(super) fn split_head(data: &[u8]) -> Option<(&str, &[u8])> {
    // JSON has no byte of zero.
    let (head, rest) = data.split_at_checked(data.iter().position(|byte| *byte == 0)?)?;
    let rest = rest.strip_prefix(&DELIMITER)?;
    let head = std::str::from_utf8(head).ok()?;
    (!head.is_empty()).then_some((head, rest))
}

/// Writes chunks. The buffer is reused.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    size: String,
}

impl Chunks {
    /// Returns the parts of the chunks of a head. cargo-lambda's emulator reads the first chunk as JSON, and
    /// ignores the second one.
    pub(super) fn head<'c>(&'c mut self, json: &'c str) -> [&'c [u8]; 3] {
        self.size.clear();
        push_size(&mut self.size, json.len());
        [self.size.as_bytes(), json.as_bytes(), DELIMITED.as_bytes()]
    }

    /// Returns the parts of a chunk, which follow each other. Returns `None` without data: an empty chunk would
    /// be the end of the body.
    pub(super) fn chunk<'c>(&'c mut self, data: &'c [u8]) -> Option<[&'c [u8]; 3]> {
        if data.is_empty() {
            return None;
        }
        self.size.clear();
        push_size(&mut self.size, data.len());
        Some([self.size.as_bytes(), data, b"\r\n"])
    }
}

/// Returns the end of a body that an error has ended early. `document` is JSON.
///
/// Lambda reads the error document as base64:
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>
pub(super) fn failed(error_type: &str, document: &str) -> String {
    let document = base64_simd::STANDARD.encode_to_string(document.as_bytes());
    format!(
        "0\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\n\
         Lambda-Runtime-Function-Error-Body: {document}\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_its_size_in_hex() {
        let mut chunks = Chunks::default();
        for (length, size) in [
            (1, "1\r\n"),
            (9, "9\r\n"),
            (10, "a\r\n"),
            (4096, "1000\r\n"),
        ] {
            let data = vec![b'x'; length];
            let [line, written, end] = chunks.chunk(&data).expect("a chunk");
            assert_eq!(line, size.as_bytes());
            assert_eq!(written, data);
            assert_eq!(end, b"\r\n");
        }
    }

    #[test]
    fn a_head_is_two_chunks() {
        let data = b"{\"statusCode\":200}\0\0\0\0\0\0\0\0body\0\0\0\0\0\0\0\0";
        let (head, rest) = split_head(data).expect("a head");
        assert_eq!(rest, b"body\0\0\0\0\0\0\0\0");
        let written = Chunks::default().head(head).concat();
        assert_eq!(
            written,
            b"12\r\n{\"statusCode\":200}\r\n8\r\n\0\0\0\0\0\0\0\0\r\n"
        );
        for other in [
            &b""[..],
            b"{}",
            b"{}\0\0\0\0\0\0\0",
            b"\0\0\0\0\0\0\0\0",
            b"\xff\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(split_head(other), None, "{other:?}");
        }
    }

    #[test]
    fn no_data_is_no_chunk() {
        assert_eq!(Chunks::default().chunk(b""), None);
    }

    #[test]
    fn an_error_is_in_the_trailers() {
        let end = failed("Runtime.StreamFailed", r#"{"errorType":"StreamFailed"}"#);
        assert_eq!(
            end,
            "0\r\nLambda-Runtime-Function-Error-Type: Runtime.StreamFailed\r\n\
             Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJTdHJlYW1GYWlsZWQifQ==\r\n\r\n"
        );
    }
}
