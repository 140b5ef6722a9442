//! Which records are written.

use std::fmt;
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{self, Context},
};

/// The crates below us that hold requests in their hands. At TRACE, the runtime shows whole events;
/// what the others show at that level is theirs to change. So none of it is written, whatever the
/// configuration says.
const CAPPED: [&str; 6] = [
    "h2",
    "hyper",
    "hyper_util",
    "lambda_http",
    "lambda_runtime",
    "lambda_runtime_api_client",
];

/// Whether records of this target are written at DEBUG at most.
pub(super) fn is_capped(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    CAPPED.contains(&name)
}

/// What the configuration lets through, but for what may show requests.
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

/// For everything that a subscriber gets.
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

/// For one layer among others.
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
