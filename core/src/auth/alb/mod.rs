//! Authenticator for users that a load balancer has signed in.
//!
//! `token` says what is special about the load balancer's tokens, which the verifier of `auth::jwt`
//! verifies. `keys` fetches the key that a token names, `arn` knows where it is, and `config` holds
//! the settings.

mod arn;
mod config;
mod keys;
mod token;

use super::{
    AuthError, Authenticator, Identity, Installed, LendKeys, Scheme, TestKeys,
    authenticator::{BuiltIn, Own},
    description::Description,
    install,
    jwt::{Common, Key, KeySet, NeedsClient, Ready, common_settings},
    list_claim::ListClaim,
};
use crate::{
    Invocation, Request,
    event::Source,
    setting::{Setting, Visit},
};
use arn::LoadBalancer;
use config::{Keys, Settings};
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Authenticator for users that an Application Load Balancer has signed in.
///
/// A rule with the action
/// [`authenticate-oidc` or `authenticate-cognito`](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html)
/// signs users in and sends their claims in `x-amzn-oidc-data`, in a token that the load balancer
/// signs. This authenticator verifies the token.
///
/// ```
/// use lambda_api::{Api, auth::AlbOidc};
///
/// let listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:\
///                 listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
/// let api = Api::new().authenticate(AlbOidc::listener(listener).client("app-client-id"));
/// ```
///
/// It becomes an [`Authenticator`](crate::auth::Authenticator) once it knows for which clients the load
/// balancer signs users in, by [`client`](AlbOidc::client) or
/// [`any_client`](AlbOidc::any_client).
///
/// An [`Identity`] of it has the kind [`AlbOidc`](super::IdentityKind::AlbOidc), the `sub` of the
/// claims for its subject, and the issuer that signed the user in. The claims are those of the issuer's user info
/// endpoint. Its groups are those of [a claim](AlbOidc::groups_claim); scopes it has none, since
/// user info is about users, not about what a client was granted.
///
/// # What is checked
/// The token is signed with ES256 by a key of the load balancer's region, its `signer` is this load
/// balancer and its `client` this client, and it has not expired; all of these are in its header.
/// The token is short-lived; the load balancer keeps the session of the user.
///
/// The other headers of the load balancer prove nothing: `x-amzn-oidc-identity` is not signed and is
/// ignored; `x-amzn-oidc-accesstoken` is the issuer's token, which [`Jwt`](super::Jwt) or
/// [`Cognito`](super::Cognito) verify if an API needs it.
///
/// # Who can send such a header
/// Anybody: a rule that does not sign users in may forward a client's own header. That is why only
/// the signature and the signer are trusted. Still:
///
/// - Sign users in by the listener's default action, or by every rule that leads to the function.
///   Callers of a rule without the action get 401 here.
/// - Callers must not reach the function around the load balancer. Permit only
///   `elasticloadbalancing.amazonaws.com` to invoke it, with the target group's ARN as `SourceArn`:
///   whoever may invoke the function directly can replay a token.
/// - Events of API Gateway, function URLs and VPC Lattice with the header are rejected with
///   [`AuthError::UntrustedSource`], since no load balancer has set it. A request that came from no
///   event, in a test or behind a server of your own, is accepted if its token is valid.
///
/// `cargo run -- token` makes no tokens for this authenticator, since clients do not send the header.
/// In a test, `TestIssuer::alb` makes them.
///
/// # Keys
/// The key that a token names is fetched from
/// [AWS](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)
/// and kept, at most 16 of them. New keys are fetched at a limited rate, ten at once and then one a
/// second; tokens that name further keys get 503. A key that is requested repeatedly gets up to 16
/// more fetches a second, so that invented key ids do not block genuine ones for long. A key is
/// fetched again after an hour. It is dropped if its host does not have it any more (404, 410), and
/// used for up to a day while the host is down. A function in a VPC without a route to the internet
/// needs [the keys themselves](AlbOidc::key), or [another URL](AlbOidc::keys_url).
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct AlbOidc<S = Ready>(Settings, PhantomData<fn() -> S>);

impl AlbOidc<NeedsClient> {
    /// Accepts users that this load balancer signs in: its ARN, or that of one of its listeners.
    ///
    /// Tokens name the load balancer, not the listener: all of its listeners are trusted, as far as
    /// they sign users in for the clients.
    pub fn listener(arn: impl Into<Setting>) -> Self {
        Self(Settings::default(), PhantomData).or_listener(arn)
    }
}

impl<S> AlbOidc<S> {
    /// Trusts another load balancer, for the same clients and with the same settings.
    pub fn or_listener(self, arn: impl Into<Setting>) -> Self {
        self.change(|settings| settings.arns.push(arn.into()))
    }

    /// Accepts users that the load balancer signs in for this client: the client id in the rule of
    /// the listener, or that of the user pool. Can be repeated.
    pub fn client(self, id: impl Into<Setting>) -> AlbOidc<Ready> {
        AlbOidc(self.0, PhantomData).change(|settings| settings.clients.push(id.into()))
    }

    /// Accepts all users that the load balancer signs in, for any client and issuer.
    pub fn any_client(self) -> AlbOidc<Ready> {
        AlbOidc(self.0, PhantomData).change(|settings| settings.any_client = true)
    }

    /// Accepts only users that this issuer has signed in: the `issuer` in the rule of the listener;
    /// `https://cognito-idp.REGION.amazonaws.com/POOL` for a user pool.
    ///
    /// Without this the client alone decides, which is enough if no two issuers use the same client
    /// id.
    pub fn issuer(self, url: impl Into<Setting>) -> Self {
        self.change(|settings| settings.issuer = Some(url.into()))
    }

    /// The base URL of the keys, instead of AWS's. A `/` and the id of a key are appended.
    pub fn keys_url(self, url: impl Into<Setting>) -> Self {
        self.change(|settings| settings.keys_url = Some(url.into()))
    }

    /// A key of this id, in PEM. Then no keys are fetched: tokens that name other keys are rejected.
    pub fn key(self, id: impl Into<String>, pem: impl AsRef<[u8]>) -> Self {
        let key = (id.into(), Key::from_pem(pem.as_ref()).map(Arc::new));
        self.change(|settings| match &mut settings.keys {
            Keys::Given(keys) => keys.push(key),
            Keys::Fetched(_) | Keys::Set(_) => settings.keys = Keys::Given(vec![key]),
        })
    }

    fn change(self, change: impl FnOnce(&mut Settings)) -> Self {
        Self(self.0.change(change), PhantomData)
    }

    fn change_common(self, change: impl FnOnce(&mut Common)) -> Self {
        self.change(|settings| change(&mut settings.common))
    }
}

common_settings!(AlbOidc, "alb", "groups");

impl Authenticator for AlbOidc {
    fn scheme(&self) -> Scheme {
        self.0.common.scheme()
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let token = self.0.common.credential.read(request)?;
        match Invocation::of(request).source() {
            Some(Source::Alb | Source::AlbMultiValue) | None => {}
            Some(_) => return Err(AuthError::UntrustedSource),
        }
        self.0.verifier().verify(token).await
    }

    fn config_errors(&self) -> Vec<String> {
        self.0.verifier().errors.clone()
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for AlbOidc {
    fn describe(&self) -> Description {
        self.0.describe()
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        install(self.clone().change(|settings| settings.visit(visit)))
    }

    fn lend_test_keys(&self, keys: &TestKeys) -> Option<Installed> {
        self.with_test_keys(keys).map(install)
    }
}

impl LendKeys for AlbOidc {
    fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        let issuer = LoadBalancer::read(&keys.issuer)?;
        if !self.0.signers().any(|signer| signer == issuer) {
            return None;
        }
        let set = Arc::new(KeySet::read(keys.jwks.as_bytes())?);
        Some(self.clone().change(|settings| {
            settings.keys = Keys::Set(set);
            if let Some(now) = keys.now {
                settings.common.clock = Arc::new(move || now);
            }
        }))
    }
}

impl<S> Clone for AlbOidc<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<S> fmt::Debug for AlbOidc<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlbOidc")
            .field("name", &self.0.common.name)
            .field("listeners", &texts(&self.0.arns))
            .field("clients", &texts(&self.0.clients))
            .field("issuer", &self.0.issuer.as_ref().map(Setting::to_string))
            .finish_non_exhaustive()
    }
}

fn texts(settings: &[Setting]) -> Vec<String> {
    settings.iter().map(Setting::to_string).collect()
}
