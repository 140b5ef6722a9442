//! One GET over HTTP/1.1, with a limit on everything.

use super::{Location, discovery, failure::Failure, url::Url};
use crate::https::{self, Unlogged};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, USER_AGENT},
};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Body as _, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{
    Client,
    connect::{HttpConnector, dns::Name},
};
use rustls::ClientConfig;
use std::{convert::Infallible, future::ready, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::lookup_host, time::timeout};
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

/// How large a document may be.
pub(super) const MAX_BODY: usize = 150 * 1024;

/// How large the head of a response may be.
const MAX_HEAD: usize = 32 * 1024;

/// How many addresses of a host are tried.
const ADDRESSES: usize = 4;

/// Fetches documents.
#[derive(Clone)]
pub(super) struct Fetcher {
    /// How long everything may take that one document needs, with discovery and a retry.
    pub(super) limit: Duration,
    /// How long a connection may take. It is shorter, which leaves time to retry.
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

    /// Tries a second time if the connection failed: it may have been frozen half-way.
    async fn get(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        match self.get_once(url).await {
            Err(failure) if failure.is_of_connection() => self.get_once(url).await,
            other => other,
        }
    }

    async fn get_once(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        let addresses = resolve(url).await?;
        // The connector divides its time by the number of addresses.
        let time = u32::try_from(addresses.len()).map(|count| self.connect.saturating_mul(count));
        let resolver = move |_: Name| ready(Ok::<_, Infallible>(addresses.clone().into_iter()));
        let mut http = HttpConnector::new_with_resolver(tower::service_fn(resolver));
        http.enforce_http(false);
        http.set_connect_timeout(time.ok());
        http.set_nodelay(true);
        let tls = match &self.tls {
            Some(config) => Arc::clone(config),
            None => https::public().map_err(|_| Failure::TlsSetup)?,
        };
        let client = Client::builder(Unlogged)
            // A connection that is kept dies while Lambda freezes the process.
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .http1_max_buf_size(MAX_HEAD)
            .build(HttpsConnector::from((http, tls)));
        let fetch = async {
            let response = client.request(request(url)).await;
            read(response.map_err(|error| Failure::of_request(&error))?).await
        };
        fetch.with_subscriber(NoSubscriber::new()).await
    }
}

/// The addresses of a host: an IP address is its own.
async fn resolve(url: &Url) -> Result<Vec<SocketAddr>, Failure> {
    let host = url.uri().host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = lookup_host((host, 0)).await;
    let addresses = addresses.map_err(|error| Failure::Lookup(error.kind()))?;
    let mut addresses: Vec<_> = addresses.take(ADDRESSES).collect();
    if addresses.is_empty() {
        return Err(Failure::Lookup(io::ErrorKind::NotFound));
    }
    // Plain HTTP is allowed to `localhost`, which is what the resolver says it is.
    if url.is_plain() {
        addresses.retain(|address| address.ip().is_loopback());
        if addresses.is_empty() {
            return Err(Failure::NotLoopback);
        }
    }
    Ok(addresses)
}

fn request(url: &Url) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = url.uri().clone();
    let agent = concat!("lambda-api/", env!("CARGO_PKG_VERSION"));
    request.headers_mut().extend([
        (USER_AGENT, HeaderValue::from_static(agent)),
        (ACCEPT, HeaderValue::from_static("*/*")),
        (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        (CONNECTION, HeaderValue::from_static("close")),
    ]);
    request
}

async fn read(response: Response<Incoming>) -> Result<Vec<u8>, Failure> {
    if response.status() != StatusCode::OK {
        return Err(Failure::Status(response.status()));
    }
    if is_encoded(response.headers()) {
        return Err(Failure::Encoded);
    }
    let body = response.into_body();
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length <= MAX_BODY) {
        let content = Limited::new(body, MAX_BODY).collect().await;
        let content = content.map_err(|error| Failure::of_body(&*error))?;
        Ok(content.to_bytes().into())
    } else {
        Err(Failure::TooLarge)
    }
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
    use crate::{
        auth::keys::{
            Location, Url,
            failure::Failure,
            testing::{Certificate, Server, ServerResponse, body, status},
        },
        https::tls,
    };
    use http::StatusCode;
    use std::{io, time::Duration};

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
    async fn a_request_asks_for_a_plain_response() {
        let server = Server::start(|_, _| ServerResponse::Send(body("keys")));
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
    async fn a_document_is_accepted_up_to_its_limit() {
        let largest = "k".repeat(MAX_BODY);
        for (response, expected) in [
            (body(&largest), &*largest),
            (chunked(&largest), &*largest),
            (status("200 OK", "connection: close", &largest), &*largest),
            (body(""), ""),
        ] {
            let server = Server::start(move |_, _| ServerResponse::Send(response.clone()));
            let document = fetched(&server).await.unwrap();
            // Not `assert_eq`, which would print all of it.
            assert!(document == expected.as_bytes(), "{}", document.len());
        }
    }

    #[tokio::test]
    async fn a_larger_document_is_rejected_early() {
        let larger = "k".repeat(MAX_BODY + 1);
        for response in [chunked(&larger), status("200 OK", "x: y", &larger)] {
            let server = Server::start(move |_, _| ServerResponse::Send(response.clone()));
            assert_eq!(fetched(&server).await, Err(Failure::TooLarge));
            assert_eq!(server.requests(), 1);
        }
        // Announced: nothing of it is waited for.
        for length in ["153601", "18446744073709551610"] {
            let head = status("200 OK", &format!("content-length: {length}"), "");
            let server = Server::start(move |_, _| ServerResponse::Stall(head.clone()));
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
            let server = Server::start(move |_, _| ServerResponse::Endless(head.clone(), line));
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
            let server = Server::start(move |_, _| ServerResponse::Endless(start.into(), line));
            assert_eq!(fetched(&server).await, Err(Failure::NotHttp));
            server.wait_for_left(1).await;
        }
    }

    #[tokio::test]
    async fn only_status_200_counts_and_no_redirect() {
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
            let response = status(line, headers, "keys");
            let server = Server::start(move |_, _| ServerResponse::Send(response.clone()));
            let code = StatusCode::from_bytes(&line.as_bytes()[..3]).unwrap();
            assert_eq!(fetched(&server).await, Err(Failure::Status(code)));
            assert_eq!(server.requests(), 1, "{line}");
        }
    }

    #[tokio::test]
    async fn a_compressed_document_is_rejected() {
        for (encoding, expected) in [
            ("gzip", Err(Failure::Encoded)),
            ("identity, br", Err(Failure::Encoded)),
            ("Identity", Ok(b"keys".to_vec())),
        ] {
            let headers = format!("content-encoding: {encoding}\r\ncontent-length: 4");
            let response = status("200 OK", &headers, "keys");
            let server = Server::start(move |_, _| ServerResponse::Send(response.clone()));
            assert_eq!(fetched(&server).await, expected, "{encoding}");
        }
    }

    #[tokio::test]
    async fn a_response_that_is_not_http_is_rejected() {
        for garbage in [
            "SSH-2.0-server\r\n",
            "HTTP/0.9 200 OK\r\n\r\n",
            "HTTP/2 200 OK\r\n\r\n",
            "\0\u{1}\u{2}\u{3}",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nkeys",
        ] {
            let server = Server::start(|_, _| ServerResponse::Send(garbage.into()));
            assert_eq!(fetched(&server).await, Err(Failure::NotHttp), "{garbage:?}");
        }
    }

    #[tokio::test]
    async fn a_broken_connection_is_tried_once_more() {
        let cut = status("200 OK", "content-length: 10", "keys");
        for broken in [Vec::new(), b"HTTP/1.1 200".to_vec(), cut] {
            let first = broken.clone();
            let server = Server::start(move |number, _| match number {
                1 => ServerResponse::Send(first.clone()),
                _ => ServerResponse::Send(body("keys")),
            });
            assert_eq!(fetched(&server).await, Ok(b"keys".to_vec()));
            assert_eq!(server.requests(), 2);

            let server = Server::start(move |_, _| ServerResponse::Send(broken.clone()));
            let failure = fetched(&server).await.unwrap_err();
            assert!(matches!(failure, Failure::Connection(_)), "{failure}");
            assert_eq!(server.requests(), 2);
        }
    }

    #[tokio::test]
    async fn a_rejected_connection_is_named_as_the_cause() {
        let server = Server::down(|_, _| ServerResponse::Send(body("keys")));
        let rejected = Failure::Connect(io::ErrorKind::ConnectionRefused);
        assert_eq!(fetched(&server).await, Err(rejected));
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
            let server = Server::start(move |_, _| ServerResponse::Stall(stalled.clone()));
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
    async fn https_needs_a_certificate_for_the_host() {
        let certificate = Certificate::new("127.0.0.1", 2999);
        let roots = certificate.trusted();
        let server = Server::tls(certificate, |_, _| ServerResponse::Send(body("keys")));
        let fetcher = Fetcher {
            tls: Some(tls(Some(roots)).unwrap()),
            ..patient()
        };
        let location = at(&server.url("/keys"));
        assert_eq!(fetcher.fetch(&location).await, Ok(b"keys".to_vec()));
        // The same host by a name that the certificate does not have.
        let location = at(&server.url("/keys").replace("127.0.0.1", "localhost"));
        let rejected = Failure::Certificate("it is for another name");
        assert_eq!(fetcher.fetch(&location).await, Err(rejected));
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test]
    async fn https_rejects_untrusted_certificates() {
        let server = Server::tls(Certificate::new("127.0.0.1", 2999), |_, _| {
            ServerResponse::Send(body("keys"))
        });
        let rejected = Failure::Certificate("its issuer is not trusted");
        assert_eq!(fetched(&server).await, Err(rejected));

        let expired = Certificate::new("127.0.0.1", 2020);
        let roots = expired.trusted();
        let expired = Server::tls(expired, |_, _| ServerResponse::Send(body("keys")));
        let fetcher = Fetcher {
            tls: Some(tls(Some(roots)).unwrap()),
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
            "/one/.well-known/openid-configuration" => ServerResponse::Send(body(
                r#"{"issuer": "https://id.example.com/one", "jwks_uri": "KEYS"}"#,
            )),
            _ => ServerResponse::Send(body("keys")),
        });
        let location = discovering(&server, "https://id.example.com/one");
        // `KEYS` is not a URL, so that only the metadata are fetched.
        let outcome = patient().fetch(&location).await;
        assert!(matches!(outcome, Err(Failure::Discovery(_))), "{outcome:?}");

        let keys = server.url("/keys/one");
        let second = Server::start(move |_, path| match path {
            "/one/.well-known/openid-configuration" => ServerResponse::Send(body(&format!(
                r#"{{"issuer": "https://id.example.com/one", "jwks_uri": "{keys}"}}"#
            ))),
            _ => ServerResponse::Send(status("404 Not Found", "content-length: 0", "")),
        });
        let location = discovering(&second, "https://id.example.com/one");
        assert_eq!(patient().fetch(&location).await, Ok(b"keys".to_vec()));
        assert!(server.heads().last().unwrap().starts_with("get /keys/one "));
    }

    #[tokio::test]
    async fn discovery_of_another_issuer_leads_nowhere() {
        let server = Server::start(|_, _| {
            ServerResponse::Send(body(
                r#"{"issuer": "https://id.example.com/two", "jwks_uri": "https://a.example"}"#,
            ))
        });
        let location = discovering(&server, "https://id.example.com/one");
        let outcome = patient().fetch(&location).await;
        assert_eq!(outcome, Err(Failure::WrongIssuer));
        assert_eq!(server.requests(), 1);
    }
}
