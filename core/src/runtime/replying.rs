//! What becomes of a reply that Lambda does not get, and what is done when it has got one.

use super::log;
use crate::{App, BoxError, BoxFuture};
use http::{HeaderName, HeaderValue};
use lambda_http::lambda_runtime::LambdaInvocation;
use pin_project_lite::pin_project;
use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};
use tower::{Layer, Service};

static REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");

/// Keeps an invocation whose reply cannot be sent from ending more than itself, and names it. Does
/// what is to be done after a response: the runtime asks for the next event when this is through.
#[derive(Clone, Debug)]
pub(super) struct Replying {
    pub(super) app: App,
    /// Whether others are under way, which go on.
    pub(super) is_concurrent: bool,
    /// Set by each invocation that arrives.
    pub(super) arrived: Arc<AtomicBool>,
}

impl<S> Layer<S> for Replying {
    type Service = ReplyingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ReplyingService {
            inner,
            settings: self.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct ReplyingService<S> {
    inner: S,
    settings: Replying,
}

impl<S> Service<LambdaInvocation> for ReplyingService<S>
where
    S: Service<LambdaInvocation, Response = (), Error = BoxError>,
{
    type Response = ();
    type Error = BoxError;
    type Future = ReplyingFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        self.settings.arrived.store(true, Ordering::Relaxed);
        // No copy: the value shares the memory of the answer that it came in.
        let mut request_id = invocation.parts.headers.get(&REQUEST_ID).cloned();
        let hooks = self.settings.app.hooks();
        let after = hooks.responded(Some(invocation.context.deadline));
        let inner = log::during(&mut request_id, || self.inner.call(invocation));
        ReplyingFuture {
            inner,
            request_id,
            is_concurrent: self.settings.is_concurrent,
            after,
            sent: None,
        }
    }
}

pin_project! {
    pub(super) struct ReplyingFuture<F> {
        #[pin]
        inner: F,
        request_id: Option<HeaderValue>,
        is_concurrent: bool,
        // What is to be done after the response; it has not begun before.
        after: Option<BoxFuture<'static, ()>>,
        sent: Option<Result<(), BoxError>>,
    }
}

impl<F: Future<Output = Result<(), BoxError>>> Future for ReplyingFuture<F> {
    type Output = Result<(), BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.sent.is_none() {
            let sent = ready!(log::during(this.request_id, || this.inner.poll(cx)));
            let id = this.request_id.as_ref().and_then(|id| id.to_str().ok());
            *this.sent = Some(settled(sent, id, *this.is_concurrent));
        }
        if let Some(after) = this.after {
            ready!(log::during(this.request_id, || after.as_mut().poll(cx)));
        }
        Poll::Ready(this.sent.take().unwrap_or(Ok(())))
    }
}

/// What the runtime gets to know of a reply.
fn settled(
    sent: Result<(), BoxError>,
    id: Option<&str>,
    is_concurrent: bool,
) -> Result<(), BoxError> {
    let Err(error) = sent else {
        return Ok(());
    };
    if !is_concurrent {
        return Err(NotReplied(error).into());
    }
    // The error would end the worker of this invocation, of as many as Lambda counts on.
    let error = crate::error::Chain(&*error).to_string();
    tracing::error!(
        target: "lambda_api",
        requestId = id,
        error,
        "a reply could not be sent to Lambda"
    );
    Ok(())
}

/// A reply could not be sent to Lambda, or there is nobody to tell.
#[derive(Debug)]
pub(super) struct NotReplied(BoxError);

impl fmt::Display for NotReplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reply could not be sent to Lambda")
    }
}

impl Error for NotReplied {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::lambda_runtime;
    use std::future::ready;

    /// The outcome of an invocation whose reply cannot be sent, and what is logged meanwhile.
    fn failing(is_concurrent: bool) -> (Result<(), BoxError>, Vec<serde_json::Value>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let api = crate::Api::new().after_response(async || tracing::info!("flushed"));
        let app = runtime.unwrap().block_on(api.build()).unwrap();
        let settings = Replying {
            app,
            is_concurrent,
            arrived: Arc::default(),
        };
        let mut service = settings.layer(tower::service_fn(|_: LambdaInvocation| {
            tracing::warn!("called");
            ready(Err::<(), _>(BoxError::from("broken pipe")))
        }));
        let response = http::Response::builder()
            .header("lambda-runtime-aws-request-id", "one")
            .body(());
        let invocation = LambdaInvocation {
            parts: response.unwrap().into_parts().0,
            body: bytes::Bytes::new(),
            context: lambda_runtime::Context::default(),
        };
        let mut outcome = None;
        let records = log::capture(|| {
            let mut sent = Box::pin(service.call(invocation));
            let waker = std::task::Waker::noop();
            let Poll::Ready(result) = sent.as_mut().poll(&mut Context::from_waker(waker)) else {
                panic!("nothing to wait for");
            };
            outcome = Some(result);
            tracing::info!("after");
        });
        assert!(settings.arrived.load(Ordering::Relaxed));
        (outcome.unwrap(), records)
    }

    #[test]
    fn among_several_a_lost_reply_is_named_and_no_error() {
        let (outcome, records) = failing(true);
        outcome.unwrap();
        let told = |at: usize| (&records[at]["message"], &records[at]["requestId"]);
        assert_eq!(told(0).1, "one");
        assert_eq!(told(1).0, "a reply could not be sent to Lambda");
        assert_eq!(told(1).1, "one");
        assert_eq!(records[1]["error"], "broken pipe");
        assert_eq!((told(2).0, told(2).1), (&"flushed".into(), &"one".into()));
        assert_eq!(told(3).1, &serde_json::Value::Null);
    }

    #[test]
    fn alone_a_lost_reply_is_an_error_that_can_be_told_from_others() {
        let (outcome, records) = failing(false);
        assert!(outcome.unwrap_err().is::<NotReplied>());
        let messages: Vec<_> = records.iter().map(|record| &record["message"]).collect();
        assert_eq!(messages, ["called", "flushed", "after"]);
    }
}
