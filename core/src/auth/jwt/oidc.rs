//! Tokens of any issuer.

use super::{
    super::{
        Authenticator, Credential, Identity, Refusal, Scheme, TestKeys, list_claim::ListClaim,
    },
    Algorithm, Ready, VerifiedTokens,
    plan::{Plan, Trust, settings},
    source::KeysFrom,
    verifier::Usage,
};
use crate::Request;
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
/// use lambda_api::{Api, Jwt};
///
/// let api = Api::new()
///     .authenticate(Jwt::issuer("https://id.example.com").audience("orders-api"));
/// # let _ = api;
/// ```
///
/// It becomes an [`Authenticator`] once it knows whom tokens are for, by
/// [`audience`](Jwt::audience) or, said out loud, [`any_audience`](Jwt::any_audience):
///
/// ```compile_fail,E0277
/// # use lambda_api::{Api, Jwt};
/// let api = Api::new().authenticate(Jwt::issuer("https://id.example.com"));
/// ```
///
/// Each issuer has keys and audiences of its own, and a setting that is about an issuer is about the one that
/// was named last:
///
/// ```
/// use lambda_api::{Jwt, auth::{Algorithm, Credential, Refusal}};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Tenant { tenant: Option<String> }
///
/// let staff_and_partners = Jwt::issuer("https://staff.example.com")
///     .audience("orders-api")
///     .or_issuer("https://partners.example.com")
///     .audience("https://api.example.com/orders")
///     .jwks_url("https://partners.example.com/keys.json")
///     .algorithms([Algorithm::Es256, Algorithm::Rs256])
///     .credential(Credential::header("x-token"))
///     .check(|identity| match identity.claims::<Tenant>() {
///         Ok(Tenant { tenant: Some(_) }) => Ok(()),
///         _ => Err(Refusal::Rejected("no tenant")),
///     });
/// # let _ = staff_and_partners;
/// ```
///
/// # What is checked
///
/// In this order; the first thing that is wrong ends it. The caller is told one thing for all of
/// them, and the log gets the [`Refusal`].
///
/// | | |
/// |---|---|
/// | token | at most 8 KB; three segments, none empty; strict base64url without padding ([RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2)) |
/// | header | a JSON object, without two members of one name at any level ([RFC 7515, section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)) |
/// | `alg` | among the allowed [algorithms](Jwt::algorithms), by default all of [`Algorithm`]; never `none`, never a shared secret ([RFC 8725, section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)) |
/// | `crit`, `b64` | no `crit`, since no extension is understood ([RFC 7515, section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)); no `b64: false` ([RFC 7797](https://www.rfc-editor.org/rfc/rfc7797)) |
/// | `typ` | `JWT`, `at+jwt` ([RFC 9068, section 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)) or none; others when [allowed](Jwt::token_type) |
/// | `kid` | a name of up to 256 bytes; needed when the issuer has more than one key |
/// | `jwk`, `jku`, `x5u`, `x5c` | ignored: a token does not choose its key |
/// | `iss` | a string, equal to an issuer's to the letter ([RFC 7519, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)) |
/// | key | the issuer's, for this algorithm by `kty`, `crv`, `alg`, `use` and `key_ops` ([RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)); RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519 ([RFC 8037](https://www.rfc-editor.org/rfc/rfc8037)) |
/// | signature | right |
/// | `exp` | there, and not over ([RFC 7519, section 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)); times are numbers from 0 to the end of the year 9999 |
/// | `nbf`, `iat` | not in the future by more than 30 s, when they are there |
/// | `aud` | a string or an array of strings, one of which is the audience ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)) |
/// | `sub` | a string, not empty; it becomes the subject |
/// | `scope`, else `scp` | names between spaces, or an array of strings; they become the scopes. [Another claim](Jwt::scopes_claim) may be named |
/// | `groups` | a string or an array of strings; they become the groups. [Another claim](Jwt::groups_claim) may be named |
/// | check | [one of your own](Jwt::check), if there is one |
///
/// Scopes and groups are what rules of routes look at, and nothing else is decided by them: a claim
/// that is `null` counts as absent, and one that cannot be read fails the rules that need it, with the
/// reason in the log, not the token.
///
/// An issuer that signs both ID tokens and access tokens for one audience does not always mark
/// which is which: give the API an audience of its own
/// ([RFC 8725, section 3.9](https://www.rfc-editor.org/rfc/rfc8725#section-3.9)).
///
/// # Keys
///
/// They are fetched over HTTPS from where the issuer's metadata say
/// ([OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html)), kept,
/// and fetched again when a token names one that is not known, at most every ten seconds. A key
/// that cannot be used is passed over. Of two keys for one algorithm that have the same name,
/// neither is used: it cannot be known which the issuer means.
///
/// # On the developer's machine
/// `cargo run -- token alice --groups admins --scopes orders/write` prints a token that is accepted as
/// one of this issuer's, by `serve` on loopback and by `invoke`, on the machine and by the user that
/// made it. It is signed with a key of that machine, which a build without debug assertions does not
/// read, and neither does any program that sees Lambda's environment. All other rules stay: audience,
/// expiry, checks. Tokens of the issuer itself are accepted as well. Programs that wrap this
/// authenticator in one of their own do not get the key.
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct Jwt<S = Ready>(Plan, PhantomData<fn() -> S>);

/// Of a [`Jwt`] that was not told yet whom tokens are for: it is no
/// [`Authenticator`](crate::Authenticator).
#[derive(Debug)]
pub enum NeedsAudience {}

impl Jwt<NeedsAudience> {
    /// Trusts the tokens of this issuer: its `iss` to the letter, a trailing slash included.
    ///
    /// Unless the keys come from [elsewhere](Jwt::jwks_url), it is an `https` URL without a
    /// fragment, below which the issuer's metadata are found.
    pub fn issuer(url: impl Into<String>) -> Self {
        let plan = Plan::new("jwt", Usage::Audience, "groups");
        Self(
            plan.change(|plan| plan.trusted.push(trust(url.into()))),
            PhantomData,
        )
    }
}

fn trust(issuer: String) -> Trust {
    Trust {
        issuers: vec![issuer],
        parties: Vec::new(),
        anybody: false,
        keys: KeysFrom::Discovery,
        fault: None,
    }
}

impl Jwt<Ready> {
    /// Trusts the tokens of one more issuer, with keys and audiences of its own.
    ///
    /// Rules of routes do not tell issuers apart: `groups("admins")` lets in whom **any** of them
    /// puts into that group, and two issuers may give one subject to different people. Where they
    /// are not trusted alike, look at [`Identity::issuer`] in a [check](Jwt::check) or in a guard,
    /// or give them authenticators with credentials in places of their own.
    pub fn or_issuer(self, url: impl Into<String>) -> Jwt<NeedsAudience> {
        let plan = self.0.change(|plan| plan.trusted.push(trust(url.into())));
        Jwt(plan, PhantomData)
    }
}

impl<S> Jwt<S> {
    /// Lets in tokens for this audience. Said again, for each of them.
    pub fn audience(self, audience: impl Into<String>) -> Jwt<Ready> {
        let plan = self
            .0
            .change_last(|trust| trust.parties.push(audience.into()));
        Jwt(plan, PhantomData)
    }

    /// Lets in all tokens of the issuer, whomever they are for.
    ///
    /// Then a token that a user gave to any other service is good here, too, and that service can
    /// use it ([RFC 8725, section 2.7](https://www.rfc-editor.org/rfc/rfc8725#section-2.7)).
    pub fn any_audience(self) -> Jwt<Ready> {
        let plan = self.0.change_last(|trust| trust.anybody = true);
        Jwt(plan, PhantomData)
    }
}

settings!(Jwt, "jwt", "groups");

#[cfg(test)]
impl Jwt {
    /// Verifies a text that need not be possible in a header.
    pub(super) async fn verify_text(&self, token: &str) -> Result<Identity, Refusal> {
        self.0.verify(token).await
    }
}
