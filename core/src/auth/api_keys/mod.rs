//! Authenticator for API keys that you issue.

mod hash;

pub use hash::{KeyHash, KeyHashError};

use super::{
    AuthError, Authenticator, Credential, Identity, IdentityKind, Installed, Scheme,
    authenticator::{BuiltIn, Own},
    description::{Description, Kind},
    install,
};
use crate::{
    BoxError, BoxFuture, Error, Request,
    setting::{Setting, Visit, unresolved},
};
use std::{borrow::Cow, fmt, future::Future, ops::RangeInclusive, sync::Arc};

/// The length of a key in bytes. A shorter one can hardly be random; the upper limit bounds the work
/// for a request that is not authenticated.
const LENGTHS: RangeInclusive<usize> = 16..=256;

/// Authenticator for callers with API keys that you issue.
///
/// The key is in the header `x-api-key`, or at [another place](ApiKeys::credential). It is looked up by
/// its [`KeyHash`]: the key itself is not stored, and not passed to your function.
///
/// ```
/// use lambda_api::{Api, Identity};
/// use lambda_api::auth::{ApiKeys, KeyHash};
///
/// // The table of keys: the hash of a key, and the caller that it was issued to.
/// async fn find(hash: KeyHash) -> Result<Option<(KeyHash, Identity)>, std::io::Error> {
///     // For example `get_item` of DynamoDB by `hash.to_string()`, with this result:
///     let found = Some((hash.to_string(), "orders-importer", "orders/write"));
///     let Some((stored, name, scope)) = found else { return Ok(None) };
///     let stored = stored.parse().map_err(std::io::Error::other)?;
///     Ok(Some((stored, Identity::new(name).with_scopes([scope]))))
/// }
///
/// let api = Api::new().authenticate(ApiKeys::new(find));
/// ```
///
/// The function looks up the record of a hash and returns the hash **in the record** with the
/// identity; both hashes are compared in constant time. The duration of the look-up reveals at most the
/// hash, from which a random key cannot be computed.
///
/// The [`Identity`] has the kind [`IdentityKind::ApiKey`], and the subject, scopes and groups that the
/// function returns.
///
/// # Keys
/// - Create keys with at least 128 random bits: `openssl rand -hex 32`. [`KeyHash`] says why.
/// - A key has 16 to 256 characters: letters, digits and `-._~+/=`.
/// - Issue a key to each caller, and a second one while it replaces the first.
///
/// # Errors
/// | the key | rejection | response |
/// |---|---|---|
/// | is missing | [`AuthError::Absent`] | 401, or the next authenticator is asked |
/// | has other characters, or is repeated | [`AuthError::MalformedCredential`], [`AuthError::RepeatedCredential`] | 400 |
/// | is unknown, too short or too long | [`AuthError::UnknownApiKey`] | 401 |
/// | cannot be looked up, since the function failed | [`AuthError::Unavailable`] | 503; the error is logged |
///
/// # Keys of API Gateway
/// API Gateway has [keys](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html)
/// for usage plans: they meter callers, and AWS advises against authenticating callers by them. This
/// authenticator does not read them. They are sent in `x-api-key` as well: if a REST API requires them,
/// use another header for your own keys.
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
    /// A reference to a variable that was not read yet.
    Setting(Setting, Parse),
    Invalid(Arc<str>),
}

type Parse = Arc<dyn Fn(&str) -> Keys + Send + Sync>;

type Found = Result<Option<(KeyHash, Identity)>, BoxError>;
type Find = Arc<dyn Fn(KeyHash) -> BoxFuture<'static, Found> + Send + Sync>;

impl ApiKeys {
    /// Keys that an async function looks up: it gets the hash of a key, and returns the hash and the
    /// identity in the record, or `None`.
    ///
    /// It is called for each request. If it reads a store over the network, it may cache a record for
    /// a minute, say; a revoked key is accepted for that long.
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

    /// A fixed set of keys, by their hashes.
    ///
    /// [`Api::build`](crate::Api::build) fails if the set is empty, or has a key twice.
    ///
    /// ```
    /// use lambda_api::Identity;
    /// use lambda_api::auth::{ApiKeys, KeyHash};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // From an environment variable, say: the hash of a random key is not a secret.
    /// let hash: KeyHash =
    ///     "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df".parse()?;
    /// let keys = ApiKeys::from_keys([(hash, Identity::new("orders-importer"))]);
    /// # let _ = keys;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_keys(keys: impl IntoIterator<Item = (KeyHash, Identity)>) -> Self {
        Self::of(Keys::Fixed(keys.into_iter().collect()))
    }

    /// A fixed set of keys in a setting, such as an environment variable, whose value `parse` reads.
    ///
    /// [`Api::build`](crate::Api::build) fails if the variable is missing or empty, if `parse` returns
    /// an error, whose text it shows, if the set is empty, or if it has a key twice. The error should
    /// not repeat the value, which could be a key by mistake.
    ///
    /// ```
    /// use lambda_api::{Api, Identity, auth::{ApiKeys, KeyHash}, env};
    ///
    /// /// One caller: `NAME=HASH`.
    /// fn parse(text: &str) -> Result<[(KeyHash, Identity); 1], &'static str> {
    ///     let (name, hash) = text.split_once('=').ok_or("expected NAME=HASH")?;
    ///     let hash = hash.parse().map_err(|_| "expected a hash after the name")?;
    ///     Ok([(hash, Identity::new(name))])
    /// }
    ///
    /// let api = Api::new().authenticate(ApiKeys::from_setting(env("ORDERS_API_KEYS"), parse));
    /// ```
    pub fn from_setting<K, E>(
        setting: impl Into<Setting>,
        parse: impl Fn(&str) -> Result<K, E> + Send + Sync + 'static,
    ) -> Self
    where
        K: IntoIterator<Item = (KeyHash, Identity)>,
        E: fmt::Display,
    {
        let parse: Parse = Arc::new(move |text| match parse(text) {
            Ok(keys) => Keys::Fixed(keys.into_iter().collect()),
            Err(error) => Keys::Invalid(error.to_string().into()),
        });
        let setting = setting.into();
        Self::of(match setting.literal() {
            Some(text) => parse(text),
            None => Keys::Setting(setting, parse),
        })
    }

    fn of(keys: Keys) -> Self {
        Self {
            name: Cow::Borrowed("api_key"),
            credential: Credential::header("x-api-key"),
            keys,
        }
    }

    /// Reads the key from this header instead of `x-api-key`.
    ///
    /// # Panics
    /// If this is not a valid name of a header.
    #[track_caller]
    pub fn header(self, name: &str) -> Self {
        self.credential(Credential::header(name))
    }

    /// Reads the key from here instead of the header `x-api-key`.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// Sets the name in routes and logs. The default is `api_key`.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
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

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let key = self.credential.read(request)?;
        if !LENGTHS.contains(&key.len()) {
            return Err(AuthError::UnknownApiKey);
        }
        let hash = KeyHash::of(key);
        let found = match &self.keys {
            Keys::Fixed(keys) => among(keys, hash),
            Keys::Setting(..) | Keys::Invalid(_) => {
                return Err(AuthError::Unavailable("the API keys are invalid"));
            }
            Keys::Find(find) => find(hash).await.map_err(|error| unavailable(&*error))?,
        };
        match found {
            Some((stored, identity)) if stored == hash => {
                Ok(identity.with_kind(IdentityKind::ApiKey))
            }
            _ => Err(AuthError::UnknownApiKey),
        }
    }

    fn config_errors(&self) -> Vec<String> {
        let keys = match &self.keys {
            Keys::Fixed(keys) => keys,
            Keys::Find(_) => return Vec::new(),
            Keys::Setting(setting, _) => {
                return unresolved(|visit| visit("keys", &mut setting.clone()));
            }
            Keys::Invalid(error) => return vec![format!("API keys: {error}")],
        };
        let mut errors = Vec::new();
        if keys.is_empty() {
            errors.push("API keys: the set is empty".to_owned());
        }
        let mut rest = keys.iter();
        while let Some((hash, _)) = rest.next() {
            if rest.clone().any(|(other, _)| other == hash) {
                errors.push(format!("API keys: {hash:?} is repeated"));
            }
        }
        errors
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for ApiKeys {
    fn describe(&self) -> Description {
        Description {
            keys: match &self.keys {
                Keys::Setting(setting, _) => Some(setting.clone()),
                Keys::Fixed(_) | Keys::Find(_) | Keys::Invalid(_) => None,
            },
            ..self.scheme().describe(Kind::ApiKey)
        }
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        let mut own = self.clone();
        if let Keys::Setting(setting, parse) = &mut own.keys {
            visit("keys", setting);
            if let Some(text) = setting.literal() {
                own.keys = parse(text);
            }
        }
        install(own)
    }
}

/// The key with this hash. All keys are compared, so that the duration does not reveal the match.
fn among(keys: &[(KeyHash, Identity)], hash: KeyHash) -> Option<(KeyHash, Identity)> {
    let mut found = None;
    for key in keys {
        if key.0 == hash {
            found = Some(key);
        }
    }
    found.cloned()
}

/// The error cannot contain the key, which the function does not get.
fn unavailable(error: &(dyn std::error::Error + 'static)) -> AuthError {
    let error = crate::error::Chain(error).to_string();
    tracing::error!(target: "lambda_api", error, "API keys cannot be looked up");
    AuthError::Unavailable("API keys cannot be looked up")
}

/// Omits the hashes.
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
