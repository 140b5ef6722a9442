//! What clients of HTTPS servers share: the certificates of the public web, and tasks without a log.

use hyper::rt::Executor;
use hyper_rustls::ConfigBuilderExt;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use std::{
    future::Future,
    sync::{Arc, OnceLock},
};
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

/// Runs the tasks of connections without a log: at level TRACE, the client would log addresses.
#[derive(Clone)]
pub(crate) struct Unlogged;

impl<F> Executor<F> for Unlogged
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        tokio::spawn(task.with_subscriber(NoSubscriber::new()));
    }
}

/// TLS with the certificates of the public web. It is set up when the first connection needs it: a
/// function that makes none pays nothing.
pub(crate) fn public() -> Result<Arc<ClientConfig>, rustls::Error> {
    static PUBLIC: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    match PUBLIC.get() {
        Some(config) => Ok(Arc::clone(config)),
        None => {
            let config = tls(None)?;
            Ok(Arc::clone(PUBLIC.get_or_init(|| config)))
        }
    }
}

/// Names its provider, since that of the process may be another one, or missing, which panics.
pub(crate) fn tls(roots: Option<RootCertStore>) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = match roots {
        Some(roots) => config.with_root_certificates(roots),
        None => config.with_webpki_roots(),
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
