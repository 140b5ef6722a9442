//! One event answered, by each kind of handler.

use super::read;
use crate::apis;
use bytes::Bytes;
use lambda_api::{App, LambdaContext};
use lambda_http::{
    Adapter, IntoResponse, Request, Service, request::LambdaRequest, tower::ServiceExt,
};
use lambda_runtime::{Context, Error, LambdaEvent};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fmt::Debug, future::Future, hint::black_box, marker::PhantomData, sync::Arc, time::SystemTime,
};
use tokio::runtime::Runtime;

/// An API that answers an event.
pub(crate) trait Answer {
    fn answer(&self, event: Bytes, context: &Context) -> impl Future<Output = Vec<u8>>;
}

/// An API that answers one event many times.
pub trait Repeat {
    /// Answers it `n` times; the last reply.
    fn repeat(&self, runtime: &Runtime, event: &Bytes, context: &Context, n: usize) -> Vec<u8>;
}

impl<A: Answer> Repeat for A {
    fn repeat(&self, runtime: &Runtime, event: &Bytes, context: &Context, n: usize) -> Vec<u8> {
        runtime.block_on(async {
            let mut reply = Vec::new();
            for _ in 0..n {
                reply = black_box(self.answer(event.clone(), context).await);
            }
            reply
        })
    }
}

pub(crate) struct Limit;

impl Answer for Limit {
    async fn answer(&self, event: Bytes, _: &Context) -> Vec<u8> {
        apis::limit::answer(&event)
    }
}

pub(crate) struct Ours(pub(crate) Arc<App>);

impl Answer for Ours {
    // As lambda-api's own loop does it, `core/src/runtime/poller.rs`: the event is read where it was
    // received, and the response is sent as it was written.
    async fn answer(&self, event: Bytes, lambda: &Context) -> Vec<u8> {
        let reply = self.0.handle_event(event, context(lambda)).await;
        reply.expect("an HTTP event")
    }
}

/// As lambda-api's loop reads it from headers.
fn context(context: &Context) -> LambdaContext {
    let mut own = LambdaContext::default();
    own.request_id.clone_from(&context.request_id);
    own.deadline_ms = Some(context.deadline);
    own.function_arn = Some(context.invoked_function_arn.clone()).filter(|arn| !arn.is_empty());
    own.trace_id.clone_from(&context.xray_trace_id);
    own.tenant_id.clone_from(&context.tenant_id);
    own.received = Some(SystemTime::now());
    own
}

/// A service on lambda_http.
pub(crate) struct OnLambdaHttp<S>(pub(crate) S);

impl<S, R> Answer for OnLambdaHttp<S>
where
    S: Service<Request, Response = R> + Clone,
    S::Future: Send + 'static,
    S::Error: Debug,
    R: IntoResponse + 'static,
{
    async fn answer(&self, event: Bytes, context: &Context) -> Vec<u8> {
        let payload: LambdaRequest = read(&event);
        let event = LambdaEvent::new(payload, context.clone());
        let mut adapter = Adapter::from(self.0.clone());
        let ready = ServiceExt::<LambdaEvent<LambdaRequest>>::ready(&mut adapter).await;
        let reply = ready.expect("a ready service").call(event).await;
        serde_json::to_vec(&reply.expect("a reply")).expect("a reply is JSON")
    }
}

/// A bare handler on lambda_runtime.
pub(crate) struct OnRuntime<F, E>(F, PhantomData<E>);

impl<F, E> OnRuntime<F, E> {
    pub(crate) fn new<Fut>(handler: F) -> Self
    where
        F: Fn(LambdaEvent<E>) -> Fut,
    {
        Self(handler, PhantomData)
    }
}

impl<F, E, Fut, R> Answer for OnRuntime<F, E>
where
    F: Fn(LambdaEvent<E>) -> Fut,
    E: DeserializeOwned,
    Fut: Future<Output = Result<R, Error>>,
    R: Serialize,
{
    async fn answer(&self, event: Bytes, context: &Context) -> Vec<u8> {
        let event = LambdaEvent::new(read(&event), context.clone());
        let reply = (self.0)(event).await.expect("a reply");
        serde_json::to_vec(&reply).expect("a reply is JSON")
    }
}
