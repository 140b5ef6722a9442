//! What a function writes.

use serde_json::Value;
use std::fmt;

/// Where a program writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that the function wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub(super) stream: LogStream,
    pub(super) text: String,
    pub(super) process: u64,
}

impl LogLine {
    /// Where it was written to.
    #[must_use]
    pub fn stream(&self) -> LogStream {
        self.stream
    }

    /// The line without its end. What is no UTF-8 stands as `\u{fffd}`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the line has this text in it.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// The JSON object that the line is, if it is one: the record of a JSON log.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.text)
            .ok()
            .filter(Value::is_object)
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = match self.stream {
            LogStream::Stdout => "stdout",
            LogStream::Stderr => "stderr",
        };
        write!(f, "{stream} | {}", self.text)
    }
}

/// How many lines a message of failure shows.
const SHOWN: usize = 40;

/// The last lines, for messages.
pub(super) struct LastLines<'a>(pub(super) &'a [LogLine]);

impl fmt::Display for LastLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("it wrote no log");
        }
        let hidden = self.0.len().saturating_sub(SHOWN);
        f.write_str("its log:")?;
        if hidden > 0 {
            write!(f, "\n  ({hidden} lines before)")?;
        }
        for line in self.0.iter().skip(hidden) {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine {
            stream: LogStream::Stdout,
            text: text.to_owned(),
            process: 1,
        }
    }

    #[test]
    fn only_an_object_is_a_record() {
        assert_eq!(line(r#"{"level":"INFO"}"#).json().unwrap()["level"], "INFO");
        for text in ["7", "\"INFO\"", "listening", ""] {
            assert_eq!(line(text).json(), None, "{text}");
        }
    }

    #[test]
    fn messages_show_the_last_lines() {
        let lines: Vec<LogLine> = (0..42).map(|n| line(&n.to_string())).collect();
        let shown = LastLines(&lines).to_string();
        assert!(
            shown.starts_with("its log:\n  (2 lines before)\n  stdout | 2\n"),
            "{shown}"
        );
        assert!(shown.ends_with("stdout | 41"), "{shown}");
        assert_eq!(LastLines(&[]).to_string(), "it wrote no log");
    }
}
