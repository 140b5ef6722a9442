//! The server of `#[lambda_api::main]` and `run`.

use super::{
    address::Address,
    serve::{Serve, serve},
    signals::Signals,
};
use crate::{Api, App};
use std::io;

/// A setting of [`Api::server`].
type Set = Box<dyn FnOnce(Serve) -> Serve + Send>;

/// Serves an application with its settings.
///
/// # Errors
/// Fails if the address cannot be listened on, or a setting is invalid.
pub(crate) async fn start(app: App, address: &Address, signals: Signals) -> io::Result<()> {
    let settings = app.hooks().take_server();
    let mut server = serve(address.bind().await?, app).with_signals(signals);
    for set in settings {
        if let Ok(set) = set.downcast::<Set>() {
            server = set(server);
        }
    }
    server.await
}

/// # As an HTTP server
impl Api {
    /// Sets how [`run`](crate::run) and [`#[lambda_api::main]`](crate::main) serve this API over HTTP, where the
    /// environment asks for a [server](crate::server). It has no effect on Lambda, in local runs, on
    /// [`serve`], which has the same settings, and in a nested API.
    ///
    /// ```no_run
    /// use lambda_api::{Api, api_handler, routes};
    ///
    /// #[api_handler(GET "/hello")]
    /// async fn hello() -> &'static str { "Hello!" }
    ///
    /// #[lambda_api::main]
    /// fn main() -> Api {
    ///     Api::new()
    ///         .routes(routes![hello])
    ///         .server(|serve| serve.trusted_proxies(["10.0.0.0/16"]).healthz("/healthz"))
    /// }
    /// ```
    ///
    /// An invalid setting is an error when the server starts.
    pub fn server<F>(mut self, set: F) -> Self
    where
        F: FnOnce(Serve) -> Serve + Send + 'static,
    {
        let set: Set = Box::new(set);
        self.hooks_mut().set_server(Box::new(set));
        self
    }
}
