//! Tokens of any issuer.

#[cfg(debug_assertions)]
use super::LocalKey;
use super::{
    super::{
        AuthError, Authenticator, Credential, Identity, Installed, LendKeys, Scheme, TestKeys,
        authenticator::{BuiltIn, Own},
        description::Description,
        install,
        list_claim::ListClaim,
    },
    Algorithm, Ready, VerifiedTokens,
    common::Common,
    config::{Config, Trust, TrustedIssuer, common_settings, settings},
    issuer::Usage,
    source::KeysFrom,
};
use crate::{
    Request,
    setting::{Setting, Visit},
};
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Verifies the tokens of an OpenID Connect issuer, or of several: signed JSON web tokens
/// ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)).
///
/// ```
/// use lambda_api::{Api, auth::Jwt};
///
/// let api = Api::new()
///     .authenticate(Jwt::new("https://id.example.com").audience("orders-api"));
/// # let _ = api;
/// ```
///
/// It becomes an [`Authenticator`] once it has an audience, by [`audience`](Jwt::audience) or
/// [`any_audience`](Jwt::any_audience):
///
/// ```compile_fail,E0277
/// # use lambda_api::{Api, auth::Jwt};
/// let api = Api::new().authenticate(Jwt::new("https://id.example.com"));
/// ```
///
/// Each issuer has its own keys and audiences; the settings of an issuer apply to the last one:
///
/// ```
/// use lambda_api::auth::{Algorithm, AuthError, Credential, Jwt};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Tenant { tenant: Option<String> }
///
/// let staff_and_partners = Jwt::new("https://staff.example.com")
///     .audience("orders-api")
///     .add_issuer("https://partners.example.com")
///     .audience("https://api.example.com/orders")
///     .jwks_url("https://partners.example.com/keys.json")
///     .algorithms([Algorithm::Es256, Algorithm::Rs256])
///     .credential(Credential::header("x-token"))
///     .check(|identity| match identity.claims::<Tenant>() {
///         Ok(Tenant { tenant: Some(_) }) => Ok(()),
///         _ => Err(AuthError::Rejected("no tenant")),
///     });
/// # let _ = staff_and_partners;
/// ```
///
/// # What is checked
///
/// In this order, up to the first error. The response is the same for all errors; the
/// [`AuthError`] is only logged.
///
/// | | |
/// |---|---|
/// | token | at most 8 KB; three segments, none empty; strict base64url without padding ([RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2)) |
/// | header | a JSON object, without two members of one name at any level ([RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)) |
/// | `alg` | among the allowed [algorithms](Jwt::algorithms), by default all of [`Algorithm`]; never `none`, never a shared secret ([RFC 8725, section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)) |
/// | `crit`, `b64` | no `crit`, since no extension is understood ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)); no `b64: false` ([RFC 7797](https://www.rfc-editor.org/rfc/rfc7797)) |
/// | `typ` | `JWT`, `at+jwt` ([RFC 9068, section 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)) or none; others when [allowed](Jwt::token_type) |
/// | `kid` | a name of up to 256 bytes; needed when the issuer has more than one key |
/// | `jwk`, `jku`, `x5u`, `x5c` | ignored: a token must not choose its key |
/// | `iss` | a string, equal to an issuer's to the letter ([RFC 7519, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)) |
/// | key | the issuer's, for this algorithm by `kty`, `crv`, `alg`, `use` and `key_ops` ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)); RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519 ([RFC 8037](https://www.rfc-editor.org/rfc/rfc8037)) |
/// | signature | right |
/// | `exp` | present and not reached ([RFC 7519, section 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)); times are numbers from 0 to the end of the year 9999 |
/// | `nbf`, `iat` | if present, not in the future by more than 30 s |
/// | `aud` | a string or an array of strings, one of which is the audience ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)) |
/// | `sub` | a string, not empty; it becomes the subject |
/// | `scope`, else `scp` | names between spaces, or an array of strings; they become the scopes. [Another claim](Jwt::scopes_claim) may be named |
/// | `groups` | a string or an array of strings; they become the groups. [Another claim](Jwt::groups_claim) may be named |
/// | check | [one of your own](Jwt::check), if set |
///
/// Only the rules of routes use scopes and groups. A claim that is `null` counts as absent. One of the
/// wrong type fails the rules that need it, with the reason in the log; it does not fail the token.
///
/// An issuer that signs both ID tokens and access tokens for one audience does not always mark
/// which is which: give the API an audience of its own
/// ([RFC 8725, section 3.9](https://www.rfc-editor.org/rfc/rfc8725#section-3.9)).
///
/// # Keys
///
/// They are fetched over HTTPS from the URL in the issuer's metadata
/// ([OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html)), kept,
/// and fetched again when a token names an unknown key, at most every ten seconds. A key that cannot
/// be used is skipped. Two keys for one algorithm with the same id are ambiguous, and not used.
///
/// # On the developer's machine
/// `cargo run -- token alice --groups admins --scopes orders/write` prints a token that is accepted as
/// one of this issuer's, by `serve` on loopback and by `invoke`, on the machine and by the user that
/// made it. It is signed with a key of that machine, which is not read by builds without debug
/// assertions, nor on Lambda. All other rules apply: audience, expiry, checks. Tokens of the issuer
/// itself are accepted as well. An authenticator that wraps this one does not get the key.
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct Jwt<S = Ready>(Config, PhantomData<fn() -> S>);

/// The state of a [`Jwt`] without an audience, which is not an
/// [`Authenticator`] yet.
#[derive(Debug)]
pub enum NeedsAudience {}

impl Jwt<NeedsAudience> {
    /// Trusts the tokens of this issuer: its `iss` to the letter, a trailing slash included.
    ///
    /// Unless the keys come from [elsewhere](Jwt::jwks_url), it is an `https` URL without a
    /// fragment, below which the issuer's metadata are found.
    pub fn new(issuer: impl Into<Setting>) -> Self {
        let config = Config::new("jwt", Usage::Audience, "groups");
        Self(trust(config, issuer.into()), PhantomData)
    }
}

fn trust(config: Config, issuer: Setting) -> Config {
    let trust = Trust::new(TrustedIssuer::Url(issuer), KeysFrom::Discovery);
    config.change(|config| config.trusted.push(trust))
}

impl Jwt<Ready> {
    /// Trusts the tokens of another issuer, with its own keys and audiences.
    ///
    /// Rules of routes do not tell issuers apart: `groups("admins")` accepts members of that group of
    /// **any** of them, and two issuers may use one subject for different people. If they are not
    /// trusted alike, look at [`Identity::issuer`] in a [check](Jwt::check) or in a guard, or use
    /// separate authenticators with different [credentials](Jwt::credential).
    pub fn add_issuer(self, issuer: impl Into<Setting>) -> Jwt<NeedsAudience> {
        Jwt(trust(self.0, issuer.into()), PhantomData)
    }
}

impl<S> Jwt<S> {
    /// Accepts tokens for this audience. Can be repeated.
    pub fn audience(self, audience: impl Into<Setting>) -> Jwt<Ready> {
        let config = self
            .0
            .change_last(|trust| trust.parties.push(audience.into()));
        Jwt(config, PhantomData)
    }

    /// Accepts all tokens of the issuer, for any audience.
    ///
    /// Then another service that gets a token of a user can use it here
    /// ([RFC 8725, section 2.7](https://www.rfc-editor.org/rfc/rfc8725#section-2.7)).
    pub fn any_audience(self) -> Jwt<Ready> {
        let config = self.0.change_last(|trust| trust.any_party = true);
        Jwt(config, PhantomData)
    }
}

common_settings!(Jwt, "jwt", "groups");
settings!(Jwt);

#[cfg(test)]
impl Jwt {
    /// Verifies a text that need not be possible in a header.
    pub(super) async fn verify_text(&self, token: &str) -> Result<Identity, AuthError> {
        self.0.verifier().verify(token).await
    }
}
