//! Forms with files.

use bytes::Bytes;
use http::HeaderValue;

/// A form with files, as a browser sends it
/// ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)), for
/// [`EventBuilder::multipart`](crate::EventBuilder::multipart).
///
/// ```
/// use lambda_api_testing::MultipartForm;
///
/// let form = MultipartForm::new()
///     .text("title", "Tea")
///     .file("photo", "tea.png", "image/png", &b"\x89PNG"[..]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct MultipartForm {
    parts: Vec<(String, Bytes)>,
}

impl MultipartForm {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field. A name may be added more than once.
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.part(
            format!("name=\"{}\"", quoted(name)),
            Bytes::from(value.into()),
        )
    }

    /// Adds a file.
    pub fn file(
        self,
        name: &str,
        file_name: &str,
        content_type: &str,
        content: impl Into<Bytes>,
    ) -> Self {
        let head = format!(
            "name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}",
            quoted(name),
            quoted(file_name),
            content_type.replace(['\r', '\n'], " ")
        );
        self.part(head, content.into())
    }

    fn part(mut self, head: String, content: Bytes) -> Self {
        self.parts.push((head, content));
        self
    }

    pub(super) fn into_parts(self) -> (HeaderValue, Bytes) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for (head, content) in &self.parts {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        match HeaderValue::try_from(content_type) {
            Ok(content_type) => (content_type, body.into()),
            Err(_) => unreachable!("a boundary is letters and digits"),
        }
    }

    /// A text that no part has in it: the same for the same form, so that events do not change from
    /// run to run.
    fn boundary(&self) -> String {
        (0_u64..)
            .map(|number| format!("boundary{number}"))
            .find(|boundary| {
                let boundary = boundary.as_bytes();
                self.parts.iter().all(|(head, content)| {
                    !contains(head.as_bytes(), boundary) && !contains(content, boundary)
                })
            })
            .unwrap_or_default()
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// As browsers escape names
/// ([HTML](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data)).
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_their_order() {
        let (content_type, body) = MultipartForm::new()
            .text("title", "Tea")
            .file("photo", "a\"b.png", "image/png", &b"\xff"[..])
            .into_parts();
        assert_eq!(content_type, "multipart/form-data; boundary=boundary0");
        let expected = b"--boundary0\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTea\r\n\
            --boundary0\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a%22b.png\"\r\n\
            Content-Type: image/png\r\n\r\n\xff\r\n--boundary0--\r\n";
        assert_eq!(body, &expected[..]);
    }

    #[test]
    fn a_boundary_is_in_no_part() {
        let form = MultipartForm::new()
            .text("a", "--boundary0")
            .text("boundary1", "");
        let (content_type, _) = form.into_parts();
        assert_eq!(content_type, "multipart/form-data; boundary=boundary2");
    }

    #[test]
    fn a_form_without_parts_is_just_the_end() {
        let (_, body) = MultipartForm::new().into_parts();
        assert_eq!(body, "--boundary0--\r\n");
    }
}
