//! Reads server-sent events as the HTML standard does.

use super::ReceivedChunk;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Server-sent event, as an `EventSource` receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedEvent {
    name: String,
    data: String,
    id: String,
    retry: Option<Duration>,
    after: Duration,
}

impl ReceivedEvent {
    /// The name of the event, `message` if it has none.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.name
    }

    /// The data; its lines are separated by LF.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The data, read as JSON.
    ///
    /// # Panics
    /// If it is not JSON, or does not fit `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&self.data) {
            Ok(value) => value,
            Err(error) => {
                let name = std::any::type_name::<T>();
                panic!("the data cannot be read as `{name}`: {error}: {self:?}")
            }
        }
    }

    /// The id with which a client that has received this event connects again: its own, or that of the last
    /// event with an id. `None` if there is none, or if it is empty.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| !id.is_empty())
    }

    /// How long a client that has received this event waits before it connects again: the last `retry` of the
    /// stream. `None` if there is none.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// How long after the request it was complete, as [`ReceivedChunk::after`].
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

/// The events of a body. What is not followed by an empty line is discarded.
///
/// See <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.
pub(super) fn events(chunks: &[ReceivedChunk]) -> Vec<ReceivedEvent> {
    let mut parser = Parser::default();
    for chunk in chunks {
        for byte in chunk.bytes() {
            parser.byte(*byte, chunk.after());
        }
    }
    parser.events
}

#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    /// Whether the line before ended with CR, so that LF belongs to it.
    after_cr: bool,
    /// Whether there was a line before, so that a byte order mark is text.
    is_begun: bool,
    name: String,
    data: String,
    id: String,
    retry: Option<Duration>,
    events: Vec<ReceivedEvent>,
}

impl Parser {
    fn byte(&mut self, byte: u8, after: Duration) {
        let is_second = std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n';
        match byte {
            _ if is_second => {}
            b'\r' | b'\n' => {
                let line = std::mem::take(&mut self.line);
                let text = String::from_utf8_lossy(&line);
                let text = match std::mem::replace(&mut self.is_begun, true) {
                    false => text.strip_prefix('\u{feff}').unwrap_or(&text),
                    true => &text,
                };
                self.line(text, after);
            }
            byte => self.line.push(byte),
        }
    }

    fn line(&mut self, line: &str, after: Duration) {
        if line.is_empty() {
            return self.dispatch(after);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let millis = value.parse().ok().map(Duration::from_millis);
                self.retry = millis.or(self.retry);
            }
            // A comment has an empty name.
            _ => {}
        }
    }

    fn dispatch(&mut self, after: Duration) {
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        if data.pop().is_none() {
            return;
        }
        self.events.push(ReceivedEvent {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
            retry: self.retry,
            after,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<ReceivedEvent> {
        let bytes = text.to_owned().into_bytes().into();
        events(&[ReceivedChunk::new(bytes, Duration::ZERO)])
    }

    /// Name, data and id of each event.
    fn shown(text: &str) -> Vec<[String; 3]> {
        let fields = |event: ReceivedEvent| [event.name, event.data, event.id];
        parsed(text).into_iter().map(fields).collect()
    }

    #[test]
    fn fields_are_read_as_by_the_standard() {
        for (text, expected) in [
            // The examples of the standard.
            (
                "data: YHOO\ndata: +2\ndata: 10\n\n",
                &[["message", "YHOO\n+2\n10", ""]][..],
            ),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                &[
                    ["message", "first event", "1"],
                    ["message", "second event", ""],
                    ["message", " third event", ""],
                ],
            ),
            (
                "data\n\ndata\ndata\n\ndata:",
                &[["message", "", ""], ["message", "\n", ""]],
            ),
            (
                "data:test\n\ndata: test\n\n",
                &[["message", "test", ""], ["message", "test", ""]],
            ),
            // A name is of one event, an id stays.
            (
                "event: add\nid: 7\ndata: a\n\ndata: b\n\n",
                &[["add", "a", "7"], ["message", "b", "7"]],
            ),
            // No data, no event.
            ("event: add\n\ndata: a\n\n", &[["message", "a", ""]]),
            // Line ends, the byte order mark, unknown fields.
            (
                "\u{feff}data: a\r\ndata: b\rdata: c\n\r\nfoo: x\ndata: d\r\r",
                &[["message", "a\nb\nc", ""], ["message", "d", ""]],
            ),
            ("data: a\n\u{feff}data: b\n\n", &[["message", "a", ""]]),
            ("id: a\0b\ndata: a: b\n\n", &[["message", "a: b", ""]]),
            // The end is missing.
            ("data: a\n", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn retry_is_a_number_and_stays() {
        let found = parsed("retry: 10\n\ndata: a\n\nretry: 1s\nretry\nretry: 20\ndata: b\n\n");
        let millis: Vec<_> = found.iter().map(ReceivedEvent::retry).collect();
        assert_eq!(millis, [10, 20].map(|ms| Some(Duration::from_millis(ms))));
        assert_eq!(parsed("data: a\n\n")[0].retry(), None);
    }

    #[test]
    fn an_event_comes_with_the_chunk_of_its_end() {
        let chunks = [
            ("da", 1),
            ("ta: \u{fc}\r", 2),
            ("\n", 3),
            ("\rdata: b\n\n", 4),
        ];
        let chunks = chunks.map(|(text, at)| {
            ReceivedChunk::new(text.as_bytes().to_vec().into(), Duration::from_secs(at))
        });
        let found = events(&chunks);
        let found: Vec<_> = found.iter().map(|it| (it.data(), it.after())).collect();
        let at = Duration::from_secs(4);
        assert_eq!(found, [("\u{fc}", at), ("b", at)]);
    }
}
