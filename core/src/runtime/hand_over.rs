//! The event on its way past the runtime's own services.
//!
//! Those read every event with `serde`, and what they hand out cannot share the memory that the
//! event came in. So a layer around them puts the bytes aside, and the type that they read the
//! event as takes them from there, without reading anything. Connection, errors and panics stay
//! the runtime's business.

use bytes::Bytes;
use lambda_http::lambda_runtime::LambdaInvocation;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::{
    cell::Cell,
    task::{Context, Poll},
};
use tower::{Layer, Service};
use tracing::level_filters::LevelFilter;

thread_local! {
    /// The event that is being handed over on this thread. It is here no longer than one call of
    /// the inner service takes, and nothing waits during a call: so no two invocations can meet,
    /// however many of them the threads have under way.
    static EVENT: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// An event as Lambda sent it, in the memory that it came in.
#[derive(Debug)]
pub(super) struct Event(pub(super) Bytes);

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match EVENT.take() {
            Some(event) => Ok(Self(event)),
            // Should the runtime ever read events elsewhere than in its `call`: what it reads there
            // is the same event, only that it has to be copied.
            None => {
                let event = Box::<RawValue>::deserialize(deserializer)?;
                Ok(Self(String::from(Box::<str>::from(event)).into()))
            }
        }
    }
}

/// Puts each event aside for [`Event`].
#[derive(Clone, Copy, Debug)]
pub(super) struct HandOver;

impl<S> Layer<S> for HandOver {
    type Service = HandingOver<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HandingOver { inner }
    }
}

#[derive(Clone, Debug)]
pub(super) struct HandingOver<S> {
    inner: S,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for HandingOver<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        // An event that nobody took must not be there for the next invocation, not even after a
        // panic.
        struct Clear;
        impl Drop for Clear {
            fn drop(&mut self) {
                EVENT.set(None);
            }
        }
        let _clear = Clear;
        // The same memory, not a copy: the runtime's own reference to it ends with this call.
        EVENT.set(Some(invocation.body.clone()));
        // At level TRACE the runtime shows the event that it has, with credentials, cookies and body,
        // and gives up on what is no text. So where anybody listens at that level, whatever the
        // subscriber is and however it filters, there is nothing to see.
        if LevelFilter::current() == LevelFilter::TRACE {
            invocation.body = Bytes::from_static(b"null");
        }
        self.inner.call(invocation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::lambda_runtime;
    use std::{
        convert::Infallible,
        future::{Ready, ready},
        panic::{AssertUnwindSafe, catch_unwind},
    };

    /// What stands in for the runtime's services: reads the event in its `call`, as they do, unless
    /// the event's text tells it to do something else.
    #[derive(Clone)]
    struct Runtime;

    impl Service<LambdaInvocation> for Runtime {
        type Response = Option<Bytes>;
        type Error = Infallible;
        type Future = Ready<Result<Option<Bytes>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
            match invocation.context.request_id.as_str() {
                "\"refused\"" => return ready(Ok(None)),
                "\"panics\"" => panic!("on purpose"),
                _ => {}
            }
            ready(Ok(Some(read(&invocation.body))))
        }
    }

    /// As `lambda_runtime` reads an event, which is without a look at what may follow it.
    fn read(body: &[u8]) -> Bytes {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let event: Event = serde_path_to_error::deserialize(&mut reader).expect("an event");
        event.0
    }

    fn invocation(event: &Bytes) -> LambdaInvocation {
        let mut context = lambda_runtime::Context::default();
        // For the stand-in, which may be given nothing else to see.
        context.request_id = String::from_utf8_lossy(event).into_owned();
        LambdaInvocation {
            parts: http::Response::new(()).into_parts().0,
            body: event.clone(),
            context,
        }
    }

    fn call(service: &mut HandingOver<Runtime>, event: &Bytes) -> Option<Bytes> {
        let Ok(taken) = service.call(invocation(event)).into_inner();
        taken
    }

    #[test]
    fn an_event_is_handed_over_without_being_read_or_copied() {
        let event = Bytes::from(String::from("null"));
        let taken = call(&mut HandOver.layer(Runtime), &event).expect("an event");
        assert_eq!((taken.as_ptr(), taken.len()), (event.as_ptr(), event.len()));
    }

    #[test]
    fn without_the_layer_an_event_is_read_from_what_the_runtime_reads() {
        assert_eq!(read(br#" {"a": 1} "#), r#"{"a": 1}"#);
    }

    #[test]
    fn no_subscriber_sees_an_event_in_the_runtime() {
        let shown = tower::service_fn(|invocation: LambdaInvocation| {
            tracing::trace!(body = ?invocation.body, "raw JSON event received from Lambda");
            ready(Ok::<_, Infallible>(read(&invocation.body)))
        });
        let event = Bytes::from_static(br#"{"headers": {"authorization": "open-sesame"}}"#);
        let mut taken = None;
        let records = crate::runtime::log::capture(|| {
            taken = Some(HandOver.layer(shown).call(invocation(&event)).into_inner());
        });
        assert_eq!(taken, Some(Ok(event)));
        assert_eq!(records[0]["body"], "b\"null\"");
    }

    #[test]
    fn an_event_that_is_refused_is_not_left_for_another() {
        let mut service = HandOver.layer(Runtime);
        assert_eq!(
            call(&mut service, &Bytes::from_static(b"\"refused\"")),
            None
        );
        assert_eq!(EVENT.take(), None);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            call(&mut service, &Bytes::from_static(b"\"panics\""))
        }));
        assert!(panicked.is_err());
        assert_eq!(EVENT.take(), None);
        assert_eq!(read(b"1"), "1");
    }

    #[test]
    fn events_of_many_invocations_at_once_are_never_mixed_up() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .build()
            .unwrap();
        runtime.block_on(async {
            let workers: Vec<_> = (0..64_u32)
                .map(|worker| {
                    // Each worker of the runtime has a clone of its own.
                    let mut service = HandOver.layer(Runtime);
                    tokio::spawn(async move {
                        for turn in 0..500_u32 {
                            // Some are refused, so that what was put aside is not taken.
                            if (worker + turn) % 3 == 0 {
                                let refused = Bytes::from_static(b"\"refused\"");
                                assert_eq!(service.call(invocation(&refused)).await, Ok(None));
                            }
                            let event = Bytes::from(format!("[{worker},{turn}]"));
                            let future = service.call(invocation(&event));
                            // Others have their turn on this thread before the handler goes on.
                            tokio::task::yield_now().await;
                            assert_eq!(future.await, Ok(Some(event)));
                        }
                    })
                })
                .collect();
            for worker in workers {
                worker.await.expect("no event of another invocation");
            }
        });
    }
}
