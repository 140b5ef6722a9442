//! The Runtime API, called by hand.

use super::{builder::Options, outcome::Outcome, *};
use lambda_api::event::Source;
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A Runtime API whose process is the test.
struct Fixture {
    shared: Arc<Shared>,
    port: u16,
}

type Result<T> = std::result::Result<T, std::io::Error>;

impl Fixture {
    async fn new(concurrency: u32) -> Self {
        let mut options = Options::new("/srv/app/hello".into());
        options.concurrency = concurrency;
        let shared = Arc::new(Shared::new(options));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let number = shared.update(|state| state.spawned(None, std::time::Instant::now()));
        tokio::spawn(server::serve(listener, shared.clone(), number));
        Self { shared, port }
    }

    /// Puts an invocation in the queue.
    fn invoke(&self, invoke: impl Into<Invoke>) -> oneshot::Receiver<Outcome> {
        let invoke = invoke.into();
        let (done, outcome) = oneshot::channel();
        self.shared.update(|state| {
            state.enqueue(|number| Job {
                number,
                id: invoke.id(number),
                invoke,
                taken: oneshot::channel().0,
                reader: None,
                done,
            });
        });
        outcome
    }

    /// The response to a call, head and body; `head` is request line and headers without their end.
    async fn call(&self, head: &str, body: &str) -> String {
        let length = body.len();
        let request = format!(
            "{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.send(&request).await.unwrap()
    }

    async fn send(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        Ok(response)
    }

    async fn next(&self) -> String {
        self.call(NEXT, "").await
    }

    fn rejected(&self) -> Vec<String> {
        self.shared.read(|state| state.rejected.clone())
    }
}

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1";

fn post(id: &str, what: &str) -> String {
    format!("POST /2018-06-01/runtime/invocation/{id}/{what} HTTP/1.1")
}

fn assert_status(response: &str, status: u16) {
    assert!(
        response.starts_with(&format!("HTTP/1.1 {status} ")),
        "expected {status}: {response}"
    );
}

#[tokio::test]
async fn an_invocation_gets_its_response() {
    let api = Fixture::new(1).await;
    let outcome = api.invoke(
        Invoke::new(json!({"n": 1}))
            .request_id("one")
            .header("lambda-runtime-aws-tenant-id", "blue"),
    );
    let event = api.next().await;
    assert_status(&event, 200);
    assert!(
        event.contains("\r\nlambda-runtime-aws-request-id: one\r\n"),
        "{event}"
    );
    assert!(
        event.contains("\r\nlambda-runtime-aws-tenant-id: blue\r\n"),
        "{event}"
    );
    assert!(
        event.contains("\r\nlambda-runtime-deadline-ms: "),
        "{event}"
    );
    assert!(event.ends_with("\r\n\r\n{\"n\":1}"), "{event}");
    let head = post("one", "response") + "\r\nlambda-runtime-invocation-id: invocation-1";
    assert_status(&api.call(&head, "{\"ok\":true}").await, 202);
    let response = outcome.await.unwrap().response();
    assert_eq!(response.request_id(), "one");
    assert_eq!(response.json(), json!({"ok": true}));
    assert!(!response.is_streamed());
    let cold_start = api.shared.read(|state| state.cold_start).unwrap();
    assert_eq!(cold_start.first_response, Some(response.took()));
    assert_eq!(api.rejected(), [""; 0]);
}

#[tokio::test]
async fn an_error_is_an_outcome() {
    let api = Fixture::new(1).await;
    let outcome = api.invoke(Invoke::new("{}").request_id("one"));
    api.next().await;
    let error = r#"{"errorType": "NotFound", "errorMessage": "no such order"}"#;
    assert_status(&api.call(&post("one", "error"), error).await, 202);
    let error = outcome.await.unwrap().error();
    assert_eq!(error.to_string(), "NotFound: no such order");
}

#[tokio::test]
async fn a_streamed_response_is_collected() {
    let api = Fixture::new(1).await;
    let outcome = api.invoke(Invoke::new("{}").request_id("one").response_stream());
    api.next().await;
    let head = post("one", "response");
    let streamed = format!(
        "{head}\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
         trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\
         Lambda-Runtime-Function-Response-Mode: streaming\r\n\r\n\
         12\r\n{{\"statusCode\":200}}\r\n8\r\n\0\0\0\0\0\0\0\0\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\
         Lambda-Runtime-Function-Error-Type: Broken\r\n\
         Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJwaXBlIn0=\r\n\r\n"
    );
    assert_status(&api.send(&streamed).await.unwrap(), 202);
    let response = outcome.await.unwrap().response();
    assert!(response.is_streamed());
    assert!(response.bytes().ends_with(b"\0onetwo"));
    let read = response.read(Source::FunctionUrl).unwrap_err();
    assert!(read.contains("ended early: Broken: pipe"), "{read}");
    assert_eq!(response.stream_error().unwrap().to_string(), "Broken: pipe");
}

#[tokio::test]
async fn an_invalid_runtime_call_is_rejected_and_recorded() {
    let api = Fixture::new(1).await;
    let mut outcome = api.invoke(Invoke::new("{}").request_id("one"));
    api.next().await;
    let other = post("one", "response") + "\r\nlambda-runtime-invocation-id: invocation-2";
    for (head, status) in [
        (other.as_str(), 410),
        (&post("two", "response"), 400),
        (&post("two", "error"), 400),
        (NEXT, 403),
        ("POST /2018-06-01/runtime/init/error HTTP/1.1", 403),
        ("POST /2018-06-01/runtime/invocation/next HTTP/1.1", 404),
        ("GET /2020-01-01/extension/event/next HTTP/1.1", 403),
    ] {
        assert_status(&api.call(head, "{}").await, status);
    }
    let rejected = api.rejected();
    assert_eq!(rejected.len(), 7, "{rejected:#?}");
    assert_eq!(
        rejected[1],
        "InvalidRequestID: there is no invocation \"two\" in flight"
    );
    assert!(outcome.try_recv().is_err(), "none of these was a response");
    assert_status(&api.call(&post("one", "response"), "{}").await, 202);
    // A second response is rejected.
    assert_status(&api.call(&post("one", "response"), "{}").await, 400);
}

#[tokio::test]
async fn a_response_is_as_large_as_lambda_takes_and_no_larger() {
    let api = Fixture::new(1).await;
    for (size, status) in [(6_291_556, 202), (6_291_557, 413)] {
        let outcome = api.invoke(Invoke::new("{}").request_id("one"));
        api.next().await;
        let response = api.call(&post("one", "response"), &"x".repeat(size)).await;
        assert_status(&response, status);
        match outcome.await.unwrap() {
            Outcome::Response(response) => {
                assert_eq!((response.bytes().len(), status), (size, 202));
            }
            other => assert_eq!(
                (other.error().error_type.as_str(), status),
                ("Function.ResponseSizeTooLarge", 413)
            ),
        }
    }
}

#[tokio::test]
async fn invocations_with_one_id_run_concurrently() {
    let api = Fixture::new(3).await;
    let outcomes = [1, 2, 3].map(|n| api.invoke(Invoke::new(json!(n)).request_id("same")));
    for _ in 0..3 {
        api.next().await;
    }
    assert_status(&api.next().await, 403);
    for n in [3, 1, 2] {
        let head =
            post("same", "response") + &format!("\r\nlambda-runtime-invocation-id: invocation-{n}");
        assert_status(&api.call(&head, &n.to_string()).await, 202);
    }
    for (n, outcome) in (1..).zip(outcomes) {
        assert_eq!(outcome.await.unwrap().response().json(), json!(n));
    }
}

#[tokio::test]
async fn a_process_is_ready_when_its_extensions_are() {
    let api = Fixture::new(1).await;
    let register = "POST /2020-01-01/extension/register HTTP/1.1\r\nlambda-extension-name: test";
    let rejected = api.call(register, r#"{"events": ["SHUTDOWN"]}"#).await;
    assert_status(&rejected, 403);
    assert!(
        rejected.contains("ShutdownEventNotSupportedForInternalExtension"),
        "{rejected}"
    );
    let registered = api.call(register, r#"{"events": ["INVOKE"]}"#).await;
    assert_status(&registered, 200);
    assert!(
        registered.contains("\r\nlambda-extension-identifier: 0\r\n"),
        "{registered}"
    );
    assert!(
        registered.contains(r#""functionName":"hello""#),
        "{registered}"
    );

    let outcome = api.invoke(Invoke::new("{}").request_id("one"));
    let mut event = std::pin::pin!(api.next());
    // The function asks first, and has to wait.
    let asked = api.shared.until(|state| {
        state
            .process(1)
            .is_some_and(|p| p.has_asked())
            .then_some(())
    });
    tokio::select! {
        response = &mut event => panic!("it was ready too early: {response}"),
        () = asked => {}
    }
    assert!(
        !api.shared
            .update(|state| state.process(1).unwrap().is_ready())
    );
    let next = "GET /2020-01-01/extension/event/next HTTP/1.1\r\nlambda-extension-identifier: 0";
    let (event, extension) = tokio::join!(event, api.call(next, ""));
    assert_status(&event, 200);
    assert_status(&extension, 200);
    assert!(extension.contains(r#""eventType":"INVOKE""#), "{extension}");
    assert!(extension.contains(r#""requestId":"one""#), "{extension}");
    assert_status(&api.call(register, r#"{"events": []}"#).await, 403);
    drop(outcome);
}

#[tokio::test]
async fn faults_happen_one_after_the_other_and_then_no_more() {
    let api = Fixture::new(1).await;
    api.shared.update(|state| {
        let gone = Fault::Status(http::StatusCode::INTERNAL_SERVER_ERROR);
        state.plan(Call::Next, Plan::Fault(gone));
        state.plan(Call::Next, Plan::Fault(Fault::Reset));
        state.plan(
            Call::Response,
            Plan::Fault(Fault::Status(http::StatusCode::GONE)),
        );
    });
    let outcome = api.invoke(Invoke::new("{}").request_id("one"));
    assert_status(&api.next().await, 500);
    let reset = api
        .send(&format!("{NEXT}\r\nhost: x\r\n\r\n"))
        .await
        .unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    assert_status(&api.next().await, 200);
    assert_status(&api.call(&post("one", "response"), "{}").await, 410);
    assert_status(&api.call(&post("one", "response"), "{}").await, 202);
    let _ = outcome.await.unwrap().response();
}

#[tokio::test]
async fn a_truncated_event_is_sent_again_to_a_single_runtime() {
    let api = Fixture::new(1).await;
    api.shared
        .update(|state| state.plan(Call::Next, Plan::Fault(Fault::Cut)));
    let outcome = api.invoke(Invoke::new("[1234567890]").request_id("one"));
    let cut = api.next().await;
    assert_status(&cut, 200);
    assert!(cut.contains("\r\ncontent-length: 12\r\n"), "{cut}");
    assert!(cut.ends_with("\r\n\r\n[12345"), "{cut}");
    let whole = api.next().await;
    assert!(whole.ends_with("\r\n\r\n[1234567890]"), "{whole}");
    assert!(
        whole.contains("lambda-runtime-aws-request-id: one"),
        "{whole}"
    );
    // And no third time.
    assert_status(&api.next().await, 403);
    assert_status(&api.call(&post("one", "response"), "{}").await, 202);
    let _ = outcome.await.unwrap().response();
}

#[tokio::test]
async fn a_truncated_event_fails_with_several_runtimes() {
    let api = Fixture::new(2).await;
    api.shared
        .update(|state| state.plan(Call::Next, Plan::Fault(Fault::Cut)));
    let outcome = api.invoke(Invoke::new("{}"));
    assert!(api.next().await.ends_with("\r\n\r\n{"));
    let error = outcome.await.unwrap().error();
    assert_eq!(error.error_type, "Runtime.Unknown");
}

#[tokio::test]
async fn corrupted_acknowledgements_keep_the_response() {
    let api = Fixture::new(1).await;
    for (fault, length, body) in [
        (Fault::Cut, 15, "{\"statu".to_owned()),
        (
            Fault::Huge(5000),
            5015,
            format!("{{\"status\":\"OK\"}}{}", " ".repeat(5000)),
        ),
    ] {
        let outcome = api.invoke(Invoke::new("{}").request_id("one"));
        api.next().await;
        api.shared
            .update(|state| state.plan(Call::Response, Plan::Fault(fault)));
        let response = api.call(&post("one", "response"), "{}").await;
        assert_status(&response, 202);
        assert!(
            response.contains(&format!("\r\ncontent-length: {length}\r\n")),
            "{response}"
        );
        assert!(response.ends_with(&format!("\r\n\r\n{body}")), "{response}");
        let _ = outcome.await.unwrap().response();
    }
}

#[tokio::test]
async fn a_response_can_come_too_late() {
    let api = Fixture::new(1).await;
    let late = Invoke::new("{}").request_id("one");
    for call in ["response", "error"] {
        let outcome = api.invoke(late.clone().timeout(Duration::from_secs(9)));
        api.next().await;
        let kind = if call == "error" {
            Call::Error
        } else {
            Call::Response
        };
        api.shared
            .update(|state| state.plan(kind, Plan::Fault(Fault::GivenUp)));
        assert_status(&api.call(&post("one", call), "{}").await, 410);
        assert!(matches!(
            outcome.await.unwrap(),
            Outcome::TimedOut(after) if after == Duration::from_secs(9)
        ));
    }
    assert_eq!(api.rejected(), [""; 0]);
}

#[tokio::test]
async fn among_several_one_that_takes_too_long_ends_alone() {
    let api = Fixture::new(2).await;
    let slow = Invoke::new("{}")
        .request_id("slow")
        .timeout(Duration::from_millis(1));
    let slow = api.invoke(slow);
    let other = api.invoke(Invoke::new("{}").request_id("other"));
    api.next().await;
    api.next().await;
    assert!(matches!(slow.await.unwrap(), Outcome::TimedOut(_)));
    assert_eq!(api.shared.read(|state| state.stop), None);
    // Its place is free, and its response is too late.
    let third = api.invoke(Invoke::new("{}").request_id("third"));
    assert_status(&api.next().await, 200);
    let late = api.call(&post("slow", "response"), "{}").await;
    assert_status(&late, 410);
    for id in ["other", "third"] {
        assert_status(&api.call(&post(id, "response"), "{}").await, 202);
    }
    let _ = (
        other.await.unwrap().response(),
        third.await.unwrap().response(),
    );
    assert_eq!(api.rejected(), [""; 0]);
}

#[tokio::test]
async fn a_poll_that_waits_meets_the_fault_as_well() {
    let api = Fixture::new(1).await;
    let mut waiting = std::pin::pin!(api.next());
    let asked = api.shared.until(|state| {
        state
            .process(1)
            .is_some_and(|p| p.has_asked())
            .then_some(())
    });
    tokio::select! {
        response = &mut waiting => panic!("there was nothing to respond to: {response}"),
        () = asked => {}
    }
    let fault = Fault::Status(http::StatusCode::SERVICE_UNAVAILABLE);
    api.shared
        .update(|state| state.plan(Call::Next, Plan::Fault(fault)));
    assert_status(&waiting.await, 503);
}

#[tokio::test]
async fn an_invocation_times_out() {
    let api = Fixture::new(1).await;
    let invoke = Invoke::new("{}")
        .request_id("one")
        .timeout(Duration::from_millis(1));
    let mut outcome = api.invoke(invoke);
    api.next().await;
    let stop = api.shared.until(|state| state.stop).await;
    assert_eq!(stop, Stop::Kill);
    // The outcome comes with the end of the process, and not before.
    assert!(outcome.try_recv().is_err());
    api.shared
        .update(|state| state.process_ended(Default::default(), false));
    match outcome.await.unwrap() {
        Outcome::TimedOut(after) => assert_eq!(after, Duration::from_millis(1)),
        other => panic!("expected a time-out, found {other}"),
    }
}

#[test]
fn its_futures_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    fn check(lambda: &FakeLambda, event: &EventBuilder) {
        assert_send(lambda);
        assert_send(&lambda.invoke("{}"));
        assert_send(&lambda.send(event));
        assert_send(&lambda.log(|_| true));
        assert_send(&lambda.terminate());
        assert_send(&lambda.restart());
        assert_send(&FakeLambda::start("x").try_start());
    }
    let _ = check;
}

#[tokio::test]
async fn a_response_of_the_other_mode_arrives_as_it_is() {
    let prelude = r#"{"statusCode":201}"#.to_owned() + "\0\0\0\0\0\0\0\0made";
    let buffered = r#"{"statusCode":201,"body":"made"}"#.to_owned();
    let streamed = "\r\nlambda-runtime-function-response-mode: streaming";
    for (invoke, header, body) in [
        (Invoke::new("{}"), streamed, &prelude),
        (Invoke::new("{}").response_stream(), "", &buffered),
    ] {
        let api = Fixture::new(1).await;
        let outcome = api.invoke(invoke.request_id("one"));
        api.next().await;
        assert_status(
            &api.call(&(post("one", "response") + header), body).await,
            202,
        );
        let response = outcome.await.unwrap().response();
        let url = response.http(Source::FunctionUrl);
        assert_eq!(url.status(), 200);
        assert_eq!(url.body(), body);
        assert!(response.read(Source::RestApi).is_err());
    }
}

#[tokio::test]
async fn the_limit_of_a_response_is_that_of_the_invocation() {
    let large = "x".repeat(20 << 20);
    for (invoke, status) in [
        (Invoke::new("{}"), 413),
        (Invoke::new("{}").response_stream(), 202),
    ] {
        let api = Fixture::new(1).await;
        let outcome = api.invoke(invoke.request_id("one"));
        api.next().await;
        let head = post("one", "response") + "\r\nlambda-runtime-function-response-mode: streaming";
        let (length, path) = (large.len(), ("127.0.0.1", api.port));
        let mut stream = TcpStream::connect(path).await.unwrap();
        let head = format!("{head}\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // Some runtimes write all before they read.
        stream.write_all(large.as_bytes()).await.unwrap();
        let mut response = [0; 12];
        stream.read_exact(&mut response).await.unwrap();
        assert_status(&format!("{} ", String::from_utf8_lossy(&response)), status);
        match (status, outcome.await.unwrap()) {
            (202, Outcome::Response(_)) => {}
            (_, outcome) => {
                let error = outcome.error();
                assert_eq!(error.error_type, "Function.ResponseSizeTooLarge");
            }
        }
    }
}
