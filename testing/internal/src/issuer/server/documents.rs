//! Documents that the server returns.

use crate::issuer::{IssuerExt, served_path};
use lambda_api_testing::{
    __private::{is_alb, key_ring},
    TestIssuer,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

pub(super) const JWKS: &str = "/.well-known/jwks.json";
pub(super) const DISCOVERY: &str = "/.well-known/openid-configuration";

pub(super) struct Documents {
    issuer: TestIssuer,
    address: SocketAddr,
}

/// A document and its media type.
pub(super) struct Document {
    pub(super) content_type: &'static str,
    pub(super) content: String,
}

impl Documents {
    pub(super) fn new(issuer: TestIssuer, address: SocketAddr) -> Self {
        Self { issuer, address }
    }

    /// The path without that of the issuer, if it begins with it.
    pub(super) fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        let relative = path.strip_prefix(served_path(&self.issuer))?;
        relative.starts_with('/').then_some(relative)
    }

    /// The document at a path that is relative to that of the issuer.
    pub(super) fn get(&self, path: &str) -> Option<Document> {
        if is_alb(&self.issuer) {
            let kid = path.strip_prefix('/')?;
            return Some(Document {
                content_type: "text/plain",
                content: self.issuer.public_key_pem(kid)?,
            });
        }
        let document = match path {
            JWKS => self.issuer.jwks(),
            DISCOVERY => self.discovery(),
            _ => return None,
        };
        Some(Document {
            content_type: "application/json",
            content: document.to_string(),
        })
    }

    /// The required members of
    /// [OpenID Provider Metadata](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata).
    fn discovery(&self) -> Value {
        let base = format!("http://{}{}", self.address, served_path(&self.issuer));
        json!({
            "issuer": self.issuer.issuer_url(),
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "token_endpoint": format!("{base}/oauth2/token"),
            "jwks_uri": format!("{base}{JWKS}"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": key_ring(&self.issuer).algorithms(),
        })
    }
}
