//! The document of the page, written at the first request.

use super::headers;
use crate::Problem;
use bytes::Bytes;
use http::StatusCode;
use std::{
    mem,
    sync::{Mutex, PoisonError},
};

type Write = dyn FnOnce() -> Result<Written, String> + Send;

/// The document of an API, which is there once the API is built.
#[derive(Default)]
pub(crate) struct Document(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Unwritten(Box<Write>),
    Written(Box<Written>),
    Failed(String),
}

/// A written document.
pub(crate) struct Written {
    title: String,
    origins: Vec<String>,
    text: Box<dyn Fn(&str) -> String + Send>,
    /// The text for the latest prefix. There is one of them, unless an API has several names.
    latest: Option<Text>,
}

struct Text {
    prefix: String,
    text: Bytes,
    etag: String,
}

impl Written {
    /// A document with this title. `text` writes it for the prefix of a request, and `servers` are the
    /// URLs that it names.
    pub(crate) fn new<'a>(
        title: &str,
        servers: impl IntoIterator<Item = &'a str>,
        text: impl Fn(&str) -> String + Send + 'static,
    ) -> Self {
        Self {
            title: title.to_owned(),
            origins: servers.into_iter().filter_map(origin).collect(),
            text: Box::new(text),
            latest: None,
        }
    }

    fn text(&mut self, prefix: &str) -> (Bytes, String) {
        let text = &self.text;
        let latest = self.latest.take().filter(|latest| latest.prefix == prefix);
        let latest = latest.unwrap_or_else(|| {
            let text = text(prefix);
            Text {
                prefix: prefix.to_owned(),
                etag: headers::etag(headers::hash(text.as_bytes())),
                text: text.into(),
            }
        });
        let latest = self.latest.insert(latest);
        (latest.text.clone(), latest.etag.clone())
    }
}

impl Document {
    /// Sets the function that writes it.
    pub(crate) fn set(&self, write: impl FnOnce() -> Result<Written, String> + Send + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State::Unwritten(Box::new(write));
    }

    /// Its title, and the origins of the servers that it names.
    pub(super) fn head(&self) -> Result<(String, Vec<String>), Problem> {
        self.with(|written| (written.title.clone(), written.origins.clone()))
    }

    /// Its text for a prefix, and the tag of it.
    pub(super) fn text(&self, prefix: &str) -> Result<(Bytes, String), Problem> {
        self.with(|written| written.text(prefix))
    }

    fn with<T>(&self, read: impl FnOnce(&mut Written) -> T) -> Result<T, Problem> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match mem::take(&mut *state) {
            State::Unwritten(write) => match write() {
                Ok(written) => State::Written(Box::new(written)),
                Err(error) => State::Failed(error),
            },
            other => other,
        };
        match &mut *state {
            State::Written(written) => Ok(read(written)),
            State::Failed(error) => Err(failed(error)),
            State::Unknown | State::Unwritten(_) => {
                Err(failed("the API is not built, or writing it panicked"))
            }
        }
    }
}

fn failed(why: &str) -> Problem {
    let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error");
    problem.with_cause(format!("the OpenAPI document cannot be written\n{why}"))
}

/// The origin of an absolute URL, if it is one that a content security policy can name: a server can
/// have variables in braces.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let is_origin = matches!(scheme, "http" | "https")
        && !authority.is_empty()
        && authority.bytes().all(is_host);
    is_origin.then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_those_that_a_policy_can_name() {
        for (url, expected) in [
            ("/", None),
            ("/prod", None),
            (
                "https://api.example.com/v1",
                Some("https://api.example.com"),
            ),
            ("http://[::1]:9000?x", Some("http://[::1]:9000")),
            ("https://{stage}.example.com", None),
            ("https://a; script-src *", None),
            ("https://a b/", None),
            ("ftp://a", None),
            ("https:///x", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_text_is_written_once_for_a_prefix() {
        let document = Document::default();
        assert!(document.text("").is_err());
        let count = std::sync::atomic::AtomicU32::new(0);
        document.set(move || {
            Ok(Written::new("T", [], move |prefix| {
                let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                format!("{prefix}{count}")
            }))
        });
        let text = |prefix| document.text(prefix).unwrap().0;
        assert_eq!(text("/a"), "/a0");
        assert_eq!(text("/a"), "/a0");
        assert_eq!(text("/b"), "/b1");
        assert_eq!(text("/a"), "/a2");
    }

    #[test]
    fn an_error_is_kept_and_masked() {
        let document = Document::default();
        document.set(|| Err("- two types are named `A`".to_owned()));
        for _ in 0..2 {
            let problem = document.head().unwrap_err();
            assert_eq!(problem.status(), 500);
            assert_eq!(problem.detail(), None);
            let cause = problem.cause_text().unwrap_or_default();
            assert!(cause.ends_with("\n- two types are named `A`"), "{cause}");
        }
    }
}
