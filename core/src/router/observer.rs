//! Tells a test which route takes each request.

use super::{Found, Origin, Router};
use crate::{
    BoxFuture, Request, Response,
    middleware::{Handle, Next},
};
use std::sync::Arc;

/// What an `Api` puts around its routing.
///
/// Only the test client makes one. It holds its code behind a pointer, so that a program which is no test
/// does not contain it.
pub(crate) struct RouteObserver(Box<dyn Fn(Next, Arc<Router>) -> Next + Send + Sync>);

impl RouteObserver {
    /// `tell` is called with each request that reaches a route, before its caller is authenticated, and
    /// with the path of the route.
    pub(crate) fn new(tell: impl Fn(&Request, &str) + Send + Sync + 'static) -> Self {
        let tell: Arc<Tell> = Arc::new(tell);
        Self(Box::new(move |next, router| {
            let tell = Arc::clone(&tell);
            Next::new(Observed { next, router, tell })
        }))
    }

    pub(crate) fn around(&self, routing: Next, router: &Arc<Router>) -> Next {
        (self.0)(routing, Arc::clone(router))
    }
}

type Tell = dyn Fn(&Request, &str) + Send + Sync;

struct Observed {
    next: Next,
    router: Arc<Router>,
    tell: Arc<Tell>,
}

impl Handle for Observed {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        let found = self.router.find(request.method(), request.uri().path());
        // A mounted service has a path as well.
        if let Found::Endpoint { entry, .. } = found
            && let Origin::Route(_) = entry.origin
            && let Some(path) = entry.pattern.route()
        {
            (self.tell)(&request, path);
        }
        self.next.handle(request)
    }
}
