//! API keys of your own.

mod hash;

pub use hash::{KeyHash, KeyHashError};

use super::{Authenticator, Credential, Identity, IdentityKind, Refusal, Scheme};
use crate::{BoxError, BoxFuture, Error, Request};
use std::{borrow::Cow, fmt, future::Future, ops::RangeInclusive, sync::Arc};

/// How many bytes a key has. With fewer it can hardly be random; the upper end bounds the work that
/// a stranger can ask for.
const LENGTHS: RangeInclusive<usize> = 16..=256;

/// Recognises callers by API keys that you issue.
///
/// A key stands in the header `x-api-key`, unless [another place](ApiKeys::credential) is named.
/// What it is known by is its [`KeyHash`]; the key itself is kept nowhere, and no function of yours
/// gets to see it.
///
/// ```
/// use lambda_api::{Api, Identity};
/// use lambda_api::auth::{ApiKeys, KeyHash};
///
/// // The table of keys: the hash, and who the key was issued to.
/// async fn find(hash: KeyHash) -> Result<Option<(KeyHash, Identity)>, std::io::Error> {
///     // `get_item` of DynamoDB by `hash.to_string()`, say. This stands for what it finds:
///     let found = Some((hash.to_string(), "orders-importer", "orders/write"));
///     let Some((stored, name, scope)) = found else { return Ok(None) };
///     let stored = stored.parse().map_err(std::io::Error::other)?;
///     Ok(Some((stored, Identity::new(name).with_scopes([scope]))))
/// }
///
/// let api = Api::new().authenticate(ApiKeys::new(find));
/// ```
///
/// The function finds the record for a hash, and returns the hash **in the record** with the
/// identity; the two are compared in constant time, whatever the look-up has made of it. Looking up
/// by the hash gives nothing away: who measures how long it takes learns of the hash at most, from
/// which a random key cannot be found.
///
/// A key is an [`Identity`] of the kind [`IdentityKind::ApiKey`]; its subject, scopes and groups
/// are those that the function gives it.
///
/// # Keys
/// - Make them at random, with at least 128 random bits: `openssl rand -hex 32`. See [`KeyHash`]
///   for why.
/// - They have 16 to 256 characters, out of letters, digits and `-._~+/=`.
/// - Give each caller a key of its own, and two while one replaces the other.
///
/// # Errors
/// | the key | refusal | reply |
/// |---|---|---|
/// | is not there | [`Refusal::Absent`] | 401, or the next authenticator is asked |
/// | has other characters, or stands there twice | [`Refusal::MalformedCredential`], [`Refusal::RepeatedCredential`] | 400 |
/// | is not known, or too short or too long | [`Refusal::UnknownApiKey`] | 401 |
/// | cannot be looked up: the function failed | [`Refusal::Unavailable`] | 503; the error is in the log |
///
/// # These are not API Gateway's keys
/// API Gateway has [keys](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html)
/// too, for usage plans: they meter callers, and AWS advises against authenticating anybody by
/// them. What the gateway says about them in the request context is never looked at here. They
/// come in the same header, `x-api-key`; where a REST API asks for them, put your own keys into
/// another one.
#[derive(Clone)]
#[must_use]
pub struct ApiKeys {
    name: Cow<'static, str>,
    credential: Credential,
    keys: Keys,
}

#[derive(Clone)]
enum Keys {
    Fixed(Arc<[(KeyHash, Identity)]>),
    Find(Find),
}

type Found = Result<Option<(KeyHash, Identity)>, BoxError>;
type Find = Arc<dyn Fn(KeyHash) -> BoxFuture<'static, Found> + Send + Sync>;

impl ApiKeys {
    /// Keys that an async function looks up: it is given the hash of a key, and returns what the
    /// record of this hash holds, or `None`.
    ///
    /// Each request asks it anew. One that reads a store over the network may well keep what it
    /// found for a minute; a key that is withdrawn lives as much longer.
    pub fn new<F, Fut, E>(find: F) -> Self
    where
        F: Fn(KeyHash) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<(KeyHash, Identity)>, E>> + Send + 'static,
        E: Into<Error>,
    {
        Self::of(Keys::Find(Arc::new(move |hash| {
            let found = find(hash);
            Box::pin(async move { found.await.map_err(|error| error.into().into_boxed()) })
        })))
    }

    /// A few keys that are known beforehand, by their hashes.
    ///
    /// ```
    /// use lambda_api::Identity;
    /// use lambda_api::auth::{ApiKeys, KeyHash};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // From an environment variable, say: a hash is no secret where keys are random.
    /// let hash: KeyHash =
    ///     "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df".parse()?;
    /// let keys = ApiKeys::fixed([(hash, Identity::new("orders-importer"))]);
    /// # let _ = keys;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An Api is not built when there is none, or when two are the same.
    pub fn fixed(keys: impl IntoIterator<Item = (KeyHash, Identity)>) -> Self {
        Self::of(Keys::Fixed(keys.into_iter().collect()))
    }

    fn of(keys: Keys) -> Self {
        Self {
            name: Cow::Borrowed("api_key"),
            credential: Credential::header("x-api-key"),
            keys,
        }
    }

    /// The header that the key stands in, instead of `x-api-key`.
    ///
    /// # Panics
    /// When this is no name of a header.
    #[track_caller]
    pub fn header(self, name: &str) -> Self {
        self.credential(Credential::header(name))
    }

    /// Where the key stands, instead of the header `x-api-key`.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// The name by which routes and logs call it, instead of `api_key`.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }
}

impl Authenticator for ApiKeys {
    fn scheme(&self) -> Scheme {
        let scheme = Scheme::new(self.name.clone(), self.credential.clone());
        if self.credential == Credential::bearer() {
            scheme
        } else {
            scheme.challenge("ApiKey")
        }
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        let key = self.credential.read(request)?;
        if !LENGTHS.contains(&key.len()) {
            return Err(Refusal::UnknownApiKey);
        }
        let hash = KeyHash::of(key);
        let found = match &self.keys {
            Keys::Fixed(keys) => among(keys, hash),
            Keys::Find(find) => find(hash).await.map_err(|error| unavailable(&*error))?,
        };
        match found {
            Some((stored, identity)) if stored == hash => {
                Ok(identity.with_kind(IdentityKind::ApiKey))
            }
            _ => Err(Refusal::UnknownApiKey),
        }
    }

    fn faults(&self) -> Vec<String> {
        let Keys::Fixed(keys) = &self.keys else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        if keys.is_empty() {
            faults.push("API keys: there is none, so that nobody is let in".to_owned());
        }
        let mut rest = keys.iter();
        while let Some((hash, _)) = rest.next() {
            if rest.clone().any(|(other, _)| other == hash) {
                faults.push(format!("API keys: {hash:?} is there more than once"));
            }
        }
        faults
    }
}

/// The key of this hash. All of them are compared, so that the time does not tell which it was.
fn among(keys: &[(KeyHash, Identity)], hash: KeyHash) -> Option<(KeyHash, Identity)> {
    let mut found = None;
    for key in keys {
        if key.0 == hash {
            found = Some(key);
        }
    }
    found.cloned()
}

/// The function was never told the key, so its error cannot have it.
fn unavailable(error: &(dyn std::error::Error + 'static)) -> Refusal {
    let error = crate::error::Chain(error).to_string();
    tracing::error!(target: "lambda_api", error, "API keys cannot be looked up");
    Refusal::Unavailable("API keys cannot be looked up")
}

/// Without the keys' hashes.
impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys")
            .field("name", &self.name)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
