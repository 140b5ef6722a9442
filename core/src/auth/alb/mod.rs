//! Users that a load balancer has signed in.

mod arn;
mod claims;
mod faults;
mod keys;
mod token;
mod verify;

use super::{
    Credential, Identity, Refusal,
    jwt::{Key, KeySet, NeedsClient, Ready},
    keys::Clock,
    list_claim::ListClaim,
};
use arn::LoadBalancer;
use keys::{Fetched, PublicKey};
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Recognises the users that an Application Load Balancer has signed in.
///
/// A rule with the action
/// [`authenticate-oidc` or `authenticate-cognito`](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html)
/// signs users in, and tells the function who they are in `x-amzn-oidc-data`: a token of the load
/// balancer's own. This verifies it.
///
/// ```
/// use lambda_api::{AlbOidc, Api};
///
/// let listener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:\
///                 listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
/// let api = Api::new().authenticate(AlbOidc::listener(listener).client("app-client-id"));
/// ```
///
/// It becomes an [`Authenticator`](crate::Authenticator) once it knows for which clients the load
/// balancer signs users in, by [`client`](AlbOidc::client) or, said out loud,
/// [`any_client`](AlbOidc::any_client).
///
/// An [`Identity`] of it has the kind [`AlbOidc`](super::IdentityKind::AlbOidc), the `sub` of the
/// claims for its subject, and the issuer that signed the user in. The claims are those of the issuer's user info
/// endpoint. Its groups are those of [a claim](AlbOidc::groups_claim); scopes it has none, since
/// user info is about users, not about what a client was granted.
///
/// # What is checked
/// The token is signed with ES256 by a key of the load balancer's region, its `signer` is this load
/// balancer and its `client` this client, and it has not expired; all of these stand in its header.
/// It is short-lived; the session of the user is a matter of the load balancer.
///
/// What else the load balancer sends is no proof of anything: `x-amzn-oidc-identity` has no
/// signature, and is never looked at; `x-amzn-oidc-accesstoken` is the issuer's token, which
/// [`Jwt`](super::Jwt) or [`Cognito`](super::Cognito) verify if an API needs it.
///
/// # Who can send such a header
/// Anybody: where a rule does not sign users in, a header of the client's own may come through.
/// That is why the signature and the signer count, and nothing else. Still:
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
/// There are no tokens of `cargo run -- token` for it: a load balancer sends the header, and no client
/// does. In a test, `TestIssuer::alb` makes them.
///
/// # Keys
/// The key that a token names is fetched from
/// [AWS](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)
/// and kept; 16 of them at most. Keys that are not kept yet are fetched ten at once, and then one
/// each second, whatever is sent; until then, tokens that name others get 503. A key that was asked
/// for in vain goes before others the more often it is asked for, up to 16 more fetches a second, so
/// that key ids of somebody's making keep nobody out for long. A key is fetched anew after an hour;
/// one that its host does not have any more (404, 410) is not used again, and while the host is down
/// it serves for a day. A function in a VPC without a way out needs [the keys themselves](AlbOidc::key), or
/// [another place for them](AlbOidc::keys_url).
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct AlbOidc<S = Ready>(Settings, PhantomData<fn() -> S>);

#[derive(Clone)]
struct Settings {
    name: Cow<'static, str>,
    credential: Credential,
    realm: Option<Cow<'static, str>>,
    /// As they were given.
    arns: Vec<String>,
    signers: Vec<LoadBalancer>,
    clients: Vec<String>,
    any_client: bool,
    issuer: Option<String>,
    groups_claim: ListClaim,
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

impl AlbOidc<NeedsClient> {
    /// Users whom this load balancer signs in, by the ARN of one of its listeners or its own.
    ///
    /// Tokens name the load balancer, not the listener: all of its listeners are trusted, as far as
    /// they sign users in for the client that is to be named next.
    pub fn listener(arn: impl AsRef<str>) -> Self {
        let clock: Clock = Arc::new(SystemTime::now);
        let settings = Settings {
            name: Cow::Borrowed("alb"),
            credential: Credential::header("x-amzn-oidc-data"),
            realm: None,
            arns: Vec::new(),
            signers: Vec::new(),
            clients: Vec::new(),
            any_client: false,
            issuer: None,
            groups_claim: ListClaim::usual("groups"),
            leeway: Duration::from_secs(30),
            expiry_leeway: Duration::ZERO,
            check: None,
            keys_url: None,
            loopback: false,
            keys: Keys::Fetched(Arc::new(Fetched::new(Arc::clone(&clock)))),
            clock,
        };
        Self(settings, PhantomData).or_listener(arn)
    }
}

impl<S> AlbOidc<S> {
    /// Trusts another load balancer in the same way: for the same clients, and with the same
    /// settings.
    pub fn or_listener(self, arn: impl AsRef<str>) -> Self {
        let arn = arn.as_ref();
        self.change(|settings| {
            settings.arns.push(arn.to_owned());
            settings.signers.extend(LoadBalancer::read(arn));
        })
    }

    /// Lets in users whom the load balancer signs in for this client: the client id in the rule of
    /// the listener, or that of the user pool. Said again, for each of them.
    pub fn client(self, id: impl Into<String>) -> AlbOidc<Ready> {
        AlbOidc(self.0, PhantomData).change(|settings| settings.clients.push(id.into()))
    }

    /// Lets in whomever the load balancer signs in, whatever the client and its issuer.
    pub fn any_client(self) -> AlbOidc<Ready> {
        AlbOidc(self.0, PhantomData).change(|settings| settings.any_client = true)
    }

    /// Lets in only users whom this issuer has signed in: the `issuer` in the rule of the listener;
    /// `https://cognito-idp.REGION.amazonaws.com/POOL` for a user pool.
    ///
    /// Without this the client alone decides. That is enough where each issuer has given its
    /// clients other ids.
    pub fn issuer(self, url: impl Into<String>) -> Self {
        self.change(|settings| settings.issuer = Some(url.into()))
    }

    /// The claim that has the groups of a user, an array of strings or one string, instead of
    /// `groups`: a name, or a path such as `realm_access.roles`, as for
    /// [`Jwt::groups_claim`](super::Jwt::groups_claim). Name one that the issuer sets, and that users
    /// cannot change by themselves.
    pub fn groups_claim(self, path: impl Into<Cow<'static, str>>) -> Self {
        let claim = ListClaim::named(path.into());
        self.change(|settings| settings.groups_claim = claim)
    }

    /// The name by which routes and logs call it, instead of `alb`.
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.change(|settings| settings.name = name.into())
    }

    /// The realm that `WWW-Authenticate` names, instead of `api`.
    pub fn realm(self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.change(|settings| settings.realm = Some(realm.into()))
    }

    /// How far `nbf` and `iat` may lie in the future, where the claims have them, instead of 30 s.
    /// At most 5 minutes.
    pub fn leeway(self, leeway: Duration) -> Self {
        self.change(|settings| settings.leeway = leeway)
    }

    /// How long a token is still good after its `exp`, instead of not at all. At most 5 minutes.
    pub fn expiry_leeway(self, leeway: Duration) -> Self {
        self.change(|settings| settings.expiry_leeway = leeway)
    }

    /// A check of your own, after all others have passed.
    ///
    /// It looks at claims with [`Identity::claims`]; what it refuses with is logged. An earlier
    /// check is replaced.
    pub fn check<F>(self, check: F) -> Self
    where
        F: Fn(&Identity) -> Result<(), Refusal> + Send + Sync + 'static,
    {
        self.change(|settings| settings.check = Some(Arc::new(check)))
    }

    /// What time it is, for tests, instead of what the system's clock says.
    pub fn clock<F>(self, clock: F) -> Self
    where
        F: Fn() -> SystemTime + Send + Sync + 'static,
    {
        self.change(|settings| settings.set_clock(Arc::new(clock)))
    }

    /// Where keys are, instead of AWS's own address: what a `/` and the id of a key are appended to.
    pub fn keys_url(self, url: impl Into<String>) -> Self {
        self.change(|settings| settings.keys_url = Some(url.into()))
    }

    /// Lets keys be fetched by plain HTTP from this machine (`localhost`, `127.0.0.0/8`, `[::1]`),
    /// for tests.
    pub fn allow_loopback_http(self) -> Self {
        self.change(|settings| settings.loopback = true)
    }

    /// A key of this id, in PEM. From then on no keys are fetched: tokens that name other keys than
    /// those that are given so are refused.
    pub fn key(self, id: impl Into<String>, pem: impl AsRef<[u8]>) -> Self {
        let key = Key::from_pem(pem.as_ref());
        let key = (id.into(), key.map(PublicKey::new).map(Arc::new));
        self.change(|settings| match &mut settings.keys {
            Keys::Given(keys) => keys.push(key),
            Keys::Fetched(_) | Keys::Set(_) => settings.keys = Keys::Given(vec![key]),
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.0);
        self
    }
}

impl Settings {
    fn set_clock(&mut self, clock: Clock) {
        if let Keys::Fetched(keys) = &mut self.keys {
            *keys = Arc::new(Fetched::new(Arc::clone(&clock)));
        }
        self.clock = clock;
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
            .field("name", &self.0.name)
            .field("listeners", &self.0.arns)
            .field("clients", &self.0.clients)
            .field("issuer", &self.0.issuer)
            .finish_non_exhaustive()
    }
}
