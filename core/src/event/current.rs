//! The invocation that the current task handles.

use crate::{Invocation, LambdaContext};
use std::future::Future;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: Invocation;
}

/// Runs work for an invocation, which is current whenever the work is polled.
pub(crate) fn scope<F: Future>(invocation: Invocation, work: F) -> TaskLocalFuture<Invocation, F> {
    CURRENT.scope(invocation, work)
}

/// Runs a part of the work for an invocation, which is current meanwhile.
pub(crate) fn sync_scope<T>(invocation: Invocation, part: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(invocation, part)
}

impl LambdaContext {
    /// Returns the context of the invocation that the current task handles, or `None` outside of
    /// one.
    ///
    /// For code that does not get the request: interceptors of SDK clients, propagators of traces.
    /// Unlike an environment variable, it also works with concurrent invocations. It is available
    /// in handlers, extractors, layers, guards, and while the body of a response is collected. It
    /// is not available after the response, nor in a spawned task or thread; pass the values that
    /// these need.
    ///
    /// An interceptor that sends the trace header with each call of an AWS SDK client, added with
    /// `Config::builder().interceptor(TraceHeader)`:
    ///
    /// ```
    /// # mod aws_sdk_dynamodb {
    /// #     pub mod error { pub use lambda_api::BoxError; }
    /// #     pub mod config {
    /// #         pub struct ConfigBag;
    /// #         pub struct RuntimeComponents;
    /// #         pub trait Intercept {
    /// #             fn name(&self) -> &'static str;
    /// #             fn modify_before_signing(
    /// #                 &self,
    /// #                 context: &mut interceptors::BeforeTransmitInterceptorContextMut<'_>,
    /// #                 components: &RuntimeComponents,
    /// #                 config: &mut ConfigBag,
    /// #             ) -> Result<(), lambda_api::BoxError>;
    /// #         }
    /// #         pub mod interceptors {
    /// #             pub struct BeforeTransmitInterceptorContextMut<'a>(&'a mut Request);
    /// #             impl BeforeTransmitInterceptorContextMut<'_> {
    /// #                 pub fn request_mut(&mut self) -> &mut Request { self.0 }
    /// #             }
    /// #             pub struct Request(Headers);
    /// #             impl Request { pub fn headers_mut(&mut self) -> &mut Headers { &mut self.0 } }
    /// #             pub struct Headers;
    /// #             impl Headers { pub fn insert(&mut self, _: &'static str, _: String) {} }
    /// #         }
    /// #     }
    /// # }
    /// use aws_sdk_dynamodb::{
    ///     config::{
    ///         ConfigBag, Intercept, RuntimeComponents,
    ///         interceptors::BeforeTransmitInterceptorContextMut,
    ///     },
    ///     error::BoxError,
    /// };
    /// use lambda_api::LambdaContext;
    ///
    /// #[derive(Debug)]
    /// struct TraceHeader;
    ///
    /// impl Intercept for TraceHeader {
    ///     fn name(&self) -> &'static str {
    ///         "TraceHeader"
    ///     }
    ///
    ///     fn modify_before_signing(
    ///         &self,
    ///         context: &mut BeforeTransmitInterceptorContextMut<'_>,
    ///         _: &RuntimeComponents,
    ///         _: &mut ConfigBag,
    ///     ) -> Result<(), BoxError> {
    ///         if let Some(id) = LambdaContext::current().and_then(|current| current.trace_id) {
    ///             context.request_mut().headers_mut().insert("x-amzn-trace-id", id);
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn current() -> Option<Self> {
        let context = CURRENT.try_with(|invocation| invocation.lambda().clone());
        context.ok()
    }
}
