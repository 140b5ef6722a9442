//! Log subscribers of the program, chosen by `FAULTS_LOG`.

use std::{env, io};
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// Installs a subscriber, or leaves it to the library.
pub(crate) fn install() {
    match env::var("FAULTS_LOG").as_deref() {
        Ok("own") => tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(io::stdout)
            .init(),
        Ok("layer") => tracing_subscriber::registry()
            .with(lambda_api::log_layer())
            .with(Exported)
            .init(),
        _ => {}
    }
    tracing::info!("the log of main");
}

/// A stub of an exporter that prints events to standard error.
struct Exported;

impl<S: Subscriber> Layer<S> for Exported {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target().starts_with("faults") {
            eprintln!("exported: {}", metadata.level());
        }
    }
}
