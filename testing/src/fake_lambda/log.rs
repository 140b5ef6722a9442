//! Log of a function.

use serde_json::Value;
use std::{collections::VecDeque, fmt, sync::Arc};

/// Output that a line was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Line that the function wrote.
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

    /// The line without its line break. Invalid UTF-8 is replaced by `\u{fffd}`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the line contains this text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// The record of a JSON log, if the line is a JSON object.
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

/// What the processes of a function have written, as far as it is kept.
#[derive(Debug, Default)]
pub(super) struct Logs {
    lines: VecDeque<LogLine>,
    /// How many were there before those.
    gone: u64,
}

impl Logs {
    /// Keeps a line, and no more than `limit` in all.
    pub(super) fn push(&mut self, line: LogLine, limit: usize) {
        self.lines.push_back(line);
        while self.lines.len() > limit {
            self.lines.pop_front();
            self.gone += 1;
        }
    }

    pub(super) fn all(&self) -> Vec<LogLine> {
        self.lines.iter().cloned().collect()
    }

    /// Those behind the first `seen` that ever were, and how many there ever were.
    pub(super) fn since(&self, seen: u64) -> (Vec<LogLine>, u64) {
        let skipped = usize::try_from(seen.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        let new = self.lines.iter().skip(skipped).cloned().collect();
        (new, self.gone + self.lines.len() as u64)
    }

    /// Those of one process.
    pub(super) fn of(&self, process: u64) -> Arc<[LogLine]> {
        let own = self.lines.iter().filter(|line| line.process == process);
        own.cloned().collect()
    }

    /// The last lines, for messages.
    pub(super) fn last(&self) -> LastLines {
        let from = self.lines.len().saturating_sub(SHOWN);
        LastLines {
            shown: self.lines.iter().skip(from).cloned().collect(),
            hidden: self.gone + from as u64,
        }
    }
}

/// How many lines a message of failure shows.
const SHOWN: usize = 40;

/// The last lines, for messages.
pub(super) struct LastLines {
    shown: Vec<LogLine>,
    /// How many stood before those.
    hidden: u64,
}

impl LastLines {
    pub(super) fn of(lines: &[LogLine]) -> Self {
        let hidden = lines.len().saturating_sub(SHOWN);
        Self {
            shown: lines.get(hidden..).unwrap_or_default().to_vec(),
            hidden: hidden as u64,
        }
    }
}

impl fmt::Display for LastLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown.is_empty() {
            return f.write_str("it wrote no log");
        }
        f.write_str("its log:")?;
        if self.hidden > 0 {
            write!(f, "\n  ({} lines before)", self.hidden)?;
        }
        for line in &self.shown {
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
    fn the_last_lines_of_a_long_log_are_kept() {
        let mut logs = Logs::default();
        for n in 0..50 {
            logs.push(line(&n.to_string()), 45);
        }
        let texts =
            |lines: Vec<LogLine>| lines.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        assert_eq!(logs.all().len(), 45);
        assert_eq!(logs.all()[0].text(), "5");
        // After 48 lines there are two new ones; dropped lines are not returned.
        let (new, seen) = logs.since(48);
        assert_eq!(
            (texts(new), seen),
            (vec!["48".to_owned(), "49".to_owned()], 50)
        );
        assert_eq!(logs.since(0).0.len(), 45);
        assert_eq!(logs.since(50), (vec![], 50));
        let shown = logs.last().to_string();
        assert!(
            shown.starts_with("its log:\n  (10 lines before)\n  stdout | 10\n"),
            "{shown}"
        );
    }

    #[test]
    fn messages_show_the_last_lines() {
        let lines: Vec<LogLine> = (0..42).map(|n| line(&n.to_string())).collect();
        let shown = LastLines::of(&lines).to_string();
        assert!(
            shown.starts_with("its log:\n  (2 lines before)\n  stdout | 2\n"),
            "{shown}"
        );
        assert!(shown.ends_with("stdout | 41"), "{shown}");
        assert_eq!(LastLines::of(&[]).to_string(), "it wrote no log");
    }
}
