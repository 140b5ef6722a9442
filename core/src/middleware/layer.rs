//! The description of a layer, for `Api::build`.

use super::{
    Handle, Next, ProblemRenderer,
    next::{Note, as_next},
};
use crate::{BoxError, BoxFuture, Operation, Request, Response};
use bytes::Bytes;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tower::{Layer, Service};

/// A middleware, and what it requires.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) operation: Operation,
    /// Describes it for a document.
    #[cfg(feature = "openapi")]
    pub(crate) describe: fn(&mut Operation),
}

type Around = dyn Fn(Next, &ProblemRenderer) -> Next + Send + Sync;

/// A layer that can wrap any service.
pub(crate) struct LayerFn {
    around: Box<Around>,
    described: OnceLock<Vec<Described>>,
}

impl LayerFn {
    pub(crate) fn new(
        around: impl Fn(Next, &ProblemRenderer) -> Next + Send + Sync + 'static,
    ) -> Self {
        Self {
            around: Box::new(around),
            described: OnceLock::new(),
        }
    }

    pub(crate) fn around(&self, next: Next, renderer: &ProblemRenderer) -> Next {
        (self.around)(next, renderer)
    }

    /// The middleware inside, several if the layer is a stack.
    ///
    /// The types of layers are erased. So the layer is applied once to a service that records what
    /// it gets, and the result is dropped.
    pub(crate) fn described(&self) -> &[Described] {
        self.described.get_or_init(|| {
            let notes = Arc::new(Notes::default());
            drop(self.around(Next(Arc::clone(&notes) as _), &ProblemRenderer::default()));
            let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let described = |note: &Note| {
                let mut operation = Operation::default();
                (note.describe)(&mut operation);
                Described {
                    name: note.name,
                    operation,
                    #[cfg(feature = "openapi")]
                    describe: note.describe,
                }
            };
            notes.iter().map(described).collect()
        })
    }
}

pub(crate) fn erase_layer<L, B>(layer: L) -> LayerFn
where
    L: Layer<Next> + Send + Sync + 'static,
    L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request>>::Future: Send,
    <L::Service as Service<Request>>::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    LayerFn::new(move |next, renderer| as_next(layer.layer(next), renderer))
}

#[derive(Default)]
struct Notes(Mutex<Vec<Note>>);

impl Handle for Notes {
    // No request arrives here.
    fn handle(&self, _: Request) -> BoxFuture<'static, Response> {
        Box::pin(std::future::ready(Response::default()))
    }

    fn note(&self, note: &Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(*note);
    }
}
