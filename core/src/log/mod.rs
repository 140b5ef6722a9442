//! The log: JSON or text on standard output on Lambda and of a server, text on standard error elsewhere.
//!
//! If the program has installed its own subscriber, none is installed here.

mod config;
mod filter;
mod json;
mod one_line;
mod printable;
mod span;
mod spans;
mod subscriber;

#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use printable::Printable;
pub(crate) use span::{event_span, record_span, span};

use crate::environment::is_deployed;
use config::{Config, Format};
use json::JsonLayer;
use one_line::OneLine;
use std::io;
use subscriber::JsonLog;
use tracing::{Dispatch, Subscriber, dispatcher, subscriber::NoSubscriber};
use tracing_subscriber::{
    Layer, Registry,
    fmt::{self, MakeWriter, time::SystemTime},
    layer::SubscriberExt,
    registry::LookupSpan,
};

/// The log of this library as a layer for your own subscriber.
///
/// The layer writes the same records as the default log: on Lambda, and where the environment makes the
/// program a [server](crate::run), JSON on standard output, in the format of Lambda's [advanced logging
/// controls](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html);
/// elsewhere, text on standard error. `AWS_LAMBDA_LOG_FORMAT`, `AWS_LAMBDA_LOG_LEVEL` and
/// `RUST_LOG` configure this layer only.
///
/// [`#[lambda_api::main]`](crate::main) and [`run`](crate::run) only install a subscriber if `main`
/// has not installed one. Use this layer to send records to an exporter too, such as OpenTelemetry:
///
/// ```no_run
/// use lambda_api::Api;
/// use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};
/// # mod tracing_opentelemetry {
/// #     pub fn layer() -> tracing_subscriber::layer::Identity { Default::default() }
/// # }
/// # #[derive(Clone)] struct Provider;
/// # impl Provider { fn new() -> Self { Self } async fn flush(&self) {} }
///
/// #[lambda_api::main]
/// fn main() -> Api {
///     let provider = Provider::new();
///     tracing_subscriber::registry()
///         .with(lambda_api::log_layer())
///         .with(tracing_opentelemetry::layer())
///         .init();
///     // Lambda freezes the process between invocations, so flush before.
///     Api::new().after_response(move || {
///         let provider = provider.clone();
///         async move { provider.flush().await }
///     })
/// }
/// ```
///
/// Without this layer, the program determines the format and the filter of the log, the limits of a
/// record, and the escaping of characters that could forge a record.
///
/// Records that `main` writes before a subscriber is installed are lost. To see those as well,
/// begin `main` with `tracing_subscriber::registry().with(lambda_api::log_layer()).init()`.
pub fn log_layer<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    if is_deployed() {
        layer(Format::Json, io::stdout)
    } else {
        layer(Format::Text, io::stderr)
    }
}

fn layer<S, W>(format: Format, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Clone + Send + Sync + 'static,
{
    let config = Config::read(format, variable);
    config.tell(writer.clone());
    let filter = config.filter;
    match config.format {
        Format::Json => Box::new(JsonLayer::new(writer, SystemTime).with_filter(filter)),
        Format::Text => Box::new(text(writer).with_filter(filter)),
    }
}

/// Installs the log for Lambda: one line per record on standard output, as JSON unless
/// `AWS_LAMBDA_LOG_FORMAT` is `Text`.
pub(crate) fn init() {
    install(Format::Json, io::stdout, || text(io::stdout).boxed());
}

/// Installs the log for a terminal: on standard error, in a readable format unless
/// `AWS_LAMBDA_LOG_FORMAT` is `JSON`.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn init_local<F>(format: F)
where
    F: fmt::FormatEvent<Registry, fmt::format::DefaultFields> + Send + Sync + 'static,
{
    install(Format::Text, io::stderr, || human(format).boxed());
}

fn install<W>(
    format: Format,
    writer: W,
    text: impl FnOnce() -> Box<dyn Layer<Registry> + Send + Sync>,
) where
    W: for<'w> MakeWriter<'w> + Clone + Send + Sync + 'static,
{
    // Not `has_been_set`, which is also true if a subscriber was set for a part of the startup.
    if !dispatcher::get_default(Dispatch::is::<NoSubscriber>) {
        return;
    }
    let config = Config::read(format, variable);
    config.tell(writer.clone());
    let log = match config.format {
        Format::Json => {
            let json = JsonLayer::new(writer, SystemTime);
            Dispatch::new(JsonLog::new(json, config.filter))
        }
        Format::Text => Dispatch::new(Registry::default().with(text()).with(config.filter)),
    };
    // If another thread has set a subscriber first, that one stays.
    let _ = dispatcher::set_global_default(log);
}

/// Reads an environment variable. Invalid UTF-8 is replaced, and reported as an error later.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl Config {
    /// Logs the ignored parts, without the configured filter: it could hide these records.
    fn tell<W>(&self, writer: W)
    where
        W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        if self.errors.is_empty() {
            return;
        }
        let layer = match self.format {
            Format::Json => JsonLayer::new(writer, SystemTime).boxed(),
            Format::Text => text(writer).boxed(),
        };
        tracing::subscriber::with_default(Registry::default().with(layer), || {
            for error in &self.errors {
                tracing::warn!(target: "lambda_api", fault = error, "part of the log configuration is ignored");
            }
        });
    }
}

/// Formats records as lines of text.
fn text<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    fmt::layer().with_ansi(false).with_writer(OneLine(writer))
}

/// Formats records for a terminal.
#[cfg(any(debug_assertions, feature = "local"))]
fn human<S, F>(format: F) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    F: fmt::FormatEvent<S, fmt::format::DefaultFields> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_ansi(false).with_writer(io::stderr);
    layer.event_format(format)
}

/// The log of `run` in the format for a terminal.
#[cfg(test)]
pub(crate) fn human_lines(format: crate::local::Human, run: impl FnOnce()) -> String {
    let buffer = json::tests::Buffer::default();
    let writer = buffer.clone();
    let layer = fmt::layer().with_ansi(false).event_format(format);
    let layer = layer.with_writer(move || writer.clone());
    with_log(Registry::default().with(layer), run);
    buffer.text()
}

/// Runs a test with a subscriber. A second one exists meanwhile: with one alone, a thread of another test, which has
/// none, decides whether a record is written at all.
#[cfg(test)]
pub(crate) fn with_log(log: impl Into<tracing::Dispatch>, run: impl FnOnce()) {
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    tracing::dispatcher::with_default(&log.into(), run);
}

/// The log of `run` as JSON values; the time is always `now`.
#[cfg(test)]
pub(crate) fn capture(run: impl FnOnce()) -> Vec<serde_json::Value> {
    json::tests::capture(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Invocation, Problem,
        error::framework,
        event,
        log::json::tests::{Buffer, Outer},
    };

    /// The log of `run` as text.
    fn lines(run: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = text(move || writer.clone());
        with_log(Registry::default().with(layer), run);
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
    fn a_record_is_one_line_in_either_format() {
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
                let id = serde_json::json!({"requestId": odd, "http": {"method": "GET"}});
                let event = serde_json::json!({"rawPath": "/", "requestContext": id}).to_string();
                let request =
                    event::decode(event.into(), Default::default(), &Default::default()).unwrap();
                problem.set_request_id(Invocation::of(&request));
                assert_one_line(&lines(|| problem.log()));
                let json = json::tests::lines(|| problem.log());
                assert_eq!(json.lines().count(), 1, "{json}");
                let record: serde_json::Value = serde_json::from_str(&json).unwrap();
                assert_eq!(record["gateway_request_id"], odd);
            }
        }
    }

    #[test]
    fn a_line_of_text_has_an_end_and_says_so() {
        for part in ["x", "\u{e9}", "\n", "\u{202e}"] {
            let text = lines(|| tracing::info!("{}", part.repeat(1_000_000)));
            assert!(text.len() <= json::LINE_LIMIT, "{part:?}: {}", text.len());
            assert_one_line(&text);
            assert!(
                text.ends_with(" bytes cut)\n") && text.contains("\u{2026} ("),
                "{part:?}"
            );
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
