//! A client for the Runtime API and the Extensions API.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.

use super::{
    connection::{CallError, Connection, Response},
    error_document::ErrorDocument,
    invoke::{Invoke, InvokeId},
};
use http::Uri;
use std::{
    fmt::{self, Write},
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, Sleep, sleep_until};

/// The status with which Lambda accepts a response.
const ACCEPTED: u16 = 202;

/// The time limit for calls to which Lambda responds immediately.
const PATIENCE: Duration = Duration::from_secs(2);

/// The maximum duration of an invocation.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The address of the APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    /// The prefix of every path. Some emulators have one.
    base: String,
}

/// A client with its own connection.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) connection: Connection,
    base: String,
    /// The request for the next event, which never changes.
    next: String,
    /// The head of any other request; the buffer is reused.
    pub(super) head: String,
    pub(super) timer: Timer,
}

/// The timer of all calls. Resetting it to a later time is nearly free, while a new timer would
/// wake the timer driver with a system call each time.
#[derive(Debug, Default)]
pub(super) struct Timer(Option<Pin<Box<Sleep>>>);

/// Error of `Client::next`.
#[derive(Debug)]
pub(super) enum NextError {
    Call(CallError),
    Status(u16),
    /// The event has no valid request id, so no response can be sent.
    NoRequestId,
}

/// The outcome of sending a response.
#[derive(Debug)]
pub(super) enum Delivery {
    /// Lambda accepted the response.
    Accepted,
    /// Lambda had already ended the invocation and responded to its caller.
    TooLate,
    /// Lambda rejected the response with this status.
    Rejected(u16),
    /// The client, or Lambda, has not read the response in time. What was sent is not a whole response.
    NotRead,
    /// It is unknown whether Lambda has the response.
    Lost(String),
}

impl Address {
    /// Returns the address from the environment.
    pub(super) fn here() -> Option<Self> {
        Self::parse(&std::env::var("AWS_LAMBDA_RUNTIME_API").ok()?)
    }

    /// Parses `host:port`. Emulators may add a path.
    pub(super) fn parse(api: &str) -> Option<Self> {
        let uri: Uri = match api.strip_prefix("http://") {
            Some(_) => api.parse(),
            None if api.contains("://") => return None,
            None => format!("http://{api}").parse(),
        }
        .ok()?;
        let host = uri.host()?;
        let port = uri.port_u16().unwrap_or(80);
        Some(Self {
            host: format!("{host}:{port}"),
            base: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl Client {
    pub(super) fn new(Address { host, base }: Address) -> Self {
        Self {
            next: format!(
                "GET {base}/2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {host}\r\n\r\n"
            ),
            connection: Connection::new(host),
            base,
            head: String::new(),
            timer: Timer::default(),
        }
    }

    /// Waits for the next event without a time limit: Lambda freezes the process meanwhile.
    pub(super) async fn next(&mut self) -> Result<Invoke, NextError> {
        let mut invoke = Invoke::default();
        let mut again = false;
        let response = loop {
            let header = &mut |name: &str, value: &[u8]| invoke.header(name, value);
            let call = self
                .connection
                .call([self.next.as_bytes(), b"", b""], header);
            match call.await {
                // The server closed an idle connection, so one retry is safe.
                Err(CallError::Stale) if !again => again = true,
                result => break result.map_err(NextError::Call)?,
            }
        };
        if response.status != 200 {
            return Err(NextError::Status(response.status));
        }
        if !invoke.has_valid_id() {
            return Err(NextError::NoRequestId);
        }
        invoke.context.request_id.clone_from(&invoke.id.request_id);
        invoke.context.received = Some(SystemTime::now());
        invoke.event = response.body;
        Ok(invoke)
    }

    /// Sends a response. If it does not arrive, it is sent once more.
    pub(super) async fn respond(
        &mut self,
        id: &InvokeId,
        deadline: Option<SystemTime>,
        response: &[u8],
    ) -> Delivery {
        self.address("response", id, "content-type: application/json\r\n");
        self.end_head(response.len());
        self.deliver(left(deadline), response).await
    }

    /// Reports an invocation error instead of a response.
    pub(super) async fn fail(
        &mut self,
        id: &InvokeId,
        deadline: Option<SystemTime>,
        error: &ErrorDocument<'_>,
    ) -> Delivery {
        let headers = format!("content-type: application/json\r\n{}", error.header());
        let body = error.body();
        self.address("error", id, &headers);
        self.end_head(body.len());
        self.deliver(left(deadline), body.as_bytes()).await
    }

    /// Writes the head of a response, but for its framing and the empty line. `headers` contains whole lines.
    pub(super) fn address(&mut self, call: &str, id: &InvokeId, headers: &str) {
        let (base, host) = (&self.base, self.connection.host());
        let request_id = &id.request_id;
        self.head.clear();
        let _ = write!(
            self.head,
            "POST {base}/2018-06-01/runtime/invocation/{request_id}/{call} HTTP/1.1\r\n\
             host: {host}\r\n{headers}"
        );
        if let Some(id) = &id.invocation_id {
            let _ = write!(self.head, "lambda-runtime-invocation-id: {id}\r\n");
        }
    }

    fn end_head(&mut self, length: usize) {
        let _ = write!(self.head, "content-length: {length}\r\n\r\n");
    }

    /// Sends the current head with a body; once more if that does not arrive.
    async fn deliver(&mut self, limit: Duration, body: &[u8]) -> Delivery {
        let body = [body, b""];
        let first = self.post(body, limit).await;
        Delivery::of_last(self.deliver_again(first, limit, body).await)
    }

    /// Sends the current head with a body once more if the first attempt has failed. Returns the status of the
    /// last attempt.
    pub(super) async fn deliver_again(
        &mut self,
        first: Result<u16, CallError>,
        limit: Duration,
        body: [&[u8]; 2],
    ) -> Result<u16, CallError> {
        match first {
            Ok(status) if status < 500 => Ok(status),
            first => {
                self.connection.close();
                match self.post(body, limit).await {
                    // The invocation is over: the first attempt had arrived.
                    Ok(400 | 403 | 404) if first.is_err() => Ok(ACCEPTED),
                    second => second,
                }
            }
        }
    }

    /// Reports to Lambda why the function failed to start.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>
    pub(super) async fn init_error(&mut self, error: &ErrorDocument<'_>) -> Result<u16, CallError> {
        self.once("/2018-06-01/runtime/init/error", error).await
    }

    /// Reports to Lambda why the function cannot continue after the restore of a snapshot.
    pub(super) async fn restore_error(
        &mut self,
        error: &ErrorDocument<'_>,
    ) -> Result<u16, CallError> {
        self.once("/2018-06-01/runtime/restore/error", error).await
    }

    async fn once(&mut self, path: &str, error: &ErrorDocument<'_>) -> Result<u16, CallError> {
        let body = error.body();
        let headers = format!("content-type: application/json\r\n{}", error.header());
        self.begin("POST", path, &headers, body.len());
        self.post([body.as_bytes(), b""], PATIENCE).await
    }

    /// Waits until a snapshot of the process is restored, without a time limit.
    pub(super) async fn restore_next(&mut self) -> Result<u16, CallError> {
        self.begin("GET", "/2018-06-01/runtime/restore/next", "", 0);
        let response = self.send(b"", &mut |_, _| {}).await?;
        // A connection does not survive a snapshot.
        self.connection.close();
        Ok(response.status)
    }

    /// Registers an extension without events and returns its identifier.
    pub(super) async fn register(&mut self, name: &str) -> Result<String, String> {
        let body = r#"{"events":[]}"#;
        let headers =
            format!("content-type: application/json\r\nlambda-extension-name: {name}\r\n");
        let path = "/2020-01-01/extension/register";
        self.begin("POST", path, &headers, body.len());
        let mut id = None;
        let mut header = |name: &str, value: &[u8]| {
            if name.eq_ignore_ascii_case("lambda-extension-identifier") {
                id = std::str::from_utf8(value).ok().map(str::to_owned);
            }
        };
        let response = self
            .send_within(PATIENCE, [body.as_bytes(), b""], &mut header)
            .await;
        let status = response.map_err(|error| error.to_string())?.status;
        if !(200..300).contains(&status) {
            return Err(format!("unexpected status {status}"));
        }
        id.ok_or_else(|| "the response has no extension identifier".to_owned())
    }

    /// Signals that an extension is ready, and waits for an event that never comes.
    pub(super) async fn extension_next(&mut self, id: &str) -> Result<u16, CallError> {
        let header = format!("lambda-extension-identifier: {id}\r\n");
        self.begin("GET", "/2020-01-01/extension/event/next", &header, 0);
        let response = self.send(b"", &mut |_, _| {}).await?;
        Ok(response.status)
    }

    /// Writes the head of a request. `headers` contains whole lines.
    fn begin(&mut self, method: &str, path: &str, headers: &str, length: usize) {
        let (base, host) = (&self.base, self.connection.host());
        self.head.clear();
        let _ = write!(
            self.head,
            "{method} {base}{path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {length}\r\n\r\n"
        );
    }

    /// Sends the current head with a body, with a time limit.
    pub(super) async fn post(
        &mut self,
        body: [&[u8]; 2],
        limit: Duration,
    ) -> Result<u16, CallError> {
        let response = self.send_within(limit, body, &mut |_, _| {}).await?;
        Ok(response.status)
    }

    async fn send_within(
        &mut self,
        limit: Duration,
        [body, end]: [&[u8]; 2],
        header: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<Response, CallError> {
        let parts = [self.head.as_bytes(), body, end];
        let call = self.connection.call(parts, header);
        self.timer.within(limit, call).await
    }

    /// Like `post`, without a time limit.
    async fn send(
        &mut self,
        body: &[u8],
        header: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<Response, CallError> {
        let parts = [self.head.as_bytes(), body, b""];
        self.connection.call(parts, header).await
    }
}

/// The time for sending a response: until the deadline, but not less than other calls have.
pub(super) fn left(deadline: Option<SystemTime>) -> Duration {
    let left = deadline.map_or(Some(LONGEST), |at| {
        at.duration_since(SystemTime::now()).ok()
    });
    left.unwrap_or_default().clamp(PATIENCE, LONGEST)
}

impl Timer {
    pub(super) async fn within<T>(
        &mut self,
        limit: Duration,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let at = Instant::now() + limit;
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(at)));
        timer.as_mut().reset(at);
        let mut call = pin!(call);
        poll_fn(|cx| {
            if let Poll::Ready(response) = call.as_mut().poll(cx) {
                return Poll::Ready(response);
            }
            timer.as_mut().poll(cx).map(|()| Err(CallError::Elapsed))
        })
        .await
    }
}

impl fmt::Display for NextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NextError::Call(error) => error.fmt(f),
            NextError::Status(status) => write!(f, "unexpected status {status}"),
            NextError::NoRequestId => f.write_str("the event has no valid request id"),
        }
    }
}

impl Delivery {
    /// The outcome of the last attempt to send a response.
    pub(super) fn of_last(attempt: Result<u16, CallError>) -> Self {
        match attempt {
            Ok(status @ 500..) => Delivery::Lost(format!("unexpected status {status}")),
            Ok(status) => Delivery::of(status),
            Err(error) => Delivery::Lost(error.to_string()),
        }
    }

    pub(super) fn of(status: u16) -> Self {
        match status {
            200..300 => Delivery::Accepted,
            410 => Delivery::TooLate,
            status => Delivery::Rejected(status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::connection::tests::server, *};

    #[test]
    fn the_address_may_have_a_scheme_and_a_path() {
        for (api, host, base) in [
            ("127.0.0.1:9001", "127.0.0.1:9001", ""),
            ("sandbox", "sandbox:80", ""),
            ("http://[::1]:9000/.rt/hello", "[::1]:9000", "/.rt/hello"),
            ("127.0.0.1:9000/hello/", "127.0.0.1:9000", "/hello"),
        ] {
            let (host, base) = (host.to_owned(), base.to_owned());
            assert_eq!(Address::parse(api), Some(Address { host, base }), "{api}");
        }
        for api in ["", "https://a", "a b", "a:b:c", "127.0.0.1:1\r\nx: y"] {
            assert_eq!(Address::parse(api), None, "{api:?}");
        }
    }

    fn client(host: &str) -> Client {
        Client::new(Address::parse(&format!("{host}/base")).unwrap())
    }

    const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

    #[tokio::test]
    async fn an_invocation_is_read_and_its_response_sent() {
        let event = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n\
            lambda-runtime-invocation-id: x-1\r\nlambda-runtime-deadline-ms: 1700000000000\r\n\
            lambda-runtime-invoked-function-arn: arn\r\nlambda-runtime-trace-id: Root=1\r\n\
            lambda-runtime-aws-tenant-id: blue\r\ncontent-length: 2\r\n\r\n{}";
        let (host, requests, _server) = server(&[&[event, ACCEPTED]]).await;
        let mut client = client(&host);
        let invoke = client.next().await.unwrap();
        let context = &invoke.context;
        assert_eq!(context.request_id, "id-1");
        assert_eq!(context.deadline_ms, Some(1_700_000_000_000));
        assert_eq!(context.function_arn.as_deref(), Some("arn"));
        assert_eq!(context.trace_id.as_deref(), Some("Root=1"));
        assert_eq!(context.tenant_id.as_deref(), Some("blue"));
        assert_eq!(
            (invoke.event.as_ref(), invoke.id.invocation_id.as_deref()),
            (&b"{}"[..], Some("x-1"))
        );
        let delivery = client.respond(&invoke.id, None, b"[1]").await;
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
        let requests = requests.lock().unwrap();
        assert!(
            requests[0].starts_with("GET /base/2018-06-01/runtime/invocation/next HTTP/1.1\r\n")
        );
        let response = &requests[1];
        let path = "POST /base/2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n";
        assert!(response.starts_with(path), "{response}");
        assert!(
            response.contains("\r\nlambda-runtime-invocation-id: x-1\r\n"),
            "{response}"
        );
        assert!(
            response.ends_with("\r\ncontent-length: 3\r\n\r\n[1]"),
            "{response}"
        );
    }

    #[tokio::test]
    async fn ids_that_do_not_fit_in_a_path_are_rejected() {
        for id in ["", "a b", "a/b", "..%2f", "é", "a?b", "a#b"] {
            let text = format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            let (host, _, _server) = server(&[&[text.leak()]]).await;
            let error = client(&host).next().await.unwrap_err();
            assert!(matches!(error, NextError::NoRequestId), "{id}: {error}");
        }
    }

    #[tokio::test]
    async fn received_bytes_are_not_lost() {
        let rejected = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        let failed = "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n";
        let large = "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n";
        let gone = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n";
        for (script, expected) in [
            // The first response was lost; the second says that the invocation is over.
            (&[&[""][..], &[rejected]][..], "Accepted"),
            (&[&[""], &[ACCEPTED]], "Accepted"),
            (&[&[""], &[gone]], "TooLate"),
            (&[&[""], &[large]], "Rejected(413)"),
            (&[&[failed], &[ACCEPTED]], "Accepted"),
            (&[&[failed], &[failed]], "Lost(\"unexpected status 500\")"),
            (&[&[rejected]], "Rejected(400)"),
            (&[&[gone]], "TooLate"),
        ] {
            let (host, requests, _server) = server(script).await;
            let mut client = client(&host);
            let delivery = client.respond(&InvokeId::default(), None, b"{}").await;
            assert_eq!(format!("{delivery:?}"), expected);
            let requests = requests.lock().unwrap();
            assert!(
                requests.windows(2).all(|pair| pair[0] == pair[1]),
                "{requests:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_but_next_is_waited_for_without_end() {
        // The server accepts connections but sends nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = client(&silent.local_addr().unwrap().to_string());
        let now = SystemTime::now();
        let minute = Duration::from_secs(60);
        for (deadline, least, most) in [
            (None, 2 * LONGEST, 2 * LONGEST + minute),
            (Some(now - minute), 2 * PATIENCE, minute),
            (Some(now + 2 * minute), 2 * minute, 5 * minute),
        ] {
            let started = Instant::now();
            let delivery = client.respond(&InvokeId::default(), deadline, b"{}").await;
            assert!(
                matches!(&delivery, Delivery::Lost(error) if error.contains("in time")),
                "{delivery:?}"
            );
            let elapsed = started.elapsed();
            assert!(
                (least..most).contains(&elapsed),
                "{deadline:?}: {elapsed:?}"
            );
        }
        let document = ErrorDocument::new("MainFailed", "no table");
        let error = client.init_error(&document).await.unwrap_err();
        assert!(matches!(error, CallError::Elapsed), "{error}");
        let error = client.restore_error(&document).await.unwrap_err();
        assert!(matches!(error, CallError::Elapsed), "{error}");
        assert!(client.register("x").await.is_err());
    }

    #[tokio::test]
    async fn an_init_error_has_its_type_and_message() {
        let (host, requests, _server) = server(&[&[ACCEPTED]]).await;
        let document = ErrorDocument::new("MainFailed", "no \"table\"\nis named");
        assert_eq!(client(&host).init_error(&document).await.unwrap(), 202);
        let requests = requests.lock().unwrap();
        let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /base/2018-06-01/runtime/init/error HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.contains("\r\nlambda-runtime-function-error-type: Runtime.MainFailed\r\n"),
            "{head}"
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["errorType"], "MainFailed");
        assert_eq!(body["errorMessage"], "no \"table\"\nis named");
    }

    #[tokio::test]
    async fn an_extension_is_registered_or_there_is_a_reason() {
        let id =
            "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: id-1\r\ncontent-length: 2\r\n\r\n{}";
        let (host, requests, _server) = server(&[&[id]]).await;
        assert_eq!(client(&host).register("x").await.as_deref(), Ok("id-1"));
        let request = requests.lock().unwrap()[0].clone();
        assert!(
            request.contains("\r\nlambda-extension-name: x\r\n"),
            "{request}"
        );
        assert!(request.ends_with("\r\n\r\n{\"events\":[]}"), "{request}");
        for (response, reason) in [
            (
                "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
                "unexpected status 404",
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                "the response has no extension identifier",
            ),
        ] {
            let (host, _, _server) = server(&[&[response]]).await;
            assert_eq!(client(&host).register("x").await, Err(reason.to_owned()));
        }
    }
}
