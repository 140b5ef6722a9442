//! What a layer says of itself before any request arrives.

use super::{Finish, Handle, Next};
use crate::{BoxFuture, Operation, Request, Response};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What a [`from_fn`](crate::from_fn) middleware is called, and what its extractors say.
#[derive(Clone, Copy)]
pub(crate) struct Note {
    pub(crate) name: &'static str,
    pub(crate) describe: fn(&mut Operation),
}

/// A middleware, and what it needs and takes.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) operation: Operation,
}

type Around = dyn Fn(Next, &Finish) -> Next + Send + Sync;

/// A layer, ready to wrap any part of the way.
pub(crate) struct LayerFn {
    around: Box<Around>,
    described: OnceLock<Vec<Described>>,
}

impl LayerFn {
    pub(crate) fn new(around: impl Fn(Next, &Finish) -> Next + Send + Sync + 'static) -> Self {
        Self {
            around: Box::new(around),
            described: OnceLock::new(),
        }
    }

    pub(crate) fn around(&self, next: Next, finish: &Finish) -> Next {
        (self.around)(next, finish)
    }

    /// The middleware inside: several, where the layer is a stack of them.
    ///
    /// The types of layers are not known here. So the layer is put around something that takes
    /// notes, once, and what comes of it is dropped.
    pub(crate) fn described(&self) -> &[Described] {
        self.described.get_or_init(|| {
            let notes = Arc::new(Notes::default());
            drop(self.around(Next(Arc::clone(&notes) as _), &Finish::default()));
            let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let described = |note: &Note| {
                let mut operation = Operation::default();
                (note.describe)(&mut operation);
                Described {
                    name: note.name,
                    operation,
                }
            };
            notes.iter().map(described).collect()
        })
    }
}

#[derive(Default)]
struct Notes(Mutex<Vec<Note>>);

impl Handle for Notes {
    /// No request comes here.
    fn handle(&self, _: Request) -> BoxFuture<'static, Response> {
        Box::pin(std::future::ready(Response::default()))
    }

    fn note(&self, note: &Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(*note);
    }
}
