//! Users that a load balancer has signed in.

mod arn;
mod claims;
mod keys;
mod token;
mod verify;

use super::{
    Credential, Identity, Refusal,
    jwt::{Key, KeySet},
    keys::Clock,
};
use arn::LoadBalancer;
use keys::{Fetched, PublicKey};
use std::{
    borrow::Cow,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// A load balancer, before it is said for which client it signs users in: see
/// [`AlbOidc::listener`].
#[derive(Clone, Debug)]
#[must_use = "it is an authenticator once it knows its client"]
pub struct AlbListener {
    arns: Vec<String>,
}

/// Recognises the users that an Application Load Balancer has signed in.
///
/// A rule with the action
/// [`authenticate-oidc` or `authenticate-cognito`](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html)
/// signs users in, and tells the function who they are in `x-amzn-oidc-data`: a token of the load
/// balancer's own. This verifies it.
///
/// ```
/// use lambda_api::Api;
/// use lambda_api::auth::AlbOidc;
///
/// let listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:\
///                 listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
/// let api = Api::new().authenticate(AlbOidc::listener(listener).client("app-client-id"));
/// ```
///
/// An [`Identity`] of it has the kind [`IdentityKind::AlbOidc`](super::IdentityKind::AlbOidc), the `sub` of the claims for its
/// subject, and the issuer that signed the user in. The claims are those of the issuer's user info
/// endpoint. Its groups are those of [a claim](AlbOidc::groups_claim); scopes it has none, since
/// user info is about users, not about what a client was granted.
///
/// # What is checked
/// The token is signed with ES256 by a key of the load balancer's region, its `signer` is this load
/// balancer and its `client` this client, and it has not expired; all of these stand in its header.
/// It lives for a few minutes at most; the session of the user is a matter of the load balancer.
///
/// What else the load balancer sends is no proof of anything: `x-amzn-oidc-identity` has no
/// signature, and is never looked at; `x-amzn-oidc-accesstoken` is the issuer's token, which
/// `Jwt` or `Cognito` verify if an API needs it.
///
/// # Who can send such a header
/// Anybody: on a listener whose rule does not sign users in, a header of the client's own comes
/// through. That is why the signature and the signer count, and nothing else. Still:
///
/// - Sign users in by the listener's default action, or by every rule that leads to the function: a
///   rule without the action lets its callers through unrecognised, and they get 401 here.
/// - A target behind a load balancer must not be reached around it. What is a matter of security
///   groups for other targets is one of permissions for a function: let
///   `elasticloadbalancing.amazonaws.com` invoke it with the target group's ARN as `SourceArn`, and
///   nobody else. Whoever may invoke the function directly can send a token that they got hold of.
/// - Events of API Gateway, function URLs and VPC Lattice that have the header are refused with
///   [`Refusal::UntrustedSource`]: no load balancer has set it. A request that came from no event at
///   all, in a test or behind a server of your own, is judged by the token.
///
/// # Keys
/// The key that a token names is fetched from
/// [AWS](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)
/// and kept; 16 of them at most. Keys that are not kept yet are fetched ten at once, and then one
/// each second, whatever is sent; until then, tokens that name others get 503. A function in a VPC
/// without a way out needs [the keys themselves](AlbOidc::key), or
/// [another place for them](AlbOidc::keys_url).
#[derive(Clone)]
#[must_use]
pub struct AlbOidc {
    name: Cow<'static, str>,
    credential: Credential,
    arns: Vec<String>,
    signers: Vec<LoadBalancer>,
    /// `None` stands for all.
    clients: Option<Vec<String>>,
    issuer: Option<String>,
    groups_claim: Cow<'static, str>,
    realm: Option<Cow<'static, str>>,
    leeway: Duration,
    expiry_leeway: Duration,
    check: Option<Check>,
    clock: Clock,
    keys_url: Option<String>,
    loopback: bool,
    keys: Keys,
}

#[derive(Clone)]
enum Keys {
    Fetched(Arc<Fetched>),
    /// By their ids; none where the PEM is none.
    Given(Vec<(String, Option<Arc<PublicKey>>)>),
    /// Of a test issuer.
    Set(Arc<KeySet>),
}

type Check = Arc<dyn Fn(&Identity) -> Result<(), Refusal> + Send + Sync>;

/// How far clocks may be said to differ.
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

impl AlbOidc {
    /// Users whom this load balancer signs in, by the ARN of one of its listeners or its own.
    ///
    /// Tokens name the load balancer, not the listener: all of its listeners are trusted, as far as
    /// they sign users in for the client that is to be named next.
    pub fn listener(arn: impl Into<String>) -> AlbListener {
        AlbListener {
            arns: vec![arn.into()],
        }
    }

    /// Another client that is let in, too.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.clients.get_or_insert_default().push(id.into());
        self
    }

    /// Lets in only users whom this issuer has signed in: the `issuer` in the rule of the listener;
    /// `https://cognito-idp.REGION.amazonaws.com/POOL` for a user pool.
    ///
    /// Without this the client alone decides. That is enough where each issuer has given its
    /// clients other ids.
    pub fn issuer(mut self, url: impl Into<String>) -> Self {
        self.issuer = Some(url.into());
        self
    }

    /// The claim that has the groups of a user, an array of strings or one string, instead of
    /// `groups`. Name one that the issuer sets, and that users cannot change by themselves.
    pub fn groups_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.groups_claim = name.into();
        self
    }

    /// The name by which routes and logs call it, instead of `alb`.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The realm that `WWW-Authenticate` names, instead of `api`.
    pub fn realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// How far `nbf` and `iat` may lie in the future, where the claims have them, instead of 30 s.
    /// At most 5 minutes.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How long a token is still good after its `exp`, instead of not at all. At most 5 minutes.
    pub fn expiry_leeway(mut self, leeway: Duration) -> Self {
        self.expiry_leeway = leeway;
        self
    }

    /// A check of your own, after all others have passed.
    ///
    /// It looks at claims with [`Identity::claims`]; what it refuses with is logged. An earlier
    /// check is replaced.
    pub fn check<F>(mut self, check: F) -> Self
    where
        F: Fn(&Identity) -> Result<(), Refusal> + Send + Sync + 'static,
    {
        self.check = Some(Arc::new(check));
        self
    }

    /// What time it is, for tests, instead of what the system's clock says.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.set_clock(Arc::new(clock));
        self
    }

    fn set_clock(&mut self, clock: Clock) {
        if let Keys::Fetched(keys) = &mut self.keys {
            *keys = Arc::new(Fetched::new(Arc::clone(&clock)));
        }
        self.clock = clock;
    }

    /// Where keys are, instead of AWS's own address: what a `/` and the id of a key are appended to.
    pub fn keys_url(mut self, url: impl Into<String>) -> Self {
        self.keys_url = Some(url.into());
        self
    }

    /// Lets keys be fetched by plain HTTP from this machine (`localhost`, `127.0.0.0/8`, `[::1]`),
    /// for tests.
    pub fn allow_loopback_http(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// A key of this id, in PEM. From then on no keys are fetched: tokens that name other keys than
    /// those that are given so are refused.
    pub fn key(mut self, id: impl Into<String>, pem: impl AsRef<[u8]>) -> Self {
        let key = Key::from_pem(pem.as_ref())
            .map(PublicKey::new)
            .map(Arc::new);
        let key = (id.into(), key);
        match &mut self.keys {
            Keys::Given(keys) => keys.push(key),
            Keys::Fetched(_) | Keys::Set(_) => self.keys = Keys::Given(vec![key]),
        }
        self
    }
}

impl AlbListener {
    /// Another load balancer that is trusted in the same way.
    pub fn or_listener(mut self, arn: impl Into<String>) -> Self {
        self.arns.push(arn.into());
        self
    }

    /// Lets in users whom the load balancer signs in for this client: the client id in the rule of
    /// the listener, or that of the user pool.
    pub fn client(self, id: impl Into<String>) -> AlbOidc {
        self.authenticator(Some(vec![id.into()]))
    }

    /// Lets in whomever the load balancer signs in, whatever the client and its issuer.
    pub fn any_client(self) -> AlbOidc {
        self.authenticator(None)
    }

    fn authenticator(self, clients: Option<Vec<String>>) -> AlbOidc {
        let clock: Clock = Arc::new(SystemTime::now);
        AlbOidc {
            name: Cow::Borrowed("alb"),
            credential: Credential::header("x-amzn-oidc-data"),
            signers: self
                .arns
                .iter()
                .filter_map(|arn| LoadBalancer::read(arn))
                .collect(),
            arns: self.arns,
            clients,
            issuer: None,
            groups_claim: Cow::Borrowed("groups"),
            realm: None,
            leeway: Duration::from_secs(30),
            expiry_leeway: Duration::ZERO,
            check: None,
            keys_url: None,
            loopback: false,
            keys: Keys::Fetched(Arc::new(Fetched::new(Arc::clone(&clock)))),
            clock,
        }
    }
}

impl fmt::Debug for AlbOidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlbOidc")
            .field("name", &self.name)
            .field("listeners", &self.arns)
            .field("clients", &self.clients)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
