//! Multipart forms. The first line is the content type, the rest is the body.

use crate::calls::{block_on, first_line};
use http::{HeaderValue, header::CONTENT_TYPE};
use lambda_api::{
    ApiError, Body, Request,
    extract::{Multipart, Part, extract},
};

/// The default limit for the number of parts.
const MOST_PARTS: usize = 256;

/// Parses a form.
///
/// # Panics
/// Panics if a part contains bytes that were not sent, or if a parsed form is not parsed again
/// after it has been serialized.
pub fn run(data: &[u8]) {
    let (content_type, body) = first_line(data);
    let Some(form) = read(content_type, body.to_vec()) else {
        return;
    };
    assert!(form.iter().count() <= MOST_PARTS);
    let total: usize = form.iter().map(|part| part.bytes().len()).sum();
    assert!(total <= body.len(), "{total} bytes of {}", body.len());
    for part in &form {
        let content = part.bytes();
        let was_sent = content.is_empty() || body.windows(content.len()).any(|at| at == content);
        assert!(was_sent, "{part:?}");
    }
    if let Some(written) = write(&form) {
        let again = read(b"multipart/form-data; boundary=0-boundary-0", written);
        let again = again.expect("a serialized form is valid");
        assert_eq!(form.iter().count(), again.iter().count());
        for (one, other) in form.iter().zip(&again) {
            assert_eq!(one.name(), other.name());
            assert_eq!(one.bytes(), other.bytes());
        }
    }
}

fn read(content_type: &[u8], body: Vec<u8>) -> Option<Multipart> {
    let content_type = HeaderValue::from_bytes(content_type).ok()?;
    let mut request = Request::new(Body::from(body));
    request.headers_mut().insert(CONTENT_TYPE, content_type);
    match block_on(extract::<Multipart>(&request)) {
        Ok(form) => Some(form),
        Err(rejection) => {
            assert!(matches!(rejection.status().as_u16(), 400 | 413 | 415));
            assert!(rejection.to_string().len() < 1000, "{rejection}");
            None
        }
    }
}

/// Serializes the form. Returns `None` if a name or the content would need escaping.
fn write(form: &Multipart) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    for part in form {
        let name = part.name();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain || has_boundary(part) {
            return None;
        }
        body.extend(b"--0-boundary-0\r\nContent-Disposition: form-data; name=\"");
        body.extend(name.as_bytes());
        body.extend(b"\"\r\n\r\n");
        body.extend(part.bytes());
        body.extend(b"\r\n");
    }
    body.extend(b"--0-boundary-0--\r\n");
    Some(body)
}

fn has_boundary(part: &Part) -> bool {
    part.bytes().windows(12).any(|at| at == b"0-boundary-0")
}
