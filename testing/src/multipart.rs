//! A form with files, as a browser sends it.

use bytes::Bytes;
use http::HeaderValue;

/// A body of type `multipart/form-data`
/// ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)), for
/// [`TestRequest::multipart`](crate::TestRequest::multipart) and
/// [`EventBuilder::multipart`](crate::EventBuilder::multipart).
///
/// ```
/// use lambda_api_testing::MultipartForm;
///
/// let form = MultipartForm::new()
///     .text("title", "A cup of tea")
///     .file("photo", "tea.png", "image/png", &b"\x89PNG"[..]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a form does nothing until it is sent"]
pub struct MultipartForm(Vec<Part>);

#[derive(Clone, Debug)]
struct Part {
    name: String,
    file: Option<(String, String)>,
    content: Bytes,
}

impl MultipartForm {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.part(name.into(), None, value.into().into())
    }

    /// Adds a file with its name and its media type.
    pub fn file(
        self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        let file = (file_name.into(), media_type.into());
        self.part(name.into(), Some(file), content.into())
    }

    fn part(mut self, name: String, file: Option<(String, String)>, content: Bytes) -> Self {
        self.0.push(Part {
            name,
            file,
            content,
        });
        self
    }

    /// The content type and the body.
    pub(crate) fn encode(&self) -> (HeaderValue, Bytes) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for part in &self.0 {
            let mut head = format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"",
                quoted(&part.name)
            );
            if let Some((file_name, media_type)) = &part.file {
                let file_name = quoted(file_name);
                head += &format!("; filename=\"{file_name}\"\r\ncontent-type: {media_type}");
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        match HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")) {
            Ok(content_type) => (content_type, body.into()),
            Err(_) => unreachable!("a boundary is letters, digits and dashes"),
        }
    }

    /// The same for the same parts, so that a test repeats; none of them has it.
    fn boundary(&self) -> String {
        let mut number = 0_u32;
        loop {
            let boundary = format!("test-form-{number}");
            let taken = |part: &Part| {
                part.content
                    .windows(boundary.len())
                    .any(|window| window == boundary.as_bytes())
            };
            if !self.0.iter().any(taken) {
                return boundary;
            }
            number += 1;
        }
    }
}

/// A name between quotes, as browsers write it
/// (<https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>).
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_in_their_order() {
        let (content_type, body) = MultipartForm::new()
            .text("a\"b", "1")
            .file("f", "x.txt", "text/plain", "hi")
            .encode();
        assert_eq!(content_type, "multipart/form-data; boundary=test-form-0");
        assert_eq!(
            body,
            "--test-form-0\r\ncontent-disposition: form-data; name=\"a%22b\"\r\n\r\n1\r\n\
             --test-form-0\r\ncontent-disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\
             content-type: text/plain\r\n\r\nhi\r\n--test-form-0--\r\n"
        );
    }

    #[test]
    fn the_boundary_is_in_none_of_the_parts() {
        let (content_type, _) = MultipartForm::new()
            .text("a", "--test-form-0--")
            .text("b", "test-form-1")
            .encode();
        assert_eq!(content_type, "multipart/form-data; boundary=test-form-2");
    }
}
