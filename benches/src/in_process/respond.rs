//! Handling an event with each kind of handler.

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

/// An API that handles an event.
pub(crate) trait Respond {
    fn respond(&self, event: Bytes, context: &Context) -> impl Future<Output = Vec<u8>>;
}

/// An API that handles the same event repeatedly.
pub trait Repeat {
    /// Handles the event `n` times and returns the last response.
    fn repeat(&self, runtime: &Runtime, event: &Bytes, context: &Context, n: usize) -> Vec<u8>;
}

impl<A: Respond> Repeat for A {
    fn repeat(&self, runtime: &Runtime, event: &Bytes, context: &Context, n: usize) -> Vec<u8> {
        runtime.block_on(async {
            let mut response = Vec::new();
            for _ in 0..n {
                response = black_box(self.respond(event.clone(), context).await);
            }
            response
        })
    }
}

pub(crate) struct Limit;

impl Respond for Limit {
    async fn respond(&self, event: Bytes, _: &Context) -> Vec<u8> {
        apis::limit::respond(&event)
    }
}

pub(crate) struct Ours(pub(crate) Arc<App>);

impl Respond for Ours {
    // As in lambda-api's own loop, `core/src/runtime/poller.rs`: the event is parsed in the receive
    // buffer, and the response is sent without a copy.
    async fn respond(&self, event: Bytes, lambda: &Context) -> Vec<u8> {
        let response = self.0.handle_event(event, context(lambda)).await;
        response.expect("an HTTP event")
    }
}

/// The context that lambda-api's loop reads from headers.
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

impl<S, R> Respond for OnLambdaHttp<S>
where
    S: Service<Request, Response = R> + Clone,
    S::Future: Send + 'static,
    S::Error: Debug,
    R: IntoResponse + 'static,
{
    async fn respond(&self, event: Bytes, context: &Context) -> Vec<u8> {
        let payload: LambdaRequest = read(&event);
        let event = LambdaEvent::new(payload, context.clone());
        let mut adapter = Adapter::from(self.0.clone());
        let ready = ServiceExt::<LambdaEvent<LambdaRequest>>::ready(&mut adapter).await;
        let response = ready.expect("a ready service").call(event).await;
        serde_json::to_vec(&response.expect("a response")).expect("a response is JSON")
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

impl<F, E, Fut, R> Respond for OnRuntime<F, E>
where
    F: Fn(LambdaEvent<E>) -> Fut,
    E: DeserializeOwned,
    Fut: Future<Output = Result<R, Error>>,
    R: Serialize,
{
    async fn respond(&self, event: Bytes, context: &Context) -> Vec<u8> {
        let event = LambdaEvent::new(read(&event), context.clone());
        let response = (self.0)(event).await.expect("a response");
        serde_json::to_vec(&response).expect("a response is JSON")
    }
}
