//! One GET over HTTP/1.1, with a limit on everything.

use super::{
    Location,
    connect::{self, Stream},
    discovery,
    failure::Failure,
    tls,
    url::Url,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, HOST, USER_AGENT},
};
use http_body_util::{BodyExt, Empty};
use hyper::{
    body::{Body as _, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How much a document may have.
pub(super) const MAX_BODY: usize = 150 * 1024;

/// How much the head of an answer may have; also what is read at once.
const MAX_HEAD: usize = 32 * 1024;

/// Fetches documents.
#[derive(Clone)]
pub(super) struct Fetcher {
    /// How long everything takes that is needed for one document: discovery and a retry, too.
    pub(super) limit: Duration,
    /// How long one address may take for a connection. Being shorter, it leaves time to retry.
    pub(super) connect: Duration,
    /// Other certificates than those of the public web.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

impl Default for Fetcher {
    fn default() -> Self {
        Self {
            limit: Duration::from_secs(3),
            connect: Duration::from_secs(1),
            tls: None,
        }
    }
}

impl Fetcher {
    /// The document at a location.
    pub(super) async fn fetch(&self, location: &Location) -> Result<Vec<u8>, Failure> {
        let fetch = async {
            match location {
                Location::Url(url) => self.get(url).await,
                Location::Discovery { issuer, url } => {
                    let metadata = url.metadata().map_err(Failure::Discovery)?;
                    let metadata = self.get(&metadata).await?;
                    let keys = discovery::jwks_uri(&metadata, issuer, url)?;
                    self.get(&keys).await
                }
            }
        };
        timeout(self.limit, fetch)
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    /// Tries a second time when the connection failed: it may have been frozen half-way.
    async fn get(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        match self.get_once(url).await {
            Err(failure) if failure.is_of_connection() => self.get_once(url).await,
            other => other,
        }
    }

    async fn get_once(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        let stream = connect::tcp(url, self.connect).await?;
        let stream: Box<dyn Stream> = if url.is_plain() {
            Box::new(stream)
        } else {
            let config = match &self.tls {
                Some(config) => Arc::clone(config),
                None => tls::public()?,
            };
            Box::new(connect::tls(url, config, stream).await?)
        };
        exchange(stream, request(url)?).await
    }
}

fn request(url: &Url) -> Result<Request<Empty<Bytes>>, Failure> {
    let host = HeaderValue::from_str(url.authority()).map_err(|_| Failure::NotHttp)?;
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = url.path().clone().into();
    let agent = concat!("lambda-api/", env!("CARGO_PKG_VERSION"));
    request.headers_mut().extend([
        (HOST, host),
        (USER_AGENT, HeaderValue::from_static(agent)),
        (ACCEPT, HeaderValue::from_static("*/*")),
        (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        (CONNECTION, HeaderValue::from_static("close")),
    ]);
    Ok(request)
}

/// Sends a request over a connection of its own.
async fn exchange(
    stream: Box<dyn Stream>,
    request: Request<Empty<Bytes>>,
) -> Result<Vec<u8>, Failure> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await?;
    let mut answer = pin!(async move { read(sender.send_request(request).await?).await });
    // Who drops this future drops the connection with it: no task of its own stays behind.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // What has arrived before the end is still to be read. An error arrives there, too.
        _ = connection => answer.await,
    }
}

async fn read(response: Response<Incoming>) -> Result<Vec<u8>, Failure> {
    if response.status() != StatusCode::OK {
        return Err(Failure::Status(response.status()));
    }
    if is_encoded(response.headers()) {
        return Err(Failure::Encoded);
    }
    let mut body = response.into_body();
    let hint = body.size_hint();
    let announced = hint.exact().map_or(Ok(0), usize::try_from);
    let mut content = match announced {
        Ok(length) if length <= MAX_BODY => Vec::with_capacity(length),
        _ => return Err(Failure::TooLarge),
    };
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            if data.len() > MAX_BODY.saturating_sub(content.len()) {
                return Err(Failure::TooLarge);
            }
            content.extend_from_slice(data);
        }
    }
    Ok(content)
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::{Fetcher, MAX_BODY};
    use crate::auth::keys::{
        Location, Url,
        failure::Failure,
        testing::{Certificate, Reply, Server, body, status},
        tls,
    };
    use http::StatusCode;
    use std::{io, sync::Arc, time::Duration};

    /// Long enough that a busy machine is not taken for a slow server.
    const PATIENT: Duration = Duration::from_secs(60);

    fn patient() -> Fetcher {
        Fetcher {
            limit: PATIENT,
            connect: PATIENT,
            tls: None,
        }
    }

    fn at(url: &str) -> Location {
        Location::Url(Url::parse_loopback_allowed(url).unwrap())
    }

    async fn fetched(server: &Server) -> Result<Vec<u8>, Failure> {
        patient().fetch(&at(&server.url("/keys"))).await
    }

    fn chunked(content: &str) -> Vec<u8> {
        let body = format!("{:x}\r\n{content}\r\n0\r\n\r\n", content.len());
        status("200 OK", "transfer-encoding: chunked", &body)
    }

    #[tokio::test]
    async fn a_request_asks_for_a_plain_answer() {
        let server = Server::start(|_, _| Reply::Send(body("keys")));
        let location = at(&server.url("/a/keys?set=1"));
        assert_eq!(patient().fetch(&location).await, Ok(b"keys".to_vec()));
        let heads = server.heads();
        let [head] = heads.as_slice() else {
            panic!("there was more than one request: {heads:?}");
        };
        assert!(head.starts_with("get /a/keys?set=1 http/1.1\r\n"), "{head}");
        for header in [
            &format!("host: 127.0.0.1:{}", server.port()),
            "accept: */*",
            "accept-encoding: identity",
            "connection: close",
        ] {
            assert!(head.contains(&format!("\r\n{header}\r\n")), "{head}");
        }
    }

    #[tokio::test]
    async fn a_document_is_taken_up_to_its_limit() {
        let largest = "k".repeat(MAX_BODY);
        for (answer, expected) in [
            (body(&largest), &*largest),
            (chunked(&largest), &*largest),
            (status("200 OK", "connection: close", &largest), &*largest),
            (body(""), ""),
        ] {
            let server = Server::start(move |_, _| Reply::Send(answer.clone()));
            let document = fetched(&server).await.unwrap();
            // Not `assert_eq`, which would print all of it.
            assert!(document == expected.as_bytes(), "{}", document.len());
        }
    }

    #[tokio::test]
    async fn a_larger_document_is_refused_as_soon_as_that_is_known() {
        let larger = "k".repeat(MAX_BODY + 1);
        for answer in [chunked(&larger), status("200 OK", "x: y", &larger)] {
            let server = Server::start(move |_, _| Reply::Send(answer.clone()));
            assert_eq!(fetched(&server).await, Err(Failure::TooLarge));
            assert_eq!(server.requests(), 1);
        }
        // Announced: nothing of it is waited for.
        for length in ["153601", "18446744073709551610"] {
            let head = status("200 OK", &format!("content-length: {length}"), "");
            let server = Server::start(move |_, _| Reply::Stall(head.clone()));
            assert_eq!(fetched(&server).await, Err(Failure::TooLarge));
            server.wait_for_left(1).await;
        }
    }

    #[tokio::test]
    async fn an_endless_document_is_cut_off() {
        let chunk = b"10\r\n                \r\n";
        for (head, line) in [
            ("transfer-encoding: chunked", chunk.as_slice()),
            ("connection: close", b"                "),
        ] {
            let head = status("200 OK", head, "");
            let server = Server::start(move |_, _| Reply::Endless(head.clone(), line));
            assert_eq!(fetched(&server).await, Err(Failure::TooLarge));
            server.wait_for_left(1).await;
            // What the sockets hold is sent, too.
            assert!(server.sent() < 16 * 1024 * 1024, "{}", server.sent());
        }
    }

    #[tokio::test]
    async fn an_endless_head_is_cut_off() {
        for (start, line) in [
            (
                "HTTP/1.1 200 OK\r\n",
                b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".as_slice(),
            ),
            ("HTTP/1.1 200 OK\r\nx: ", b"yyyyyyyyyyyyyyyy"),
        ] {
            let server = Server::start(move |_, _| Reply::Endless(start.into(), line));
            assert_eq!(fetched(&server).await, Err(Failure::NotHttp));
            server.wait_for_left(1).await;
        }
    }

    #[tokio::test]
    async fn only_the_status_200_is_taken_and_no_redirect_followed() {
        for (line, headers) in [
            ("201 Created", "content-length: 4"),
            ("203 Other", "content-length: 4"),
            ("206 Partial", "content-length: 4"),
            ("301 Moved", "location: /other\r\ncontent-length: 4"),
            (
                "302 Found",
                "location: https://example.com/\r\ncontent-length: 4",
            ),
            ("304 Not Modified", "etag: \"1\""),
            ("307 Other", "location: /keys\r\ncontent-length: 4"),
            ("403 Forbidden", "content-length: 4"),
            ("500 Broken", "content-length: 4"),
            ("503 Later", "content-length: 4\r\nretry-after: 1"),
        ] {
            let answer = status(line, headers, "keys");
            let server = Server::start(move |_, _| Reply::Send(answer.clone()));
            let code = StatusCode::from_bytes(&line.as_bytes()[..3]).unwrap();
            assert_eq!(fetched(&server).await, Err(Failure::Status(code)));
            assert_eq!(server.requests(), 1, "{line}");
        }
    }

    #[tokio::test]
    async fn a_compressed_document_is_refused() {
        for (encoding, expected) in [
            ("gzip", Err(Failure::Encoded)),
            ("identity, br", Err(Failure::Encoded)),
            ("Identity", Ok(b"keys".to_vec())),
        ] {
            let headers = format!("content-encoding: {encoding}\r\ncontent-length: 4");
            let answer = status("200 OK", &headers, "keys");
            let server = Server::start(move |_, _| Reply::Send(answer.clone()));
            assert_eq!(fetched(&server).await, expected, "{encoding}");
        }
    }

    #[tokio::test]
    async fn what_is_not_http_is_refused() {
        for garbage in [
            "SSH-2.0-server\r\n",
            "HTTP/0.9 200 OK\r\n\r\n",
            "HTTP/2 200 OK\r\n\r\n",
            "\0\u{1}\u{2}\u{3}",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nkeys",
        ] {
            let server = Server::start(|_, _| Reply::Send(garbage.into()));
            assert_eq!(fetched(&server).await, Err(Failure::NotHttp), "{garbage:?}");
        }
    }

    #[tokio::test]
    async fn a_broken_connection_is_tried_once_more() {
        let cut = status("200 OK", "content-length: 10", "keys");
        for broken in [Vec::new(), b"HTTP/1.1 200".to_vec(), cut] {
            let first = broken.clone();
            let server = Server::start(move |number, _| match number {
                1 => Reply::Send(first.clone()),
                _ => Reply::Send(body("keys")),
            });
            assert_eq!(fetched(&server).await, Ok(b"keys".to_vec()));
            assert_eq!(server.requests(), 2);

            let server = Server::start(move |_, _| Reply::Send(broken.clone()));
            let failure = fetched(&server).await.unwrap_err();
            assert!(matches!(failure, Failure::Connection(_)), "{failure}");
            assert_eq!(server.requests(), 2);
        }
    }

    #[tokio::test]
    async fn a_host_that_takes_no_connection_is_named_as_the_cause() {
        let server = Server::down(|_, _| Reply::Send(body("keys")));
        let refused = Failure::Connect(io::ErrorKind::ConnectionRefused);
        assert_eq!(fetched(&server).await, Err(refused));
    }

    #[tokio::test]
    async fn a_fetch_ends_at_its_limit_wherever_it_is() {
        let head = status("200 OK", "content-length: 10", "");
        for stalled in [
            Vec::new(),
            b"HTTP/1.1 ".to_vec(),
            head.clone(),
            [head, b"keys".to_vec()].concat(),
        ] {
            let server = Server::start(move |_, _| Reply::Stall(stalled.clone()));
            let fetcher = Fetcher {
                limit: Duration::from_millis(50),
                ..patient()
            };
            let outcome = fetcher.fetch(&at(&server.url("/"))).await;
            assert_eq!(outcome, Err(Failure::TimedOut));
            // A connection that the limit found before it was made has sent no request.
            if server.requests() > 0 {
                server.wait_for_left(1).await;
            }
        }
    }

    #[tokio::test]
    async fn https_takes_a_certificate_for_the_very_host() {
        let certificate = Certificate::new("127.0.0.1", 2999);
        let roots = certificate.trusted();
        let server = Server::tls(certificate, |_, _| Reply::Send(body("keys")));
        let fetcher = Fetcher {
            tls: Some(Arc::new(tls::config(roots).unwrap())),
            ..patient()
        };
        let location = at(&server.url("/keys"));
        assert_eq!(fetcher.fetch(&location).await, Ok(b"keys".to_vec()));
        // The same host by a name that the certificate does not have.
        let location = at(&server.url("/keys").replace("127.0.0.1", "localhost"));
        let refused = Failure::Certificate("it is for another name");
        assert_eq!(fetcher.fetch(&location).await, Err(refused));
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test]
    async fn https_refuses_certificates_that_nobody_trusts() {
        let server = Server::tls(Certificate::new("127.0.0.1", 2999), |_, _| {
            Reply::Send(body("keys"))
        });
        let refused = Failure::Certificate("nobody who is trusted has issued it");
        assert_eq!(fetched(&server).await, Err(refused));

        let expired = Certificate::new("127.0.0.1", 2020);
        let roots = expired.trusted();
        let expired = Server::tls(expired, |_, _| Reply::Send(body("keys")));
        let fetcher = Fetcher {
            tls: Some(Arc::new(tls::config(roots).unwrap())),
            ..patient()
        };
        let outcome = fetcher.fetch(&at(&expired.url("/keys"))).await;
        assert_eq!(outcome, Err(Failure::Certificate("it has expired")));
        for server in [server, expired] {
            assert_eq!((server.connections(), server.requests()), (1, 0));
        }
    }

    #[tokio::test]
    async fn https_is_not_spoken_with_a_server_of_http() {
        let server = Server::deaf(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let url = server.url("/keys").replace("http://", "https://");
        let outcome = patient().fetch(&at(&url)).await;
        assert_eq!(outcome, Err(Failure::Tls));
        assert_eq!((server.connections(), server.requests()), (1, 0));
    }

    fn discovering(server: &Server, issuer: &str) -> Location {
        Location::Discovery {
            issuer: issuer.to_owned(),
            url: Url::parse_loopback_allowed(&server.url("/one")).unwrap(),
        }
    }

    #[tokio::test]
    async fn discovery_leads_to_the_keys() {
        let server = Server::start(|_, path| match path {
            "/one/.well-known/openid-configuration" => Reply::Send(body(
                r#"{"issuer": "https://id.example.com/one", "jwks_uri": "KEYS"}"#,
            )),
            _ => Reply::Send(body("keys")),
        });
        let location = discovering(&server, "https://id.example.com/one");
        // It stands for no URL, so that the metadata alone are asked for.
        let outcome = patient().fetch(&location).await;
        assert!(matches!(outcome, Err(Failure::Discovery(_))), "{outcome:?}");

        let keys = server.url("/keys/one");
        let second = Server::start(move |_, path| match path {
            "/one/.well-known/openid-configuration" => Reply::Send(body(&format!(
                r#"{{"issuer": "https://id.example.com/one", "jwks_uri": "{keys}"}}"#
            ))),
            _ => Reply::Send(status("404 Not Found", "content-length: 0", "")),
        });
        let location = discovering(&second, "https://id.example.com/one");
        assert_eq!(patient().fetch(&location).await, Ok(b"keys".to_vec()));
        assert!(server.heads().last().unwrap().starts_with("get /keys/one "));
    }

    #[tokio::test]
    async fn discovery_of_another_issuer_leads_nowhere() {
        let server = Server::start(|_, _| {
            Reply::Send(body(
                r#"{"issuer": "https://id.example.com/two", "jwks_uri": "https://a.example"}"#,
            ))
        });
        let location = discovering(&server, "https://id.example.com/one");
        let outcome = patient().fetch(&location).await;
        assert_eq!(outcome, Err(Failure::WrongIssuer));
        assert_eq!(server.requests(), 1);
    }
}
