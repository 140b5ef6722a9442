//! A response that an error type can produce.

use http::StatusCode;

/// A response that an error type can produce: a status and a code, and texts for a document.
///
/// ```
/// use http::StatusCode;
/// use lambda_api::Outcome;
///
/// let outcome = Outcome::new(StatusCode::CONFLICT, "out_of_stock")
///     .with_title("Out of stock")
///     .with_description("There are fewer articles than the order needs.");
/// assert_eq!(outcome.title(), "Out of stock");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The status of the response.
    pub status: StatusCode,
    /// The code of the problem.
    pub code: &'static str,
    title: Option<&'static str>,
    kind: Option<&'static str>,
    description: Option<&'static str>,
    detail: Option<&'static str>,
    absent: bool,
}

impl Outcome {
    /// Creates an outcome.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            title: None,
            kind: None,
            description: None,
            detail: None,
            absent: false,
        }
    }

    /// Sets the title of the problem, if it is not the name of the status.
    #[must_use]
    pub fn with_title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Sets the URI that identifies the kind of problem.
    #[must_use]
    pub fn with_type(mut self, uri: &'static str) -> Self {
        self.kind = Some(uri);
        self
    }

    /// Sets the text that explains the outcome to readers of a document, in Markdown.
    #[must_use]
    pub fn with_description(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }

    /// Sets an example of the problem's detail.
    #[must_use]
    pub fn with_detail(mut self, text: &'static str) -> Self {
        self.detail = Some(text);
        self
    }

    /// Marks the rejection of a missing value, for which [`ApiError::is_absent`](crate::ApiError::is_absent)
    /// is true: a handler that takes an `Option` of the extractor does not respond with it.
    #[must_use]
    pub fn with_absent(mut self) -> Self {
        self.absent = true;
        self
    }

    /// Returns the title of the problem.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title.unwrap_or_else(|| title_of(self.status))
    }

    /// Returns the URI that identifies the kind of problem; `None` if it has none.
    #[must_use]
    pub fn problem_type(&self) -> Option<&'static str> {
        self.kind
    }

    /// Returns the text for readers of a document.
    #[must_use]
    pub fn description(&self) -> Option<&'static str> {
        self.description
    }

    /// Returns the example of the problem's detail.
    #[must_use]
    pub fn detail(&self) -> Option<&'static str> {
        self.detail
    }

    /// Returns whether this is the rejection of a missing value.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.absent
    }
}

/// The title of problems that do not set one.
pub(super) fn title_of(status: StatusCode) -> &'static str {
    let fallback = if status.is_server_error() {
        "Server Error"
    } else {
        "Client Error"
    };
    status.canonical_reason().unwrap_or(fallback)
}
