//! The filter of log records.

use std::fmt;
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{self, Context},
};

/// Crates whose TRACE records may contain requests: `lambda_runtime` logs whole events, and the
/// others may change what they log. Their TRACE records are never written, whatever the
/// configuration.
const CAPPED: [&str; 6] = [
    "h2",
    "hyper",
    "hyper_util",
    "lambda_http",
    "lambda_runtime",
    "lambda_runtime_api_client",
];

/// Whether records of this target are limited to DEBUG.
pub(super) fn is_capped(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    CAPPED.contains(&name)
}

/// The configured filter, without TRACE records that may contain requests.
pub(super) struct Filter(Targets);

impl Filter {
    pub(super) fn new(targets: Targets) -> Self {
        Self(targets)
    }

    pub(super) fn lets(&self, metadata: &Metadata<'_>) -> bool {
        self.would_enable(metadata.target(), metadata.level())
    }

    pub(super) fn would_enable(&self, target: &str, level: &Level) -> bool {
        self.0.would_enable(target, level) && !(*level == Level::TRACE && is_capped(target))
    }

    #[cfg(test)]
    pub(super) fn default_level(&self) -> Option<LevelFilter> {
        self.0.default_level()
    }

    pub(super) fn interest(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.lets(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    pub(super) fn most(&self) -> Option<LevelFilter> {
        self.0
            .iter()
            .map(|(_, level)| level)
            .chain(self.0.default_level())
            .max()
    }
}

/// As a global filter of a subscriber.
impl<S: Subscriber> Layer<S> for Filter {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.lets(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.most()
    }
}

/// As the filter of a single layer.
impl<S> layer::Filter<S> for Filter {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.lets(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.interest(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.most()
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
