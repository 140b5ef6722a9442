//! What an authenticator says about itself.

use super::{Credential, Installed};
use std::borrow::Cow;

/// How an [`Authenticator`](super::Authenticator) describes itself: its name, where its credential
/// stands, and how a client is asked for it.
///
/// ```
/// use lambda_api::auth::{Credential, Scheme};
///
/// let scheme = Scheme::new("sessions", Credential::cookie("sid")).challenge("Session");
/// assert_eq!(scheme.name(), "sessions");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Scheme {
    name: Cow<'static, str>,
    pub(crate) credential: Option<Credential>,
    pub(crate) gateway: Option<GatewayScheme>,
    challenge: Cow<'static, str>,
    realm: Cow<'static, str>,
}

/// An identity that the gateway has verified.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "only the local server stands in for a gateway")
)]
pub(crate) struct GatewayScheme {
    /// `iam`, `cognito`, `jwt`, ...: what `serve --as` calls it.
    pub(crate) kind: &'static str,
    /// The API ids that are trusted; none stands for all.
    pub(crate) apis: Vec<String>,
    /// Who verifies real tokens where no gateway does.
    pub(crate) verifier: Option<Installed>,
    /// The issuers whose tokens are let in; none stands for all.
    pub(crate) issuers: Vec<String>,
    /// The member of a Lambda authorizer's context that names the caller.
    pub(crate) subject: Option<String>,
}

impl Scheme {
    /// A scheme of this name, whose credential stands in the request.
    ///
    /// Routes name it in `authenticator = ".."` where an API has several.
    pub fn new(name: impl Into<Cow<'static, str>>, credential: Credential) -> Self {
        Self {
            name: name.into(),
            credential: Some(credential),
            gateway: None,
            challenge: Cow::Borrowed("Bearer"),
            realm: Cow::Borrowed("api"),
        }
    }

    /// A scheme whose identities the gateway has verified.
    pub(crate) fn gateway(
        name: impl Into<Cow<'static, str>>,
        kind: &'static str,
        apis: Vec<String>,
    ) -> Self {
        Self {
            name: name.into(),
            credential: None,
            gateway: Some(GatewayScheme {
                kind,
                apis,
                verifier: None,
                issuers: Vec::new(),
                subject: None,
            }),
            challenge: Cow::Borrowed("Bearer"),
            realm: Cow::Borrowed("api"),
        }
    }

    /// Where no gateway stands in front, this one verifies what the gateway would have verified.
    pub(crate) fn verified_locally(mut self, verifier: Option<Installed>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.verifier = verifier;
        }
        self
    }

    /// Who verifies real tokens where no gateway does.
    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(super) fn local_verifier(&self) -> Option<&Installed> {
        self.gateway.as_ref()?.verifier.as_ref()
    }

    /// Lets in tokens of these issuers alone, if there are any.
    pub(crate) fn issued_by(mut self, issuers: Vec<String>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.issuers = issuers;
        }
        self
    }

    /// Finds the name of the caller in this member of a Lambda authorizer's context.
    pub(crate) fn named_by(mut self, member: Option<String>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.subject = member;
        }
        self
    }

    /// The authentication scheme that `WWW-Authenticate` names
    /// ([RFC 9110, section 11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)), instead of
    /// `Bearer`.
    pub fn challenge(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        self.challenge = scheme.into();
        self
    }

    /// The realm that `WWW-Authenticate` names, instead of `api`.
    pub fn realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.realm = realm.into();
        self
    }

    /// The name by which routes and logs call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong with it, for who builds an Api.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+!#$%&'*^`|".contains(&byte);
        let is_quotable = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        if self.name.is_empty() {
            Some("it has no name")
        } else if self.challenge.is_empty() || !self.challenge.bytes().all(is_token) {
            Some("its challenge is not the name of an authentication scheme, such as `Bearer`")
        } else if !self.realm.bytes().all(is_quotable) {
            Some("its realm has characters that cannot stand between quotes")
        } else {
            None
        }
    }

    pub(crate) fn challenge_parts(&self) -> (&str, &str) {
        (&self.challenge, &self.realm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_that_no_header_could_name_is_a_fault() {
        let scheme = || Scheme::new("jwt", Credential::bearer());
        for (scheme, expected) in [
            (scheme().challenge("AWS4-HMAC-SHA256").realm("my api"), None),
            (Scheme::new("", Credential::bearer()), Some("no name")),
            (scheme().challenge(""), Some("authentication scheme")),
            (
                scheme().challenge("My Scheme"),
                Some("authentication scheme"),
            ),
            (scheme().realm("a\"b"), Some("realm")),
            (scheme().realm("a\\b"), Some("realm")),
            (scheme().realm("a\nb"), Some("realm")),
        ] {
            let fault = scheme.fault();
            assert_eq!(fault.is_some(), expected.is_some(), "{scheme:?}");
            assert!(
                fault
                    .unwrap_or_default()
                    .contains(expected.unwrap_or_default())
            );
        }
    }
}
