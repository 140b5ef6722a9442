//! Server of public keys on loopback, with scripted errors.

mod body;
mod control;
mod documents;
mod fault;
mod listen;

pub use fault::Fault;

use super::{loopback, served_path};
use control::Control;
use http::{HeaderName, HeaderValue};
use lambda_api_testing::{__private::is_alb, TestIssuer};
use std::{fmt, io, net::SocketAddr, sync::Arc};
use tokio::task::JoinHandle;

/// An issuer's public keys, served on loopback until this is dropped; [`IssuerExt::serve`](crate::IssuerExt::serve)
/// starts it.
///
/// It serves the JWK set, and the discovery document of
/// [OpenID Connect](https://openid.net/specs/openid-connect-discovery-1_0.html); for a load
/// balancer it serves the PEM of each key. It counts fetches, and fails on request.
///
/// ```
/// use lambda_api_testing::TestIssuer;
/// use lambda_api_testing_internal::{Fault, IssuerExt as _};
///
/// # async fn get(url: &str) {}
/// # async fn test() {
/// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
/// let server = issuer.serve();
///
/// // The first fetch ends with a reset connection, the second with a 500, the third is good.
/// server.inject(Fault::reset().times(1));
/// server.inject(Fault::status(500).times(1));
/// get(&server.url()).await;
/// assert_eq!(server.fetches(), 1);
/// # }
/// ```
///
/// It runs on the tokio runtime that it was started on.
pub struct JwksServer {
    issuer: TestIssuer,
    address: SocketAddr,
    control: Arc<Control>,
    running: JoinHandle<()>,
}

impl JwksServer {
    /// Serves on the tokio runtime that this is called on.
    pub(super) fn start(issuer: TestIssuer) -> io::Result<Self> {
        let listener = loopback::listen(&issuer)?;
        let address = listener.local_addr()?;
        let control = Arc::new(Control::default());
        let running = tokio::spawn(listen::run(
            listener,
            documents::Documents::new(issuer.clone(), address),
            control.clone(),
        ));
        Ok(Self {
            issuer,
            address,
            control,
            running,
        })
    }

    /// Where the JWK set is. For a load balancer, what a `/` and a `kid` are appended to.
    #[must_use]
    pub fn url(&self) -> String {
        if is_alb(&self.issuer) {
            return self.issuer_url();
        }
        format!("{}{}", self.issuer_url(), documents::JWKS)
    }

    /// The issuer as it is found on loopback: the path is that of its URL, such as the id of a user
    /// pool. Its tokens name it only when it is on loopback by its name.
    #[must_use]
    pub fn issuer_url(&self) -> String {
        format!("http://{}{}", self.address, served_path(&self.issuer))
    }

    /// Where the discovery document is. Its `issuer` is that of the tokens, which is another URL
    /// than the one it was fetched from, but for an issuer that is on loopback by its name.
    #[must_use]
    pub fn discovery_url(&self) -> String {
        format!("{}{}", self.issuer_url(), documents::DISCOVERY)
    }

    /// Where the server is, for a client that needs no URL.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds an error. The first one that applies to a fetch happens, in the order of injection.
    pub fn inject(&self, fault: Fault) {
        self.control.inject(fault);
    }

    /// Forgets all faults.
    pub fn recover(&self) {
        self.control.recover();
    }

    /// Sets a header of all good responses, such as `cache-control`; or replaces one that they have,
    /// such as `content-type`.
    ///
    /// # Panics
    /// When no header can be like this.
    #[track_caller]
    pub fn header(&self, name: &str, value: &str) {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => self.control.header(name, value),
            _ => panic!("there can be no header {name:?} with the value {value:?}"),
        }
    }

    /// Holds all responses from now on, until they are [released](JwksServer::release). Fetches are
    /// counted at once, so that a test can wait for one and know that it has no response yet.
    ///
    /// ```
    /// # use lambda_api_testing::TestIssuer;
    /// # use lambda_api_testing_internal::IssuerExt as _;
    /// # async fn get(url: String) {}
    /// # async fn test() {
    /// # let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let server = issuer.serve();
    /// server.hold();
    /// let fetch = tokio::spawn(get(server.url()));
    /// server.wait_for_fetches(1).await;
    /// assert!(!fetch.is_finished());
    /// server.release();
    /// fetch.await.expect("the fetch succeeds");
    /// # }
    /// ```
    pub fn hold(&self) {
        self.control.hold(true);
    }

    /// Lets the responses go that were [held](JwksServer::hold).
    pub fn release(&self) {
        self.control.hold(false);
    }

    /// How many requests arrived, for any path.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.control.fetches()
    }

    /// How many requests asked for this path, such as `/.well-known/jwks.json`. The path is
    /// relative to the [issuer's](JwksServer::issuer_url).
    #[must_use]
    pub fn fetches_of(&self, path: &str) -> usize {
        let path = format!("{}{path}", served_path(&self.issuer));
        let paths = self.control.paths();
        paths.iter().filter(|fetched| **fetched == path).count()
    }

    /// The paths that were asked for, in their order.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.control.paths()
    }

    /// Waits until so many requests arrived in all.
    ///
    /// It waits without end: a test for which that may be too long puts a timeout around it.
    pub async fn wait_for_fetches(&self, fetches: usize) {
        self.control.wait_for_fetches(fetches).await;
    }

    /// Ends the server, and waits for the end: its connections are closed, and new ones are
    /// rejected. [`IssuerExt::serve`](crate::IssuerExt::serve) starts another one; at the same address, if the issuer is on
    /// loopback by its name.
    pub async fn stop(mut self) {
        self.running.abort();
        // It was aborted, and that is what the result says.
        let _ = (&mut self.running).await;
        loopback::give_back(&self.issuer);
    }
}

impl Drop for JwksServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl fmt::Debug for JwksServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksServer")
            .field("url", &self.url())
            .field("fetches", &self.fetches())
            .finish_non_exhaustive()
    }
}
