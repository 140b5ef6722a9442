//! Security schemes.

use super::info::Extensions;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A way to authenticate: the name of a security scheme, and the scopes that the caller needs. An
/// empty one needs nothing.
pub type Requirement = BTreeMap<String, Vec<String>>;

/// How callers authenticate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SecurityScheme {
    /// The kind of the credential, and its place.
    #[serde(flatten)]
    pub kind: SecurityKind,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

/// The kind of a credential, and its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum SecurityKind {
    /// A value in a header, a cookie or the query.
    #[serde(rename = "apiKey")]
    ApiKey {
        /// The name of the header, the cookie or the parameter.
        name: String,
        /// `header`, `cookie` or `query`.
        #[serde(rename = "in")]
        place: &'static str,
    },
    /// A scheme of the header `authorization`.
    #[serde(rename = "http")]
    Http {
        /// The name of the scheme, such as `bearer`.
        scheme: String,
        /// The format of a bearer token, such as `JWT`.
        #[serde(skip_serializing_if = "Option::is_none")]
        bearer_format: Option<String>,
    },
    /// A client certificate.
    #[serde(rename = "mutualTLS")]
    MutualTls,
    /// OAuth 2.0.
    #[serde(rename = "oauth2")]
    OAuth2 {
        /// The flows, as OpenAPI defines them.
        flows: Value,
    },
    /// OpenID Connect.
    #[serde(rename = "openIdConnect")]
    OpenIdConnect {
        /// The URL of the issuer's configuration.
        open_id_connect_url: String,
    },
}

impl From<SecurityKind> for SecurityScheme {
    fn from(kind: SecurityKind) -> Self {
        Self {
            kind,
            description: None,
            extensions: Extensions::new(),
        }
    }
}

impl SecurityKind {
    pub(super) fn bearer(format: Option<&str>) -> Self {
        Self::Http {
            scheme: "bearer".to_owned(),
            bearer_format: format.map(str::to_owned),
        }
    }

    /// Whether a requirement lists scopes.
    pub(super) fn has_scopes(&self) -> bool {
        matches!(self, Self::OAuth2 { .. } | Self::OpenIdConnect { .. })
    }
}
