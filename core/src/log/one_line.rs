//! Limits each text record to one line.

use super::{
    json::LINE_LIMIT,
    printable::{Printable, is_harmless},
};
use crate::error::beginning;
use std::io::{self, Write};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// Escapes control characters: `tracing_subscriber` writes line breaks in messages and in displayed
/// values unchanged.
pub(super) struct OneLine<M>(pub(super) M);

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for OneLine<M> {
    type Writer = Escaping<M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Escaping(self.0.make_writer())
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> Self::Writer {
        Escaping(self.0.make_writer_for(metadata))
    }
}

pub(super) struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    /// Writes one record, which arrives in one call.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        if line.len() < LINE_LIMIT && line.chars().all(is_harmless) {
            self.0.write_all(record)?;
        } else {
            self.0.write_all(bounded_line(line).as_bytes())?;
        }
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Escapes and truncates a line.
fn bounded_line(line: &str) -> String {
    // Escaping only makes the line longer.
    let kept = beginning(line, LINE_LIMIT);
    let shown = Printable(kept).to_string();
    if kept.len() == line.len() && shown.len() < LINE_LIMIT {
        return shown + "\n";
    }
    let short = beginning(&shown, LINE_LIMIT - 50);
    let cut = (shown.len() - short.len()).saturating_add(line.len() - kept.len());
    format!("{short}\u{2026} ({cut} bytes cut)\n")
}
