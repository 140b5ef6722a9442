//! One server-sent event.

use serde::Serialize;
use std::{fmt::Write, time::Duration};

/// A server-sent event.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use lambda_api::response::sse::Event;
/// use std::time::Duration;
///
/// let event = Event::new()
///     .event("order")
///     .id("7")
///     .retry(Duration::from_secs(5))
///     .data("two\nlines");
/// # use lambda_api::{IntoResponse, response::sse::Sse};
/// # let sse = Sse::new(futures_util::stream::iter([Ok::<_, std::io::Error>(event)]));
/// # let text = "event: order\nid: 7\nretry: 5000\ndata: two\ndata: lines\n\n";
/// # assert_eq!(sse.into_response().into_body().collect().await.unwrap(), text);
/// # }
/// ```
///
/// ```text
/// event: order
/// id: 7
/// retry: 5000
/// data: two
/// data: lines
/// ```
///
/// Each setter replaces what was set before, but [`comment`](Event::comment) adds. A client dispatches
/// no event without data, but it does use the id and the retry time.
///
/// A setter cannot fail. An invalid event ends the stream with its [`EventError`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an event does nothing until it is sent"]
pub struct Event {
    comments: Vec<String>,
    name: Option<String>,
    id: Option<String>,
    retry: Option<Duration>,
    data: Option<String>,
    /// The first error.
    error: Option<EventError>,
}

/// Error of an invalid [`Event`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The name of an event has a line break.
    #[error("expected the name of an event, found one with a line break")]
    Name,
    /// The id of an event has a line break, or NUL, with which clients ignore it.
    #[error("expected the id of an event, found one with a line break or NUL")]
    Id,
    /// The data cannot be serialised as JSON.
    #[error("the data of an event cannot be serialised as JSON: {detail}")]
    Data {
        /// A description of the error.
        detail: String,
    },
}

impl Event {
    /// Creates an event without data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name, which is the type of the event for a client; without a name it is `message`.
    /// A name with a line break is [invalid](EventError::Name).
    pub fn event(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if name.contains(LINE_BREAKS) {
            self.fail(EventError::Name);
        }
        self.name = Some(name);
        self
    }

    /// Sets the id, which a client sends as `last-event-id` when it connects again. An id with a
    /// line break or NUL is [invalid](EventError::Id).
    pub fn id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if id.contains(LINE_BREAKS) || id.contains('\0') {
            self.fail(EventError::Id);
        }
        self.id = Some(id);
        self
    }

    /// Sets how long a client waits before it [connects again](super::Sse#reconnecting). It is sent
    /// in milliseconds.
    pub fn retry(mut self, time: Duration) -> Self {
        self.retry = Some(time);
        self
    }

    /// Sets the data. A client reads every line break (LF, CR or CRLF) as LF.
    pub fn data(mut self, text: impl Into<String>) -> Self {
        self.data = Some(text.into());
        self
    }

    /// Sets the data as JSON. A value that cannot be serialised is [invalid](EventError::Data).
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => self.data = Some(text),
            Err(error) => self.fail(EventError::Data {
                detail: error.to_string(),
            }),
        }
        self
    }

    /// Adds a comment, which clients ignore.
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comments.push(text.into());
        self
    }

    #[cold]
    fn fail(&mut self, error: EventError) {
        self.error.get_or_insert(error);
    }

    /// The event as text, with the empty line behind it.
    pub(super) fn encode(self) -> Result<String, EventError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut text = String::new();
        for comment in &self.comments {
            field(&mut text, "", comment);
        }
        if let Some(name) = &self.name {
            field(&mut text, "event", name);
        }
        if let Some(id) = &self.id {
            field(&mut text, "id", id);
        }
        if let Some(time) = self.retry {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "retry: {}", time.as_millis());
        }
        if let Some(data) = &self.data {
            field(&mut text, "data", data);
        }
        text.push('\n');
        Ok(text)
    }
}

const LINE_BREAKS: [char; 2] = ['\n', '\r'];

/// Writes a field once for each line of its value. The space is not part of the value, so a value
/// that begins with one keeps it.
fn field(text: &mut String, name: &str, value: &str) {
    let mut rest = Some(value);
    while let Some(value) = rest {
        let line = value.split(LINE_BREAKS).next().unwrap_or_default();
        let behind = value.strip_prefix(line).unwrap_or_default();
        rest = behind
            .strip_prefix("\r\n")
            .or_else(|| behind.strip_prefix(LINE_BREAKS));
        text.push_str(name);
        text.push_str(": ");
        text.push_str(line);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serializer;

    #[test]
    fn each_line_of_the_data_is_a_field() {
        for (data, expected) in [
            ("", "data: \n\n"),
            ("a", "data: a\n\n"),
            (" a ", "data:  a \n\n"),
            ("a\nb", "data: a\ndata: b\n\n"),
            ("a\rb\r\nc", "data: a\ndata: b\ndata: c\n\n"),
            ("a\n\rb", "data: a\ndata: \ndata: b\n\n"),
            ("\r\n", "data: \ndata: \n\n"),
            ("a\u{85}\u{2028}b", "data: a\u{85}\u{2028}b\n\n"),
            ("id: 7", "data: id: 7\n\n"),
        ] {
            let text = Event::new().data(data).encode();
            assert_eq!(text.as_deref(), Ok(expected), "{data:?}");
        }
    }

    #[test]
    fn every_field_has_its_line() {
        let event = Event::new()
            .data("old")
            .json(&[1, 2])
            .retry(Duration::from_millis(1500))
            .id("")
            .event("order")
            .comment("one")
            .comment("two\nlines");
        assert_eq!(
            event.encode().unwrap(),
            ": one\n: two\n: lines\nevent: order\nid: \nretry: 1500\ndata: [1,2]\n\n"
        );
        assert_eq!(Event::new().encode().unwrap(), "\n");
    }

    #[test]
    fn a_field_of_one_line_cannot_have_two() {
        for text in ["a\nb", "a\r", "\r\n"] {
            assert_eq!(Event::new().event(text).encode(), Err(EventError::Name));
            assert_eq!(Event::new().id(text).encode(), Err(EventError::Id));
        }
        assert_eq!(Event::new().id("a\0").encode(), Err(EventError::Id));
        let first = Event::new().event("\n").id("\n").id("7");
        assert_eq!(first.encode(), Err(EventError::Name));
    }

    #[test]
    fn data_that_is_no_json_is_an_error() {
        struct Never;
        impl Serialize for Never {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no such table"))
            }
        }
        let error = Event::new().json(&Never).encode().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the data of an event cannot be serialised as JSON: no such table"
        );
    }
}
