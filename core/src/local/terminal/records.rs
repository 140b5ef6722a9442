//! Log records on the terminal: one short line, with long fields below it.

use super::{Paint, Style, indented, reason::frames};
use crate::{error::is_shown_elsewhere, log::Printable};
use std::fmt::{self, Debug, Write as _};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::{LookupSpan, Scope},
};

/// Fields that are shown below a record, since they may be long.
const UNDER: [&str; 2] = ["cause", "error"];

/// Writer of log records.
pub(crate) struct Human {
    style: Style,
}

impl Human {
    /// For standard error.
    pub(crate) fn new() -> Self {
        Self {
            style: Style::of_stderr(),
        }
    }
}

impl<S, N> FormatEvent<S, N> for Human
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // It is shown below the line of its request.
        if is_shown_elsewhere() {
            return Ok(());
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let level = *metadata.level();
        let paint = match level {
            Level::ERROR => Paint::Bad,
            Level::WARN => Paint::Warning,
            Level::INFO => Paint::Good,
            _ => Paint::Dim,
        };
        let mut out = self.style.paint(paint, &format!("{level:>5}"));
        let target = Printable(metadata.target()).to_string();
        out += &format!(" {}", self.style.paint(Paint::Dim, &format!("{target}:")));
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            let extensions = span.extensions();
            let known = extensions.get::<FormattedFields<N>>();
            let known = known.map_or("", |known| &known.fields);
            if span.metadata().target() == "lambda_api" {
                if let Some(own) = own(span.name(), known) {
                    let _ = write!(fields.beside, " {own}");
                }
                continue;
            }
            out += &format!(" {}", Printable(span.name()));
            if !known.is_empty() {
                out += &format!("{{{}}}", Printable(known));
            }
            out.push(':');
        }
        let line = format!(" {}{}", fields.message, fields.beside);
        out += &Printable(line.trim_end()).to_string();
        for text in fields.under {
            indented(&mut out, &text, 1);
        }
        if let Some(location) = fields.location {
            indented(&mut out, &format!("at {location}"), 1);
        }
        if let Some(backtrace) = fields.backtrace {
            frames(&mut out, &backtrace, self.style);
        }
        writeln!(writer, "{out}")
    }
}

/// What a span of the library says about an event: its handler, or the id of one record. The line of a request has
/// the rest.
fn own<'f>(span: &str, fields: &'f str) -> Option<&'f str> {
    if span == "record" {
        return Some(fields);
    }
    // Quotes in the values of other fields are escaped.
    let start = fields.find("handler=\"")?;
    let (_, rest) = fields.split_at(start);
    let end = rest.match_indices('"').nth(1)?.0;
    rest.get(..=end)
}

impl Debug for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Human")
    }
}

/// The fields of a record, by where they are shown.
#[derive(Default)]
struct Fields {
    message: String,
    /// After the message.
    beside: String,
    under: Vec<String>,
    location: Option<String>,
    backtrace: Option<String>,
}

impl Fields {
    fn put(&mut self, field: &Field, text: String, shown: &dyn Debug) {
        match field.name() {
            "message" => self.message = text,
            "location" => self.location = Some(text),
            "backtrace" => self.backtrace = Some(text),
            name if UNDER.contains(&name) => self.under.push(text),
            name => {
                let name = name.strip_prefix("r#").unwrap_or(name);
                // Writing to a string cannot fail.
                let _ = write!(self.beside, " {name}={shown:?}");
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        self.put(field, text, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned(), &value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let text = crate::error::Chain(value).to_string();
        self.put(field, text.clone(), &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Invocation, LambdaContext,
        log::{event_span, human_lines, record_span},
    };

    #[test]
    fn long_fields_are_below_the_record() {
        let text = human_lines(Human::styled(Style::PLAIN), || {
            tracing::info!(target: "orders", sku = "tea", left = 3, "sold");
            let span = tracing::info_span!(target: "orders", "batch", number = 7);
            span.in_scope(|| tracing::warn!(target: "orders", "slow"));
            tracing::error_span!(target: "lambda_api", "invocation", cold_start = true).in_scope(
                || {
                    tracing::error!(
                        target: "lambda_api",
                        error = "no table",
                        location = "src/main.rs:7:5",
                        backtrace = "1: orders::main\n at /home/alice/main.rs:7:5",
                        "main failed"
                    );
                },
            );
        });
        assert_eq!(
            text,
            " INFO orders: sold sku=\"tea\" left=3\n \
              WARN orders: batch{number=7}: slow\n\
             ERROR lambda_api: main failed\n    no table\n    at src/main.rs:7:5\n        \
             orders::main /home/alice/main.rs:7:5\n"
        );
    }

    #[test]
    fn a_record_of_an_event_names_handler_and_record() {
        let text = human_lines(Human::styled(Style::PLAIN), || {
            let invocation = Invocation::of_event(LambdaContext {
                request_id: "a handler=\"other\"".to_owned(),
                ..LambdaContext::default()
            });
            event_span(&invocation, "ship", true).in_scope(|| {
                tracing::error!(target: "lambda_api", "first");
                record_span(Some("m\"1")).in_scope(|| {
                    tracing::error!(target: "lambda_api", cause = "no JSON", "second");
                });
                record_span(None).in_scope(|| tracing::info!(target: "shop", "third"));
            });
        });
        assert_eq!(
            text,
            "ERROR lambda_api: first handler=\"ship\"\n\
             ERROR lambda_api: second handler=\"ship\" record_id=\"m\\\"1\"\n    no JSON\n \
              INFO shop: third handler=\"ship\"\n"
        );
    }

    #[test]
    fn a_record_has_colours_but_none_of_its_own() {
        let text = human_lines(Human::styled(Style::COLORED), || {
            tracing::error!(target: "orders", value = "\u{1b}[31m", "red \u{1b}[31m");
        });
        let line = "\u{1b}[31mERROR\u{1b}[0m \u{1b}[2morders:\u{1b}[0m red \\u{1b}[31m \
                    value=\"\\u{1b}[31m\"\n";
        assert_eq!(text, line);
    }

    impl Human {
        pub(crate) fn styled(style: Style) -> Self {
            Self { style }
        }
    }
}
