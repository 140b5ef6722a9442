//! Where log records go: JSON or text on standard output on Lambda, text on standard error
//! elsewhere.
//!
//! Nothing is installed where the program has installed a subscriber of its own.

mod config;
mod during;
mod json;
mod span;

pub(crate) use during::during;
pub(crate) use span::span;

use config::{Config, Format};
use json::JsonLayer;
use std::io;
use tracing::dispatcher;
use tracing_subscriber::{
    Layer, Registry,
    fmt::{self, MakeWriter, time::SystemTime},
    layer::SubscriberExt,
};

/// Writes log records as Lambda wants them: one line each, on standard output, as JSON unless
/// `AWS_LAMBDA_LOG_FORMAT` is `Text`.
pub(crate) fn init() {
    install(Format::Json, io::stdout);
}

/// Writes log records for a person: on standard error, as text unless `AWS_LAMBDA_LOG_FORMAT` is
/// `JSON`.
pub(crate) fn init_local() {
    install(Format::Text, io::stderr);
}

fn install<W>(format: Format, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    if dispatcher::has_been_set() {
        return;
    }
    let config = Config::read(format, |name| std::env::var(name).ok());
    let layer = match config.format {
        Format::Json => JsonLayer::new(writer, SystemTime).boxed(),
        Format::Text => fmt::layer().with_ansi(false).with_writer(writer).boxed(),
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

/// What `run` logs, as JSON values; the time is always `now`.
#[cfg(test)]
pub(crate) fn capture(run: impl FnOnce()) -> Vec<serde_json::Value> {
    json::tests::capture(run)
}
