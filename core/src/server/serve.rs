//! `serve`: the settings of a server, and its life.

use super::{
    accept::Listener,
    connection,
    proxies::{Network, Proxies},
    settings::Settings,
    shared::Shared,
    signals::{Signals, catch_signals},
    stage::{Stage, Watcher},
};
use crate::{App, BoxFuture, catch_unwind::install_panic_hook, hooks::InFlight, signals::Notice};
use std::{fmt, future::IntoFuture, io, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{sleep, timeout},
};

/// How long keys may be loaded before the first request.
const PREPARE: Duration = Duration::from_secs(2);

/// How long hooks at shutdown may take, unless `Api::shutdown_timeout` is set.
const HOOKS: Duration = Duration::from_secs(4);

/// How much longer than its limits stopping may take before the process is ended.
const SLACK: Duration = Duration::from_millis(500);

/// The longest time of a setting. More would exceed the range of clocks.
const MOST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Serves an [`App`] over HTTP/1.1 and HTTP/2 without TLS, until the process is asked to stop.
///
/// The returned [`Serve`] has the settings; awaiting it serves. [`#[lambda_api::main]`](crate::main)
/// and [`run`](crate::run) do this outside of Lambda, with the settings of
/// [`Api::server`](crate::Api::server); see the [module](crate::server).
///
/// ```no_run
/// use lambda_api::{Api, BoxError, api_handler, routes};
///
/// #[api_handler(GET "/hello")]
/// async fn hello() -> &'static str { "Hello!" }
///
/// #[tokio::main]
/// async fn main() -> Result<(), BoxError> {
///     let app = Api::new().routes(routes![hello]).build().await?;
///     let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
///     lambda_api::serve(listener, app)
///         .trusted_proxies(["10.0.0.0/16"])
///         .healthz("/healthz")
///         .await?;
///     Ok(())
/// }
/// ```
pub fn serve(listener: TcpListener, app: App) -> Serve {
    Serve {
        listener,
        app,
        settings: Settings::default(),
        invalid: None,
        shutdown: None,
        signals: None,
    }
}

/// A server that is about to start: its settings, and a future. [`serve`](crate::serve) creates it.
///
/// # Errors
/// Awaiting it fails with [`InvalidInput`](io::ErrorKind::InvalidInput) if a setting is invalid, and
/// with the error of the listener if its address is not known. Errors of connections never end the
/// server.
#[must_use = "a server does nothing until it is awaited"]
pub struct Serve {
    listener: TcpListener,
    app: App,
    settings: Settings,
    /// What is wrong with the settings.
    invalid: Option<String>,
    shutdown: Option<BoxFuture<'static, ()>>,
    signals: Option<Signals>,
}

impl Serve {
    /// Sets the proxies in front of this server: addresses such as `192.0.2.1`, and networks such as
    /// `10.0.0.0/8`.
    ///
    /// If a request comes from one of them, `x-forwarded-for` is read from its end, and the first address
    /// that is not a trusted proxy is [`source_ip`](crate::Invocation::source_ip). The trace id of
    /// `x-amzn-trace-id` is also used. Without trusted proxies, the default, `source_ip` is the address of
    /// the socket: whatever a client writes into such headers has no effect.
    ///
    /// All addresses (`0.0.0.0/0`) are an error: with them, the first entry of the header would count, which
    /// a client writes. Trust only proxies that append to `x-forwarded-for`, as load balancers do. `forwarded` (RFC 7239),
    /// `x-forwarded-proto` and `x-forwarded-host` are not interpreted; handlers can read them like any
    /// other header.
    pub fn trusted_proxies<I>(mut self, networks: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let networks: Result<Vec<_>, _> = networks
            .into_iter()
            .map(|network| Network::parse(network.as_ref()))
            .collect();
        match networks {
            Ok(networks) => self.settings.proxies = Proxies::new(networks),
            Err(error) => self.invalid(format!("trusted_proxies: {error}")),
        }
        self
    }

    /// Sets the maximum number of connections. More wait until one is closed. The default is 10,000.
    ///
    /// It is also the maximum number of HTTP/2 requests at a time, of all connections; one connection has
    /// up to 100. A request holds its body, so this bounds memory together with
    /// [`Limits::body`](crate::Limits::body): at most twice the product, and half of that if all clients
    /// speak the same version of HTTP. If there are functions of
    /// [`Api::after_response`](crate::Api::after_response), a request counts until they have run.
    pub fn max_connections(mut self, connections: usize) -> Self {
        if connections == 0 {
            self.invalid("max_connections: expected at least 1, found 0".to_owned());
        }
        self.settings.max_connections = connections;
        self
    }

    /// Sets how long the head of a request may take, from its first byte. The default is 10 s.
    ///
    /// A slower client of HTTP/1 gets 408, without a body, between this time and twice as much. HTTP/2 has no heads of
    /// its own; there, the idle time ends the connection.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.settings.head = self.checked("header_timeout", timeout);
        self
    }

    /// Sets how long the body of a request may take, from its head to its end. The default is 60 s.
    ///
    /// A slower client gets a 408 problem, `request_timeout`, and the connection is closed.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.settings.body = self.checked("body_timeout", timeout);
        self
    }

    /// Sets how long a handler may take until its response begins, layers included. The default is
    /// 30 s.
    ///
    /// Then it is stopped, and the client gets a 504 problem, `timed_out`. The
    /// [`Deadline`](crate::extract::Deadline) of a handler is this, or the timeout of its route if that is
    /// earlier. A response that has begun is limited by
    /// [`Api::stream_timeout`](crate::Api::stream_timeout).
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.settings.request = self.checked("request_timeout", timeout);
        self
    }

    /// Sets how long a connection may have no request, and how long a client may stop reading its
    /// response. Then it is closed; in HTTP/2, a response that is not read is reset. The default is 75 s.
    /// A connection without a request is kept for up to [`header_timeout`](Self::header_timeout) longer.
    ///
    /// A load balancer in front should close idle connections earlier, as an Application Load Balancer
    /// does after 60 s; otherwise it may send a request while the server closes the connection.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle = self.checked("idle_timeout", timeout);
        self
    }

    /// Sets how long the server goes on after it was asked to stop, for responses in flight. The default is
    /// 25 s. It stops earlier if there are none.
    ///
    /// Containers are commonly killed 30 s after SIGTERM. The hooks of
    /// [`Api::on_shutdown`](crate::Api::on_shutdown) run after this time, for 4 s or the
    /// [`Api::shutdown_timeout`](crate::Api::shutdown_timeout).
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.settings.drain = timeout.min(MOST);
        self
    }

    /// Sets how long the server goes on as before after it was asked to stop, but for the health check,
    /// which is 503. It is a part of [`drain_timeout`](Serve::drain_timeout). The default is 0 s.
    ///
    /// A load balancer that learns from the health check, or at the same time as the server, that a target
    /// stops, still sends requests meanwhile. In Kubernetes, 5 s are common; elsewhere, it is the interval of the
    /// health check times the failures until a target is unhealthy.
    pub fn drain_delay(mut self, delay: Duration) -> Self {
        self.settings.drain_delay = delay.min(MOST);
        self
    }

    /// Responds to GET and HEAD at this path itself: 200, and 503 while the server drains. Off by
    /// default.
    ///
    /// Neither authentication nor layers apply, and there is no record in the log. It says that the
    /// server accepts requests, not that a database does; a handler can check more.
    pub fn healthz(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        if !path.starts_with('/') || path.contains(['?', '#']) {
            let path = path.escape_debug();
            self.invalid(format!(
                "healthz: expected a path such as `/healthz`, found `{path}`"
            ));
        }
        self.settings.healthz = Some(path);
        self
    }

    /// Stops the server when this future is ready, instead of at SIGTERM and Ctrl-C.
    ///
    /// For tests, and for programs that handle signals themselves: signals then have no effect on the server.
    ///
    /// ```no_run
    /// # async fn example(listener: tokio::net::TcpListener, app: lambda_api::App) -> std::io::Result<()> {
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// let server = lambda_api::serve(listener, app).with_graceful_shutdown(async {
    ///     let _ = stopped.await;
    /// });
    /// let server = tokio::spawn(server.into_future());
    /// // Call it.
    /// let _ = stop.send(());
    /// server.await?
    /// # }
    /// ```
    pub fn with_graceful_shutdown<F>(mut self, signal: F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.shutdown = Some(Box::pin(signal));
        self
    }

    /// Keeps the first error of a setting.
    fn invalid(&mut self, error: String) {
        self.invalid.get_or_insert(error);
    }

    fn checked(&mut self, name: &str, timeout: Duration) -> Duration {
        if timeout.is_zero() {
            self.invalid(format!("{name}: expected more than 0 s"));
        }
        timeout.min(MOST)
    }

    /// Uses signals that are caught since the program started.
    pub(super) fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = Some(signals);
        self
    }

    async fn run(mut self) -> io::Result<()> {
        let (drain, delay) = (self.settings.drain, self.settings.drain_delay);
        if delay >= drain && !delay.is_zero() {
            self.invalid(format!(
                "drain_delay: expected less than the `drain_timeout` of {drain:?}, found {delay:?}"
            ));
        }
        if let Some(error) = self.invalid {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        }
        let address = self.listener.local_addr()?;
        install_panic_hook();
        let hooks = self.app.hooks();
        let hooks_limit = hooks.shutdown_timeout.unwrap_or(HOOKS).min(MOST);
        let mut guard = None;
        let shutdown: BoxFuture<'static, ()> = match self.shutdown {
            Some(shutdown) => {
                if let Some(signals) = self.signals {
                    signals.guard.ignore();
                }
                shutdown
            }
            None => {
                let mut signals = self.signals.unwrap_or_else(catch_signals);
                signals.guard.ask(notices(drain + hooks_limit));
                guard = Some(signals.guard);
                Box::pin(async move {
                    signals.requests.recv().await;
                })
            }
        };
        self.app.prepare(PREPARE).await;
        tracing::info!(target: "lambda_api", %address, "serving HTTP");
        let listener = Listener::new(self.listener, self.settings.max_connections);
        let shared = Shared::new(self.app.clone(), self.settings);
        until_drained(listener, &Arc::new(shared), shutdown).await;
        self.app
            .hooks()
            .shut_down_within(&InFlight::default(), hooks_limit)
            .await;
        drop(guard);
        Ok(())
    }
}

/// Serves connections until `shutdown`, and then until no connection is left or the time is over.
async fn until_drained(
    listener: Listener,
    shared: &Arc<Shared>,
    mut shutdown: BoxFuture<'static, ()>,
) {
    let (stage, _) = watch::channel(Stage::Serving);
    let spawn = |accepted: super::accept::Accepted| {
        let watcher = Watcher(stage.subscribe());
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let address = accepted.address.ip();
            connection::serve(accepted.stream, address, shared, watcher).await;
            drop(accepted.slot);
        });
    };
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => spawn(accepted),
        }
    }
    let drain = shared.settings.drain;
    let mut bound = pin!(sleep(drain));
    tracing::info!(target: "lambda_api", "draining: the server stops after the responses in flight");
    let delay = shared.settings.drain_delay;
    if !delay.is_zero() {
        stage.send_replace(Stage::Leaving);
        let mut delay = pin!(sleep(delay));
        loop {
            tokio::select! {
                biased;
                () = &mut delay => break,
                accepted = listener.accept() => spawn(accepted),
            }
        }
    }
    // New connections get their responses too, for as long as others are in flight.
    stage.send_replace(Stage::Draining);
    loop {
        tokio::select! {
            biased;
            () = stage.closed() => return,
            () = &mut bound => break,
            accepted = listener.accept() => spawn(accepted),
        }
    }
    tracing::warn!(
        target: "lambda_api",
        limit_ms = u64::try_from(drain.as_millis()).unwrap_or(u64::MAX),
        connections = listener.connections(),
        "draining exceeded the time limit: the remaining connections were closed"
    );
    stage.send_replace(Stage::Ended);
    // The connections write their records and begin their hooks, which may take longer.
    let _ = timeout(SLACK / 2, stage.closed()).await;
}

/// What is said while the process stops, and when it is ended.
fn notices(limit: Duration) -> Vec<Notice> {
    vec![Notice {
        after: limit + SLACK,
        text: "stopping exceeded its time limits, as when a handler or a hook blocks its thread: the process ends",
    }]
}

impl IntoFuture for Serve {
    type Output = io::Result<()>;
    type IntoFuture = BoxFuture<'static, io::Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("listener", &self.listener)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
