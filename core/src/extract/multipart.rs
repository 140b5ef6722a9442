//! Extractor for forms with files.

use super::{
    FromRequest,
    field_error::{BODY_TOO_LARGE, MISSING_BODY, UNSUPPORTED_MEDIA_TYPE},
    media,
    truncate::truncate,
};
use crate::{ApiError, Limits, Operation, Outcome, Problem, Request};
use bytes::Bytes;
use http::{StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyDataStream, Full};
use std::{
    borrow::Cow,
    pin::pin,
    slice,
    task::{Context, Poll, Waker},
    vec,
};

pub(crate) const FORM_DATA: &str = "multipart/form-data";
const TOO_MANY_PARTS: &str = "too_many_parts";
const PART_TOO_LARGE: &str = "part_too_large";

/// Extractor for a body of type `multipart/form-data`, as sent by HTML forms with files
/// ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).
///
/// ```
/// use lambda_api::extract::Multipart;
///
/// async fn upload(form: Multipart) -> String {
///     match form.get("photo") {
///         Some(photo) => format!("{} bytes", photo.bytes().len()),
///         None => "no photo".to_owned(),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use lambda_api::extract::Part;
///
/// let photo = Part::new("photo", &b"\xff\xd8"[..]).with_file("tea.jpg", "image/jpeg");
/// assert_eq!(upload(Multipart::from_iter([photo])).await, "2 bytes");
/// # }
/// ```
///
/// The whole body is in memory before the function runs, so all parts are available at once. The
/// maximum size of the body, the maximum number of parts and the maximum size of a part are three
/// of the [`Limits`](crate::Limits).
///
/// As with [`Form`](crate::extract::Form), a page of any origin can make a browser send such a body together
/// with the user's cookies.
///
/// A compressed body is rejected with 415, unless a layer of the API decompresses requests and
/// removes the header `content-encoding`: `tower_http::decompression::RequestDecompressionLayer`.
///
/// `Option<Multipart>` is `None` if there is neither a body nor a content type.
#[derive(Clone, Debug, Default)]
pub struct Multipart(Vec<Part>);

impl Multipart {
    /// Returns the first part with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name == name)
    }

    /// Iterates over all parts in their order.
    pub fn iter(&self) -> slice::Iter<'_, Part> {
        self.0.iter()
    }
}

/// Collects parts into a form, to call a handler in a test.
impl FromIterator<Part> for Multipart {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl IntoIterator for Multipart {
    type Item = Part;
    type IntoIter = vec::IntoIter<Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Multipart {
    type Item = &'a Part;
    type IntoIter = slice::Iter<'a, Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A field or file of a [`Multipart`] form.
#[derive(Clone, Debug)]
pub struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    content: Bytes,
}

impl Part {
    /// Creates a field with this name, to call a handler in a test.
    ///
    /// ```
    /// use lambda_api::extract::Part;
    ///
    /// let title = Part::new("title", "Tea");
    /// assert_eq!(title.text(), Some("Tea"));
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            file_name: None,
            content_type: None,
            content: content.into(),
        }
    }

    /// Turns the part into a file.
    #[must_use]
    pub fn with_file(
        mut self,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
    ) -> Self {
        self.file_name = Some(file_name.into());
        self.content_type = Some(content_type.into());
        self
    }

    /// Returns the name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the file as sent by the client. Never use it as a path: it may contain
    /// `../`, or be an absolute path.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Returns the content type as sent by the client.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the content.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.content
    }

    /// Returns the content as text; `None` if it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }
}

/// Rejection of [`Multipart`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MultipartRejection {
    /// There is neither a body nor a content type: 400, `missing_body`.
    #[error("expected a multipart form, found an empty body")]
    Missing,
    /// The body is compressed, and no layer decompressed it: 415, `unsupported_media_type`, with
    /// `accept-encoding` ([RFC 9110, section
    /// 15.5.16](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16)).
    #[error("expected a body without content-encoding, found {found}")]
    Encoding {
        /// The content encodings of the request.
        found: String,
    },
    /// The content type is not that of a multipart form: 415, `unsupported_media_type`.
    #[error("expected content-type `{FORM_DATA}` with a boundary, found {found}")]
    MediaType {
        /// The content type of the request.
        found: String,
    },
    /// The body is not a valid multipart form: 400, `invalid_multipart`.
    #[error("the body is not a valid multipart form: {detail}")]
    Invalid {
        /// A description of the error.
        detail: String,
    },
    /// The body exceeds the limit: 413, `body_too_large`.
    #[error("the body has more than {limit} bytes")]
    TooLarge {
        /// The maximum size in bytes: [`Limits::body`].
        limit: usize,
    },
    /// The form has too many parts: 400, `too_many_parts`.
    #[error("the form has more than {limit} parts")]
    TooManyParts {
        /// The maximum number: [`Limits::parts`].
        limit: usize,
    },
    /// A part exceeds the limit: 413, `part_too_large`.
    #[error("a part of the form has more than {limit} bytes")]
    PartTooLarge {
        /// The maximum size in bytes: [`Limits::part_bytes`].
        limit: usize,
    },
}

impl ApiError for MultipartRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid { .. } | Self::TooManyParts { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::Encoding { .. } | Self::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } | Self::PartTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => MISSING_BODY.into(),
            Self::Encoding { .. } | Self::MediaType { .. } => UNSUPPORTED_MEDIA_TYPE.into(),
            Self::Invalid { .. } => "invalid_multipart".into(),
            Self::TooLarge { .. } => BODY_TOO_LARGE.into(),
            Self::TooManyParts { .. } => TOO_MANY_PARTS.into(),
            Self::PartTooLarge { .. } => PART_TOO_LARGE.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Encoding { .. } = self {
            media::reject_encoding(&mut problem);
        }
        problem
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, MISSING_BODY).with_absent(),
            Outcome::new(StatusCode::BAD_REQUEST, "invalid_multipart"),
            Outcome::new(StatusCode::BAD_REQUEST, TOO_MANY_PARTS),
            Outcome::new(StatusCode::PAYLOAD_TOO_LARGE, BODY_TOO_LARGE),
            Outcome::new(StatusCode::PAYLOAD_TOO_LARGE, PART_TOO_LARGE),
            Outcome::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_MEDIA_TYPE),
        ]
    }
}

impl<'r> FromRequest<'r> for Multipart {
    type Rejection = MultipartRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, MultipartRejection>> = Some(read);

    fn describe(operation: &mut Operation) {
        operation.request_body(FORM_DATA);
    }
}

fn read(request: &Request) -> Result<Multipart, MultipartRejection> {
    let body = request.body().to_bytes();
    if body.is_empty() && !request.headers().contains_key(CONTENT_TYPE) {
        return Err(MultipartRejection::Missing);
    }
    if let Some(found) = media::encoded(request).filter(|_| !body.is_empty()) {
        return Err(MultipartRejection::Encoding { found });
    }
    let boundary = media::content_type(request)
        .filter(|content_type| media::is(content_type, FORM_DATA))
        .and_then(|content_type| multer::parse_boundary(content_type).ok())
        .ok_or_else(|| MultipartRejection::MediaType {
            found: media::found(request),
        })?;
    let limits = crate::matched_route::limits_of(request.extensions());
    if body.len() > limits.body {
        return Err(MultipartRejection::TooLarge { limit: limits.body });
    }
    // The parser supports bodies that are still arriving. This body is complete, so a single poll
    // finishes it.
    let mut parts = pin!(parts(body, boundary, limits));
    match parts.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(parts) => parts.map(Multipart),
        Poll::Pending => Err(MultipartRejection::Invalid {
            detail: "incomplete".to_owned(),
        }),
    }
}

async fn parts(
    body: Bytes,
    boundary: String,
    limits: &Limits,
) -> Result<Vec<Part>, MultipartRejection> {
    let stream = BodyDataStream::new(Full::new(body));
    let mut form = multer::Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| invalid(&error))? {
        if parts.len() == limits.parts {
            return Err(MultipartRejection::TooManyParts {
                limit: limits.parts,
            });
        }
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(MultipartRejection::Invalid {
                detail: "a part has no name".to_owned(),
            });
        };
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        let content = field.bytes().await.map_err(|error| invalid(&error))?;
        if content.len() > limits.part_bytes {
            return Err(MultipartRejection::PartTooLarge {
                limit: limits.part_bytes,
            });
        }
        parts.push(Part {
            name,
            file_name,
            content_type,
            content,
        });
    }
    Ok(parts)
}

#[cold]
fn invalid(error: &multer::Error) -> MultipartRejection {
    MultipartRejection::Invalid {
        detail: truncate(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{now, post},
        *,
    };
    use crate::Body;

    const TYPE: &str = "multipart/form-data; boundary=X";

    fn form(parts: &[&str]) -> String {
        let parts: String = parts
            .iter()
            .map(|part| format!("--X\r\nContent-Disposition: form-data; {part}\r\n"))
            .collect();
        format!("{parts}--X--\r\n")
    }

    fn rejection(content_type: &str, body: impl Into<Body>) -> MultipartRejection {
        now::<Multipart>(&post(content_type, body)).unwrap_err()
    }

    #[test]
    fn fields_and_files_are_read_in_their_order() {
        let body = form(&[
            "name=\"title\"\r\n\r\nTea",
            "name=\"photo\"; filename=\"tea.png\"\r\nContent-Type: image/png\r\n\r\n\u{1}\r\n\u{2}",
            "name=\"title\"\r\n\r\n",
        ]);
        let form = now::<Multipart>(&post(TYPE, body)).unwrap();
        let names: Vec<_> = form.iter().map(Part::name).collect();
        assert_eq!(names, ["title", "photo", "title"]);
        let title = form.get("title").unwrap();
        assert_eq!((title.text(), title.file_name()), (Some("Tea"), None));
        let photo = form.get("photo").unwrap();
        assert_eq!(photo.file_name(), Some("tea.png"));
        assert_eq!(photo.content_type(), Some("image/png"));
        assert_eq!(photo.bytes().as_ref(), b"\x01\r\n\x02");
        assert_eq!((&form).into_iter().count(), form.into_iter().count());
    }

    #[test]
    fn nothing_at_all_is_absent() {
        assert_eq!(rejection("", ""), MultipartRejection::Missing);
        assert!(now::<Option<Multipart>>(&post("", "")).unwrap().is_none());
    }

    #[test]
    fn a_binary_part_has_bytes() {
        let mut body = b"--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff".to_vec();
        body.extend(b"\r\n--X--");
        let form = now::<Multipart>(&post(TYPE, body)).unwrap();
        let part = form.get("a").unwrap();
        assert_eq!((part.text(), part.bytes().as_ref()), (None, &b"\xff"[..]));
    }

    #[test]
    fn each_rejection_has_its_status_and_code() {
        let many = form(&vec!["name=a\r\n\r\n"; 257]);
        let large = vec![b'x'; (6 << 20) + 1];
        let cases = [
            (rejection("text/plain", "x"), 415, "unsupported_media_type"),
            (rejection(FORM_DATA, "x"), 415, "unsupported_media_type"),
            (rejection(TYPE, ""), 400, "invalid_multipart"),
            (rejection(TYPE, "x"), 400, "invalid_multipart"),
            (
                rejection(
                    TYPE,
                    "--X\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
                ),
                400,
                "invalid_multipart",
            ),
            (
                rejection(TYPE, form(&["filename=a\r\n\r\nx"])),
                400,
                "invalid_multipart",
            ),
            (rejection(TYPE, many), 400, "too_many_parts"),
            (rejection(TYPE, large), 413, "body_too_large"),
        ];
        for (rejection, status, code) in cases {
            assert_eq!(rejection.status(), status, "{rejection}");
            assert_eq!(rejection.code(), code, "{rejection}");
        }
    }

    #[test]
    fn as_many_parts_as_the_limit_are_read() {
        let most = form(&vec!["name=a\r\n\r\n"; 256]);
        let form = now::<Multipart>(&post(TYPE, most)).unwrap();
        assert_eq!(form.iter().count(), 256);
    }
}
