//! Where log records go: JSON or text on standard output on Lambda, text on standard error
//! elsewhere.
//!
//! Nothing is installed where the program has installed a subscriber of its own.

mod config;
mod during;
mod json;
mod one_line;
mod printable;
mod span;

pub(crate) use during::during;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use printable::Printable;
pub(crate) use span::span;

#[cfg(any(debug_assertions, feature = "local"))]
use crate::local::Human;
use config::{Config, Format};
use json::JsonLayer;
use one_line::OneLine;
use std::io;
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::{
    Layer, Registry,
    fmt::{self, MakeWriter, time::SystemTime},
    layer::SubscriberExt,
    registry::LookupSpan,
};

/// Writes log records as Lambda wants them: one line each, on standard output, as JSON unless
/// `AWS_LAMBDA_LOG_FORMAT` is `Text`.
pub(crate) fn init() {
    install(Format::Json, io::stdout, || text(io::stdout).boxed());
}

/// Writes log records for a person: on standard error, in a form of their own unless
/// `AWS_LAMBDA_LOG_FORMAT` is `JSON`.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn init_local() {
    install(Format::Text, io::stderr, || human(Human::new()).boxed());
}

fn install<W>(
    format: Format,
    writer: W,
    text: impl FnOnce() -> Box<dyn Layer<Registry> + Send + Sync>,
) where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    if dispatcher::has_been_set() {
        return;
    }
    let config = Config::read(format, |name| std::env::var(name).ok());
    let layer = match config.format {
        Format::Json => JsonLayer::new(writer, SystemTime).boxed(),
        Format::Text => text(),
    };
    let subscriber = Registry::default().with(layer).with(config.filter);
    // Another thread may have been quicker; then its subscriber stays.
    let installed = tracing::subscriber::set_global_default(subscriber).is_ok();
    if installed {
        for fault in config.faults {
            tracing::warn!(target: "lambda_api", fault, "part of the log configuration is ignored");
        }
    }
}

/// Records as lines of text.
fn text<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    fmt::layer().with_ansi(false).with_writer(OneLine(writer))
}

/// Records for a person at a terminal.
#[cfg(any(debug_assertions, feature = "local"))]
fn human<S>(format: Human) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let layer = fmt::layer().with_ansi(false).with_writer(io::stderr);
    layer.event_format(format)
}

/// What `run` logs, as it is written for a person.
#[cfg(test)]
pub(crate) fn human_lines(format: Human, run: impl FnOnce()) -> String {
    let buffer = json::tests::Buffer::default();
    let writer = buffer.clone();
    let layer = fmt::layer().with_ansi(false).event_format(format);
    let layer = layer.with_writer(move || writer.clone());
    tracing::subscriber::with_default(Registry::default().with(layer), run);
    buffer.text()
}

/// What `run` logs, as JSON values; the time is always `now`.
#[cfg(test)]
pub(crate) fn capture(run: impl FnOnce()) -> Vec<serde_json::Value> {
    json::tests::capture(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Problem,
        error::framework,
        runtime::log::json::tests::{Buffer, Outer},
    };
    use tracing::subscriber::with_default;

    /// What `run` logs as text.
    fn lines(run: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = text(move || writer.clone());
        with_default(Registry::default().with(layer), run);
        buffer.text()
    }

    const ODD: [&str; 8] = [
        "\n2026-01-01T00:00:00Z ERROR orders: forged",
        "\r\n",
        "\r",
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{7f}\u{8}",
        "\u{85}\u{9b}2J",
        "\u{2028}\u{2029}",
        "\u{202e}",
    ];

    fn assert_one_line(text: &str) {
        let (line, end) = text.split_at(text.len() - 1);
        assert_eq!(end, "\n");
        assert!(line.chars().all(printable::is_harmless), "{line:?}");
    }

    #[test]
    fn a_record_of_a_handler_is_one_line_whatever_is_in_it() {
        for odd in ODD {
            let error = Outer(io::Error::other(odd));
            let error: &(dyn std::error::Error + 'static) = &error;
            for text in [
                lines(|| tracing::info!("{odd}")),
                lines(|| tracing::info!(value = odd, shown = %odd, debug = ?odd, error, "logged")),
                lines(|| {
                    tracing::info_span!("span", shown = %odd).in_scope(|| tracing::info!("logged"));
                }),
            ] {
                assert_one_line(&text);
            }
        }
    }

    #[test]
    fn a_record_of_the_library_is_one_line_in_either_format_whatever_is_in_it() {
        for odd in ODD {
            let problems = || {
                [
                    framework::panicked(odd),
                    framework::internal(&io::Error::other(odd)),
                    framework::malformed_request(odd.to_owned()).with_cause(odd.to_owned()),
                    Problem::new(http::StatusCode::CONFLICT, odd.to_owned()).with_cause(odd),
                ]
            };
            for mut problem in problems() {
                problem.set_request_id(Some(odd));
                assert_one_line(&lines(|| problem.log()));
                let json = json::tests::lines(|| problem.log());
                assert_eq!(json.lines().count(), 1, "{json}");
                let record: serde_json::Value = serde_json::from_str(&json).unwrap();
                assert_eq!(record["request_id"], odd);
            }
        }
    }

    #[test]
    fn a_harmless_record_stays_as_it_is() {
        let text = lines(|| tracing::info!(target: "orders", sku = "tee", "Jürgen bought 3"));
        assert!(
            text.ends_with(" INFO orders: Jürgen bought 3 sku=\"tee\"\n"),
            "{text}"
        );
    }
}
