//! The open spans, and the current spans of each thread.
//!
//! The registry of `tracing-subscriber` does the same for any number of layers. It takes 32 KB and
//! about 20,000 instructions before the first record, at every cold start.

use super::json::Fields;
use std::{
    cell::RefCell,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tracing::{Metadata, span::Id};

thread_local! {
    /// The spans that this thread has entered, the innermost last.
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };

    /// The part of the store in which this thread opens spans.
    static PART: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % PARTS
    };
}

/// The number of parts of the store. Threads that handle requests at the same time would wait for one
/// lock; a span mostly stays on the thread that opened it.
const PARTS: usize = 8;

struct Entered {
    /// The number of its `Spans`.
    number: usize,
    span: Id,
    /// Whether the thread had already entered the span.
    again: bool,
}

/// All open spans of one subscriber.
pub(super) struct Spans {
    /// Distinguishes several subscribers on one thread, as in tests.
    number: usize,
    parts: [Part; PARTS],
}

/// A part of the store, on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Part(Mutex<Slots>);

#[derive(Default)]
struct Slots {
    all: Vec<Option<Slot>>,
    free: Vec<usize>,
}

struct Slot {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    parent: Option<Id>,
    /// The number of handles, child spans and threads inside the span.
    holders: usize,
}

impl Spans {
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            parts: Default::default(),
        }
    }

    pub(super) fn open(
        &self,
        metadata: &'static Metadata<'static>,
        fields: Fields,
        parent: Option<Id>,
    ) -> Id {
        if let Some(parent) = &parent {
            self.hold(parent);
        }
        let part = PART.try_with(|part| *part).unwrap_or_default();
        let mut slots = self.part(part);
        let slot = Slot {
            metadata,
            fields,
            parent,
            holders: 1,
        };
        let at = match slots.free.pop() {
            Some(at) => at,
            None => {
                slots.all.push(None);
                slots.all.len() - 1
            }
        };
        if let Some(free) = slots.all.get_mut(at) {
            *free = Some(slot);
        }
        id(at, part)
    }

    /// Adds fields to a span.
    pub(super) fn record(&self, span: &Id, fields: Fields) {
        if let Some(slot) = self.slots(span).get(span) {
            slot.fields.replace(fields);
        }
    }

    pub(super) fn hold(&self, span: &Id) {
        if let Some(slot) = self.slots(span).get(span) {
            slot.holders += 1;
        }
    }

    /// Releases a span. Returns whether it was closed.
    pub(super) fn release(&self, span: &Id) -> bool {
        let mut next = Some(span.clone());
        let mut closed = false;
        // A span that closes releases its parent.
        while let Some(span) = next.take() {
            let mut slots = self.slots(&span);
            let Some(slot) = slots.get(&span) else {
                break;
            };
            slot.holders -= 1;
            if slot.holders == 0 {
                next = slot.parent.take();
                slots.free(&span);
                closed = true;
            }
        }
        closed
    }

    /// Enters a span. If the thread has already entered it, the current span does not change.
    pub(super) fn enter(&self, span: &Id) {
        self.hold(span);
        let _ = ENTERED.try_with(|all| {
            let mut all = all.borrow_mut();
            let again = all.iter().any(|one| self.is(one, span));
            all.push(Entered {
                number: self.number,
                span: span.clone(),
                again,
            });
        });
    }

    pub(super) fn exit(&self, span: &Id) {
        let _ = ENTERED.try_with(|all| {
            let mut all = all.borrow_mut();
            if let Some(at) = all.iter().rposition(|one| self.is(one, span)) {
                all.remove(at);
            }
        });
        self.release(span);
    }

    /// Returns the current span of the thread.
    pub(super) fn current(&self) -> Option<Id> {
        let innermost = |all: &[Entered]| {
            let mut all = all.iter().rev();
            let found = all.find(|one| one.number == self.number && !one.again);
            found.map(|one| one.span.clone())
        };
        ENTERED.try_with(|all| innermost(&all.borrow())).ok()?
    }

    pub(super) fn metadata(&self, span: &Id) -> Option<&'static Metadata<'static>> {
        self.slots(span).get(span).map(|slot| slot.metadata)
    }

    fn is(&self, entered: &Entered, span: &Id) -> bool {
        entered.number == self.number && entered.span == *span
    }

    /// Visits the fields of a span and of its ancestors, from the innermost outward.
    pub(super) fn visit(&self, innermost: Option<Id>, mut visit: impl FnMut(&Fields)) {
        let mut next = innermost;
        while let Some(span) = next.take() {
            if let Some(slot) = self.slots(&span).get(&span) {
                visit(&slot.fields);
                next.clone_from(&slot.parent);
            }
        }
    }

    /// The part of the store that has a span.
    fn slots(&self, span: &Id) -> MutexGuard<'_, Slots> {
        self.part(place(span).map_or(0, |(_, part)| part))
    }

    fn part(&self, part: usize) -> MutexGuard<'_, Slots> {
        let [first, ..] = &self.parts;
        let Part(slots) = self.parts.get(part).unwrap_or(first);
        slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn get(&mut self, span: &Id) -> Option<&mut Slot> {
        let (at, _) = place(span)?;
        self.all.get_mut(at)?.as_mut()
    }

    fn free(&mut self, span: &Id) {
        if let Some((at, _)) = place(span)
            && let Some(slot) = self.all.get_mut(at)
        {
            *slot = None;
            self.free.push(at);
        }
    }
}

/// Ids start at one.
fn id(at: usize, part: usize) -> Id {
    Id::from_u64((at * PARTS + part) as u64 + 1)
}

/// The place of a span, and the part of the store that it is in.
fn place(span: &Id) -> Option<(usize, usize)> {
    let number = usize::try_from(span.into_u64() - 1).ok()?;
    Some((number / PARTS, number % PARTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(spans: &Spans, parent: Option<&Id>) -> Id {
        let span = tracing::error_span!("span");
        let metadata = span.metadata().expect("the metadata of its callsite");
        spans.open(metadata, Fields::default(), parent.cloned())
    }

    #[test]
    fn a_span_is_open_while_it_is_referenced() {
        let spans = Spans::new();
        let outer = open(&spans, None);
        let inner = open(&spans, Some(&outer));
        assert!(!spans.release(&outer), "the inner span holds it");
        spans.enter(&inner);
        assert!(!spans.release(&inner), "the thread has entered it");
        assert_eq!(spans.slots(&inner).free.len(), 0);
        spans.exit(&inner);
        assert_eq!(spans.slots(&inner).free.len(), 2);
        assert!(spans.slots(&inner).all.iter().all(Option::is_none));
    }

    #[test]
    fn the_place_of_a_closed_span_is_used_again() {
        let spans = Spans::new();
        let mut ids = std::collections::HashSet::new();
        for _ in 0..1000 {
            let span = open(&spans, None);
            assert!(spans.release(&span));
            ids.insert(span);
        }
        assert_eq!(ids.len(), 1);
    }

    #[test]
    fn spans_of_several_threads_are_told_apart() {
        let spans = Spans::new();
        let outer = open(&spans, None);
        let inner: Vec<_> = std::thread::scope(|scope| {
            let open = || scope.spawn(|| open(&spans, Some(&outer)));
            let threads: Vec<_> = (0..20).map(|_| open()).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let ids: std::collections::HashSet<_> = inner.iter().collect();
        assert_eq!(ids.len(), 20);
        assert!(!spans.release(&outer), "the inner spans hold it");
        for span in &inner {
            let mut visited = 0;
            spans.visit(Some(span.clone()), |_| visited += 1);
            assert_eq!(visited, 2);
            assert!(spans.release(span));
        }
        assert!(!spans.release(&outer), "the last one has closed it");
    }

    #[test]
    fn the_current_span_is_the_one_that_was_entered_last() {
        let (spans, others) = (Spans::new(), Spans::new());
        let (a, b) = (open(&spans, None), open(&spans, None));
        let other = open(&others, None);
        assert_eq!(spans.current(), None);
        spans.enter(&a);
        spans.enter(&b);
        others.enter(&other);
        assert_eq!(spans.current().as_ref(), Some(&b));
        // Enter `a` again, within `b`.
        spans.enter(&a);
        assert_eq!(spans.current().as_ref(), Some(&b));
        spans.exit(&a);
        spans.exit(&b);
        assert_eq!(spans.current().as_ref(), Some(&a));
        spans.exit(&a);
        assert_eq!(spans.current(), None);
        assert_eq!(others.current().as_ref(), Some(&other));
        others.exit(&other);
    }

    #[test]
    fn a_span_that_is_closed_is_passed_over() {
        let spans = Spans::new();
        let span = open(&spans, None);
        assert!(spans.release(&span));
        assert!(!spans.release(&span));
        spans.record(&span, Fields::default());
        spans.visit(Some(span), |_| panic!("there is nothing to visit"));
    }
}
