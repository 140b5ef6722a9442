//! What TLS connections are made with.

use super::failure::Failure;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use std::sync::{Arc, OnceLock};

/// The certificates of the public web. They are made ready when the first connection needs them,
/// for a function whose keys are all on hand pays nothing.
pub(super) fn public() -> Result<Arc<ClientConfig>, Failure> {
    static PUBLIC: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = PUBLIC.get() {
        return Ok(Arc::clone(config));
    }
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = Arc::new(config(roots)?);
    Ok(Arc::clone(PUBLIC.get_or_init(|| config)))
}

/// Names its provider: that of the process may be another one, or missing, which panics.
pub(super) fn config(roots: RootCertStore) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Failure::TlsSetup)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
