//! Log records as flat JSON objects, one per line.
//!
//! Lambda filters by the top-level members `level` and `timestamp`, and queries look for a
//! top-level `requestId`. The fields of a record and of its spans are therefore top-level members
//! too.
//!
//! Records have a maximum size, because CloudWatch splits lines above 256 KB into invalid JSON. A
//! text has at most 16 KiB, a line 64 KiB; a truncated text ends with a note.

use crate::error::{Bounded, Chain, TEXT_LIMIT};
use serde_json::Value;
use std::{
    fmt::{self, Debug},
    io::Write,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    fmt::{MakeWriter, format::Writer, time::FormatTime},
    layer::Context,
    registry::LookupSpan,
};

/// The members that every record has; a field with such a name is renamed.
const OWN: [&str; 3] = ["timestamp", "level", "target"];

/// The maximum length of a line.
pub(super) const LINE_LIMIT: usize = 64 * 1024;

/// The minimum length of a truncated text. If a line is still too long, fields are left out.
const SHORTEST: usize = 64;

pub(super) struct JsonLayer<W, T> {
    writer: W,
    clock: T,
}

impl<W, T> JsonLayer<W, T> {
    pub(super) fn new(writer: W, clock: T) -> Self {
        Self { writer, clock }
    }
}

impl<S, W, T> Layer<S> for JsonLayer<W, T>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + 'static,
    T: FormatTime + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        // Values are formatted before the span is locked, because formatting may log.
        let mut fields = Fields::default();
        record.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(known) = span.extensions_mut().get_mut::<Fields>()
        {
            known.replace(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        // From the innermost span to the outermost: the inner value takes precedence.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.add_missing(outer);
            }
        }
        self.write(event, fields);
    }
}

impl<W, T> JsonLayer<W, T>
where
    W: for<'w> MakeWriter<'w>,
    T: FormatTime,
{
    /// Writes the record of an event. `fields` includes those of the enclosing spans.
    pub(super) fn write(&self, event: &Event<'_>, fields: Fields) {
        let mut time = String::new();
        // If the clock fails, the time is empty, and Lambda sets its own.
        let _ = self.clock.format_time(&mut Writer::new(&mut time));
        let line = line(&time, event, fields);
        // An error of the log itself cannot be logged.
        let _ = self
            .writer
            .make_writer_for(event.metadata())
            .write_all(&line);
    }
}

/// Formats the record, including the line break.
fn line(time: &str, event: &Event<'_>, mut fields: Fields) -> Vec<u8> {
    let metadata = event.metadata();
    let head = [
        ("timestamp", Some(Kept::text(time))),
        ("level", Some(Kept::text(metadata.level().as_str()))),
        ("message", fields.take("message")),
        ("target", Some(Kept::text(metadata.target()))),
    ];
    bounded_line(&head, fields)
}

fn bounded_line(head: &[(&str, Option<Kept>)], mut fields: Fields) -> Vec<u8> {
    let (mut limit, mut left_out) = (TEXT_LIMIT, 0_usize);
    loop {
        let line = line_within(limit, head, &fields, left_out);
        if line.len() <= LINE_LIMIT || fields.0.is_empty() && limit <= SHORTEST {
            return line;
        }
        if limit > SHORTEST {
            limit /= 4;
        } else {
            let kept = fields.0.len() / 2;
            left_out = left_out.saturating_add(fields.0.len() - kept);
            fields.0.truncate(kept);
        }
    }
}

/// Formats the record with texts of at most `limit` bytes.
fn line_within(
    limit: usize,
    head: &[(&str, Option<Kept>)],
    fields: &Fields,
    left_out: usize,
) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    let mut member = |name: &str, value: &Kept| {
        line.push(if line.is_empty() { b'{' } else { b',' });
        // Serializing a string or a value never fails, nor does writing to memory.
        let _ = serde_json::to_writer(&mut line, name);
        line.push(b':');
        let _ = match value {
            Kept::Text(text) => serde_json::to_writer(&mut line, &*text.within(limit)),
            Kept::Other(value) => serde_json::to_writer(&mut line, value),
        };
    };
    for (name, value) in head {
        if let Some(value) = value {
            member(name, value);
        }
    }
    for (name, value) in &fields.0 {
        if OWN.contains(name) {
            member(&format!("field.{name}"), value);
        } else {
            member(name, value);
        }
    }
    if left_out > 0 {
        member("fields_cut", &Kept::Other(left_out.into()));
    }
    line.extend_from_slice(b"}\n");
    escaped(line)
}

/// Escapes the characters 0x7f to 0x9f, which some terminals interpret, and the line and paragraph
/// separators. JSON does not require it. They can only occur in strings here.
fn escaped(line: Vec<u8>) -> Vec<u8> {
    let is_odd = |letter: char| matches!(letter, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
    match String::from_utf8(line) {
        Ok(text) if !text.is_ascii() || text.contains('\u{7f}') => {
            let mut escaped = Vec::with_capacity(text.len());
            for letter in text.chars() {
                // Writing to memory never fails.
                let _ = if is_odd(letter) {
                    write!(escaped, "\\u{:04x}", u32::from(letter))
                } else {
                    write!(escaped, "{letter}")
                };
            }
            escaped
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// The value of a field.
#[derive(Clone, Debug)]
enum Kept {
    Text(Bounded),
    /// Not a text, and therefore short.
    Other(Value),
}

impl Kept {
    fn text(value: impl fmt::Display) -> Self {
        Self::Text(Bounded::of(value))
    }
}

/// The fields of a record or a span, without duplicate names.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(&'static str, Kept)>);

impl Fields {
    fn set(&mut self, name: &'static str, value: Kept) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds fields. Their values replace those of fields with the same names.
    pub(super) fn replace(&mut self, others: Fields) {
        for (name, value) in others.0 {
            self.set(name, value);
        }
    }

    fn take(&mut self, name: &str) -> Option<Kept> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.remove(at).1)
    }

    fn is_missing(&self, name: &str) -> bool {
        !self.0.iter().any(|(known, _)| *known == name)
    }

    pub(super) fn add_missing(&mut self, outer: &Fields) {
        for (name, value) in &outer.0 {
            if self.is_missing(name) {
                self.0.push((name, value.clone()));
            }
        }
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.put_kept(field, Kept::Other(value.into()));
    }

    fn put_kept(&mut self, field: &Field, value: Kept) {
        let name = field.name();
        self.set(name.strip_prefix("r#").unwrap_or(name), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_kept(field, Kept::text(format_args!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_kept(field, Kept::Text(Bounded::of_text(value)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put_kept(field, Kept::text(Chain(value)));
    }
}

impl<W, T> fmt::Debug for JsonLayer<W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLayer")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::log::{filter::Filter, subscriber::JsonLog, with_log};
    use std::{
        io,
        sync::{Arc, Mutex},
    };
    use tracing::{field::Empty, level_filters::LevelFilter};
    use tracing_subscriber::{Registry, filter::Targets, layer::SubscriberExt};

    struct Now;

    impl FormatTime for Now {
        fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
            w.write_str("now")
        }
    }

    #[derive(Clone, Default)]
    pub(in super::super) struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Buffer {
        pub(in super::super) fn text(&self) -> String {
            let bytes = std::mem::take(&mut *self.0.lock().expect("one thread"));
            String::from_utf8(bytes).expect("logs are UTF-8")
        }
    }

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    pub(in super::super) struct Outer(#[source] pub(in super::super) io::Error);

    pub(in super::super) fn lines(run: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = JsonLayer::new(move || writer.clone(), Now);
        let filter = Filter::new(Targets::new().with_default(LevelFilter::TRACE));
        with_log(JsonLog::new(layer, filter), run);
        buffer.text()
    }

    /// The lines that the layer writes in a subscriber of the program.
    fn lines_of_the_layer(run: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = JsonLayer::new(move || writer.clone(), Now);
        with_log(Registry::default().with(layer), run);
        buffer.text()
    }

    #[test]
    fn the_layer_writes_what_the_log_without_it_writes() {
        let run = || {
            let outer = tracing::info_span!("outer", a = 1, b = 1, late = Empty);
            let entered = outer.enter();
            let inner = tracing::info_span!("inner", b = 2, error = %"x");
            outer.record("late", "here");
            let apart = tracing::info_span!(parent: None, "apart", c = 1);
            let within = tracing::info_span!(parent: &inner, "within", d = 1);
            drop(inner);
            tracing::info!("in the outer one");
            within.in_scope(|| {
                let _again = outer.enter();
                tracing::info!(b = 3, "in all three");
                tracing::info!(parent: &apart, "in another one");
                tracing::info!(parent: None, "in none");
            });
            drop(entered);
            drop(outer);
            within.in_scope(|| tracing::info!("the outer ones are still there"));
            tracing::info!("outside");
        };
        let lines = lines(run);
        assert_eq!(lines.lines().count(), 6);
        assert_eq!(lines, lines_of_the_layer(run));
    }

    pub(in super::super) fn capture(run: impl FnOnce()) -> Vec<Value> {
        lines(run)
            .lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }

    #[test]
    fn a_record_is_one_line_of_flat_json() {
        let text = lines(|| {
            tracing::warn!(target: "orders", left = 3, sku = "tea \"green\"\n", "running low");
        });
        let expected = r#"{"timestamp":"now","level":"WARN","message":"running low","target":"orders","left":3,"sku":"tea \"green\"\n"}"#;
        assert_eq!(text, format!("{expected}\n"));
    }

    #[test]
    fn no_value_writes_a_second_line_or_a_control_character() {
        for odd in [
            "\n",
            "\r\n",
            "\0",
            "\u{1b}[2J",
            "\u{7f}",
            "\u{85}",
            "\u{9b}2J",
            "\u{2028}",
            "\u{2029}",
        ] {
            let value = format!("é{odd}{{\"level\":\"FATAL\"}}");
            let text = lines(|| {
                let span = tracing::info_span!("span", shown = %value);
                span.in_scope(|| tracing::info!(value, debug = ?value, "{value}"));
            });
            let (line, end) = text.split_at(text.len() - 1);
            assert_eq!(end, "\n");
            assert!(
                line.chars()
                    .all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')),
                "{line:?}"
            );
            let record: Value = serde_json::from_str(line).unwrap();
            for field in ["message", "value", "shown"] {
                assert_eq!(record[field], value, "{odd:?}");
            }
        }
    }

    #[test]
    fn a_text_of_a_record_has_an_end_and_says_so() {
        for (part, most) in [
            ("x", 20_000),
            ("\u{e9}", 20_000),
            ("\0", 100_000),
            ("\u{85}", 100_000),
        ] {
            let long = part.repeat(3_000_000 / part.len());
            let error: &(dyn std::error::Error + 'static) = &Outer(io::Error::other(long.clone()));
            for text in [
                lines(|| tracing::info!("{long}")),
                lines(|| tracing::info!(text = long, after = 1, "logged")),
                lines(|| tracing::info!(text = ?long, after = 1, "logged")),
                lines(|| tracing::info!(error, after = 1, "logged")),
                lines(|| {
                    tracing::info_span!("s", shown = %long).in_scope(|| tracing::info!("logged"));
                }),
            ] {
                assert!(
                    text.len() <= most.min(LINE_LIMIT),
                    "{part:?}: {}",
                    text.len()
                );
                assert_eq!(text.lines().count(), 1);
                let record: Value = serde_json::from_str(&text).expect("JSON");
                let mut values = record.as_object().unwrap().values();
                let is_cut = |value: &Value| {
                    let text = value.as_str().unwrap_or_default();
                    text.ends_with(" bytes cut)") && text.contains("\u{2026} (")
                };
                assert!(values.any(is_cut), "{record}");
            }
        }
    }

    #[test]
    fn a_line_has_an_end_however_many_texts_are_in_it() {
        let long = "\u{1}".repeat(10_000);
        let text =
            lines(|| tracing::info!(a = long, b = long, c = long, d = long, e = 7, "logged"));
        assert!(text.len() <= LINE_LIMIT, "{}", text.len());
        let record: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (&record["message"], &record["e"]),
            (&"logged".into(), &7.into())
        );
        let a = record["a"].as_str().unwrap();
        let (kept, words) = a.split_once('\u{2026}').expect("words");
        assert_eq!(words, format!(" ({} bytes cut)", 10_000 - kept.len()));
    }

    #[test]
    fn fields_that_do_not_fit_are_counted() {
        static NAMES: [&str; 4_000] = ["name"; 4_000];
        let fields = NAMES
            .map(|name| (name, Kept::text("a value that is short")))
            .to_vec();
        let head = [("message", Some(Kept::text("logged")))];
        let line = bounded_line(&head, Fields(fields));
        assert!(line.len() <= LINE_LIMIT, "{}", line.len());
        let record: Value = serde_json::from_slice(&line).expect("JSON");
        assert_eq!(
            (&record["message"], &record["fields_cut"]),
            (&"logged".into(), &2_000.into())
        );
    }

    #[test]
    fn every_kind_of_value_keeps_its_json_type() {
        let records = capture(|| {
            let error: &(dyn std::error::Error + 'static) = &Outer(io::Error::other("inner"));
            tracing::info!(
                yes = true,
                half = 0.5,
                less = -1,
                nothing = None::<u8>,
                shown = %"display",
                debugged = ?Some(1),
                error,
                not_a_number = f64::NAN,
                r#type = "raw",
            );
        });
        let expected = serde_json::json!([{
            "timestamp": "now", "level": "INFO", "target": module_path!(),
            "yes": true, "half": 0.5, "less": -1, "shown": "display", "debugged": "Some(1)",
            "error": "outer: inner", "not_a_number": null, "type": "raw",
        }]);
        assert_eq!(Value::from(records), expected);
    }

    #[test]
    fn inner_span_fields_override_outer_ones_in_a_record() {
        let records = capture(|| {
            let outer = tracing::info_span!("outer", a = 1, b = 1, c = 1);
            let _outer = outer.enter();
            let inner = tracing::info_span!("inner", b = 2, c = 2);
            let _inner = inner.enter();
            tracing::info!(c = 3, "here");
        });
        let fields = ["a", "b", "c"].map(|name| records[0][name].as_i64());
        assert_eq!(fields, [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn a_field_cannot_take_the_place_of_a_member_that_lambda_reads() {
        let text = lines(|| tracing::info!(level = "DEBUG", timestamp = 0, target = "x", "here"));
        assert_eq!(text.matches("\"level\":").count(), 1);
        assert!(text.contains(r#""level":"INFO""#), "{text}");
        assert!(text.contains(r#""field.level":"DEBUG""#), "{text}");
        assert!(text.contains(r#""field.timestamp":0"#), "{text}");
    }

    #[test]
    fn a_value_that_logs_while_it_is_shown_does_not_lock_up() {
        struct Chatty;
        impl Debug for Chatty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tracing::info!("from within");
                f.write_str("Chatty")
            }
        }
        let records = capture(|| {
            let span = tracing::info_span!("span", value = tracing::field::Empty);
            let _span = span.enter();
            span.record("value", tracing::field::debug(Chatty));
            tracing::info!("after");
        });
        assert_eq!(records.last().expect("a record")["value"], "Chatty");
    }
}
