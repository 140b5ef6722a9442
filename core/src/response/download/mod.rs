//! Content as a file: its name, ranges of it, and files of the file system.

mod condition;
mod disposition;
mod file;
mod range;

pub(crate) use condition::PreconditionFailed;
#[cfg(feature = "docs")]
pub(crate) use condition::is_known;
pub use range::Range;
pub(crate) use range::{Longest, RangeNotSatisfiable};

use super::{media_type::ANY, plain::ok};
use crate::{Body, Error, IntoResponse, Problem, Response, describe::Operation};
use bytes::{Buf, Bytes};
use condition::{Validators, Verdict};
use disposition::Disposition;
use file::{FileBody, OpenFile};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{
        ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
        LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
    },
};
use range::Selected;
use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, SeekFrom},
    path::PathBuf,
    time::SystemTime,
};

/// Content that a browser saves as a file: bytes, text, a stream, or a file of the file system.
///
/// ```
/// use lambda_api::{IntoResponse, api_handler, extract::Range, response::Download};
///
/// #[api_handler(GET "/report.csv")]
/// async fn report(range: Range) -> Download {
///     Download::new("id,sku\n7,tea\n")
///         .filename("report.csv")
///         .content_type("text/csv; charset=utf-8")
///         .etag("v7")
///         .range(range)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // In a test, the handler is an ordinary function.
/// let response = report(Range::default()).await.into_response();
/// assert_eq!(response.headers()["content-disposition"], r#"attachment; filename="report.csv""#);
/// let response = report(Range::new("bytes=0-1")).await.into_response();
/// assert_eq!(response.status(), 206);
/// assert_eq!(response.headers()["content-range"], "bytes 0-1/13");
/// # }
/// ```
///
/// - The content type is `application/octet-stream`, unless
///   [`content_type`](Download::content_type) sets another. `x-content-type-options: nosniff` stops
///   browsers from guessing one.
/// - [`filename`](Download::filename) cannot contain a directory or a control character.
/// - [`range`](Download::range) responds with the part that the request asks for, or with a 304 if the
///   client has the content already.
///
/// If a value of a setter is invalid, the response is a 500, which is logged.
///
/// A source that [streams](crate::guide::streaming) gets the content as it is read, up to 200 MB. For the others it
/// is [collected](Body#streams), up to the [limit](crate::Limits::response) of the source: 6 MB for most, and less
/// for binary content, which is base64 in the event. A larger file is a 500, unless the client asks for one range
/// of it: [`range`](Download::range) then responds with as much as the source can send.
///
/// Through a REST API that buffers, binary content only reaches clients if `binaryMediaTypes` lists its type; see
/// [`event::encode`](crate::event::encode#binary-bodies-at-a-rest-api).
///
/// # Paths from outside
///
/// [`Download::file`] opens any path. A parameter in it could lead anywhere: `..` goes up, an absolute
/// path replaces everything before it, and a link points elsewhere. Map names to paths of your own, or
/// accept only names without separators and dots, as the example of the function does.
///
/// # Content of others
///
/// [`inline`](Download::inline) shows the content in the browser. HTML, SVG and other types can run
/// scripts there, with the rights of your origin. Keep content that users have uploaded an
/// attachment, and do not let them choose its type.
#[derive(Debug)]
#[must_use = "a response does nothing until it is returned"]
pub struct Download {
    content: Content,
    disposition: Disposition,
    content_type: Cow<'static, str>,
    etag: Option<Cow<'static, str>>,
    last_modified: Option<SystemTime>,
    /// `None` if the handler takes no ranges.
    range: Option<Range>,
}

#[derive(Debug)]
enum Content {
    Body(Body),
    File(OpenFile),
}

impl Download {
    /// Creates a response from bytes, text or a [`Body`]. Ranges of a stream are not supported.
    pub fn new(content: impl Into<Body>) -> Self {
        Self::of(Content::Body(content.into()))
    }

    /// Opens a file. Its name becomes that of the response.
    ///
    /// ```
    /// use http::StatusCode;
    /// use lambda_api::{api_handler, extract::Range, response::Download};
    /// use std::path::Path;
    ///
    /// #[api_handler(GET "/manuals/{name}")]
    /// async fn manual(name: String, range: Range) -> Result<Download, StatusCode> {
    ///     let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ///     if !is_plain(&name) {
    ///         return Err(StatusCode::NOT_FOUND);
    ///     }
    ///     let path = Path::new("/opt/manuals").join(name).with_extension("pdf");
    ///     let file = Download::file(path).await.map_err(|_| StatusCode::NOT_FOUND)?;
    ///     Ok(file.content_type("application/pdf").range(range))
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let found = manual("../passwd".into(), Range::default()).await;
    /// # assert_eq!(found.unwrap_err(), 404);
    /// # }
    /// ```
    ///
    /// The file is read in pieces of 64 KiB, on the threads of tokio for blocking work. A file that
    /// becomes shorter in the meantime is an error of the body.
    ///
    /// The response has no `last-modified`: packages, layers and images give all versions of a file
    /// one time, such as 1980-01-01, and a client would join two versions or keep an old one. Set an
    /// [`etag`](Download::etag) to let clients continue a download of a file that changes, or
    /// [`last_modified`](Download::last_modified) if the times of your files are those of their
    /// changes.
    ///
    /// The path is used as it is: read about [paths from outside](Download#paths-from-outside).
    ///
    /// # Errors
    /// Fails if the path cannot be opened, or is not a regular file.
    pub async fn file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into());
        let file = OpenFile::open(path).await?;
        let mut download = Self::of(Content::File(file));
        download.disposition.name = name;
        Ok(download)
    }

    fn of(content: Content) -> Self {
        Self {
            content,
            disposition: Disposition::default(),
            content_type: "application/octet-stream".into(),
            etag: None,
            last_modified: None,
            range: None,
        }
    }

    /// Sets the name under which a browser saves the file ([RFC
    /// 6266](https://www.rfc-editor.org/rfc/rfc6266)).
    ///
    /// Only the part after the last slash or backslash counts. Control characters, and those that
    /// change the direction of text, are removed. A name with other characters than ASCII is sent
    /// twice: as `filename*`, and with `_` for these as `filename`.
    pub fn filename(mut self, name: impl Into<String>) -> Self {
        self.disposition.name = Some(name.into());
        self
    }

    /// Shows the content in the browser, if it can, instead of saving it. Read about [content of
    /// others](Download#content-of-others).
    pub fn inline(mut self) -> Self {
        self.disposition.is_inline = true;
        self
    }

    /// Sets the content type.
    pub fn content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// Sets the strong entity tag, without quotes: another one for each change of the content. With
    /// [`range`](Download::range), a client continues a download only if the content is still the same,
    /// and gets no content that it already has.
    pub fn etag(mut self, tag: impl Into<Cow<'static, str>>) -> Self {
        self.etag = Some(tag.into());
        self
    }

    /// Sets the time of the last change. It is sent in whole seconds, and not before 1970.
    ///
    /// A client sends it back to continue a download. So two versions must not have a time within
    /// the same second; if they can, set an [`etag`](Download::etag) instead.
    pub fn last_modified(mut self, time: SystemTime) -> Self {
        self.last_modified = Some(time);
        self
    }

    /// Responds with the range that the request asks for, if its preconditions hold ([RFC 9110,
    /// sections 13 and 14](https://www.rfc-editor.org/rfc/rfc9110#section-13)).
    ///
    /// | request | response |
    /// |---|---|
    /// | `if-match` without the `etag`, `if-unmodified-since` before the `last-modified` of the response | 412, `precondition_failed` |
    /// | `if-none-match` with the `etag`; without it, `if-modified-since` that is not before the `last-modified` | 304 |
    /// | one range within the content | 206 with `content-range`: the range, or the first part of it if the whole is too large for the source |
    /// | one range behind its end | 416, `range_not_satisfiable`, with `content-range: bytes */13` |
    /// | no range, several or an invalid one; a method other than `GET` | the whole content |
    /// | `if-range` that is neither the `etag` nor the `last-modified` of the response | the whole content |
    ///
    /// So a client that asks for `bytes=0-`, as browsers do for media, and then for the rest gets a
    /// file of any size. A text with many control characters can still exceed the limit of a
    /// response.
    ///
    /// The content of a stream is always whole. Preconditions of methods other than `GET` and `HEAD`
    /// are ignored: a handler has to evaluate them before it changes something.
    pub fn range(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    fn respond(self) -> Result<Response, Problem> {
        let invalid = |error: Error| Problem::from_error(&error);
        let mut response = ok("application/octet-stream", Body::empty());
        let mut set = |name: HeaderName, value: &dyn Display| -> Result<(), Problem> {
            let value = HeaderValue::try_from(value.to_string()).map_err(|error| {
                let context = format!("the value of the response header `{name}` is invalid");
                invalid(Error::new(error).context(context))
            })?;
            response.headers_mut().insert(name, value);
            Ok(())
        };
        set(CONTENT_TYPE, &self.content_type)?;
        set(CONTENT_DISPOSITION, &self.disposition)?;
        set(X_CONTENT_TYPE_OPTIONS, &"nosniff")?;
        let validators = Validators::new(self.etag, self.last_modified).map_err(invalid)?;
        if let Some(etag) = validators.etag() {
            set(ETAG, &etag)?;
        }
        if let Some(date) = validators.last_modified() {
            set(LAST_MODIFIED, &date)?;
        }
        match self.range.as_ref().map(|range| range.check(&validators)) {
            None | Some(Verdict::Content) => {}
            Some(Verdict::NotModified) => return Ok(not_modified(response)),
            Some(Verdict::Failed) => return Err(Problem::from_error(&PreconditionFailed)),
        }
        let size = match &self.content {
            Content::Body(body) if body.is_stream() => None,
            Content::Body(body) => Some(body.bytes().len() as u64),
            Content::File(file) => Some(file.size()),
        };
        let (Some(size), range) = (size, &self.range) else {
            *response.body_mut() = self.content.whole();
            return Ok(response);
        };
        if range.is_some() {
            set(ACCEPT_RANGES, &"bytes")?;
        }
        let selected = match range {
            Some(range) => range.select(size, &self.content_type, &validators),
            None => Selected::Whole,
        };
        let (first, length) = match selected {
            Selected::Whole => (0, size),
            Selected::Part { first, last } => {
                set(CONTENT_RANGE, &format_args!("bytes {first}-{last}/{size}"))?;
                (first, last - first + 1)
            }
            Selected::Unsatisfiable => {
                return Err(Problem::from_error(&RangeNotSatisfiable { size }));
            }
        };
        set(CONTENT_LENGTH, &length)?;
        if matches!(selected, Selected::Part { .. }) {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        *response.body_mut() = self.content.part(first, length).map_err(invalid)?;
        Ok(response)
    }
}

/// The response without fields that describe the content (RFC 9110, section 15.4.5).
fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in [CONTENT_TYPE, CONTENT_DISPOSITION, X_CONTENT_TYPE_OPTIONS] {
        response.headers_mut().remove(name);
    }
    response
}

impl Content {
    fn whole(self) -> Body {
        match self {
            Self::Body(body) => body,
            Self::File(file) => {
                let size = file.size();
                Body::stream(FileBody::new(file, size))
            }
        }
    }

    fn part(self, first: u64, length: u64) -> Result<Body, Error> {
        match self {
            Self::Body(body) => Ok(part(body.to_bytes(), first, length).into()),
            Self::File(mut file) => {
                file.seek(SeekFrom::Start(first))?;
                Ok(Body::stream(FileBody::new(file, length)))
            }
        }
    }
}

fn part(mut bytes: Bytes, first: u64, length: u64) -> Bytes {
    let limit = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    bytes.advance(limit(first).min(bytes.len()));
    bytes.truncate(limit(length));
    bytes
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        self.respond().unwrap_or_else(Problem::into_response)
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(ANY));
        operation.response_header("content-disposition");
    }
}
