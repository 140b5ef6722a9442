//! The log of a program without a subscriber of its own: JSON only.

use super::{
    filter::Filter,
    json::{Fields, JsonLayer},
    spans::Spans,
};
use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_core::span::Current;
use tracing_subscriber::fmt::{MakeWriter, time::FormatTime};

/// Writes the records of a [`JsonLayer`], with its own store of spans.
pub(super) struct JsonLog<W, T> {
    json: JsonLayer<W, T>,
    filter: Filter,
    spans: Spans,
}

impl<W, T> JsonLog<W, T> {
    pub(super) fn new(json: JsonLayer<W, T>, filter: Filter) -> Self {
        Self {
            json,
            filter,
            spans: Spans::new(),
        }
    }
}

impl<W, T> Subscriber for JsonLog<W, T>
where
    W: for<'w> MakeWriter<'w> + 'static,
    T: FormatTime + 'static,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.filter.interest(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.lets(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter.most()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let parent = if attributes.is_contextual() {
            self.spans.current()
        } else {
            attributes.parent().cloned()
        };
        self.spans.open(attributes.metadata(), fields, parent)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        // Values are formatted before anything is locked, because formatting may log.
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.spans.record(span, fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let span = if event.is_contextual() {
            self.spans.current()
        } else {
            event.parent().cloned()
        };
        // From the innermost span to the outermost: the inner value takes precedence.
        self.spans.visit(span, |outer| fields.add_missing(outer));
        self.json.write(event, fields);
    }

    fn enter(&self, span: &Id) {
        self.spans.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.spans.exit(span);
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.spans.hold(span);
        span.clone()
    }

    fn current_span(&self) -> Current {
        let current = self.spans.current();
        let known = current.and_then(|span| Some((self.spans.metadata(&span)?, span)));
        match known {
            Some((metadata, span)) => Current::new(span, metadata),
            None => Current::none(),
        }
    }

    fn try_close(&self, span: Id) -> bool {
        self.spans.release(&span)
    }
}
