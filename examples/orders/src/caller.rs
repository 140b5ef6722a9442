//! Who is calling: the guard of this API.

use http::header::AUTHORIZATION;
use lambda_api::{ApiError, FromRequest, Operation, Request, State, StateRejection, extract};
use std::{env, hint::black_box, sync::Arc};

/// The caller of a handler; a handler with this argument runs for nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller(pub(crate) String);

/// Why a caller is not let in.
#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum Refused {
    #[error("expected an API key: `authorization: Bearer <key>`")]
    #[api(status = 401, code = "api_key_missing", absent)]
    Missing {
        #[api(header = "www-authenticate")]
        challenge: &'static str,
    },
    #[error("the API key is not known")]
    #[api(status = 401, code = "api_key_unknown")]
    Unknown {
        #[api(header = "www-authenticate")]
        challenge: &'static str,
    },
    #[error(transparent)]
    #[api(transparent)]
    State(#[from] StateRejection),
}

impl<'r> FromRequest<'r> for Caller {
    type Rejection = Refused;

    async fn from_request(request: &'r Request) -> Result<Self, Refused> {
        let State(keys) = extract::<State<ApiKeys>>(request).await?;
        let key = bearer(request).ok_or(Refused::Missing {
            challenge: "Bearer",
        })?;
        keys.caller(key).ok_or(Refused::Unknown {
            challenge: "Bearer error=\"invalid_token\"",
        })
    }

    fn describe(operation: &mut Operation) {
        State::<ApiKeys>::describe(operation);
    }
}

/// The key of a request that has exactly one `authorization` header (RFC 6750, section 2.1).
fn bearer(request: &Request) -> Option<&[u8]> {
    let mut headers = request.headers().get_all(AUTHORIZATION).iter();
    let header = headers.next()?.as_bytes();
    if headers.next().is_some() {
        return None;
    }
    let (scheme, key) = header.split_at_checked("Bearer ".len())?;
    let key = key.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !key.is_empty()).then_some(key)
}

/// The API keys of all callers.
#[derive(Clone, Default)]
pub(crate) struct ApiKeys(Arc<[(String, String)]>);

/// Why there are no API keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoKeys {
    #[error("expected `NAME=KEY,NAME=KEY,..` in the environment variable ORDERS_API_KEYS: {0}")]
    Variable(#[from] env::VarError),
    #[error("expected `NAME=KEY` at place {0} of ORDERS_API_KEYS, with neither of them empty")]
    Pair(usize),
}

impl ApiKeys {
    /// The keys that the environment variable `ORDERS_API_KEYS` has: `alice=open-sesame,bob=...`.
    pub(crate) async fn from_environment() -> Result<Self, NoKeys> {
        Self::parse(&env::var("ORDERS_API_KEYS")?)
    }

    pub(crate) fn parse(pairs: &str) -> Result<Self, NoKeys> {
        let pair = |(index, pair): (usize, &str)| match pair.split_once('=') {
            Some((name, key)) if !name.is_empty() && !key.is_empty() => {
                Ok((name.to_owned(), key.to_owned()))
            }
            // The text of the pair may be a key: it is not for the log.
            _ => Err(NoKeys::Pair(index + 1)),
        };
        let pairs: Result<Arc<_>, _> = pairs.split(',').enumerate().map(pair).collect();
        Ok(Self(pairs?))
    }

    /// Whose key this is. All keys are looked at, so that the time it takes tells nothing.
    fn caller(&self, key: &[u8]) -> Option<Caller> {
        let mut found = None;
        for (name, known) in self.0.iter() {
            if same(known.as_bytes(), key) {
                found = Some(name);
            }
        }
        found.cloned().map(Caller)
    }
}

/// Compares in a time that depends on the lengths alone.
fn same(known: &[u8], given: &[u8]) -> bool {
    let differing = known
        .iter()
        .zip(given)
        .fold(0, |bits, (a, b)| bits | (a ^ b));
    known.len() == given.len() && black_box(differing) == 0
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKeys({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_api::Body;

    fn request(authorization: &[&str]) -> Request {
        let mut request = Request::new(Body::empty());
        for value in authorization {
            request
                .headers_mut()
                .append(AUTHORIZATION, value.parse().unwrap());
        }
        request
    }

    #[test]
    fn a_key_is_taken_from_one_bearer_header_and_from_nothing_else() {
        let cases: [(&[&str], Option<&[u8]>); 8] = [
            (&["Bearer k"], Some(b"k")),
            (&["bearer  k "], Some(b"k")),
            (&[], None),
            (&["Basic k"], None),
            (&["Bearer"], None),
            (&["Bearer "], None),
            (&["k"], None),
            (&["Bearer k", "Bearer l"], None),
        ];
        for (headers, key) in cases {
            assert_eq!(bearer(&request(headers)), key, "{headers:?}");
        }
    }

    #[test]
    fn only_the_whole_key_lets_its_owner_in() {
        let keys = ApiKeys::parse("alice=open,bob=sesame").unwrap();
        for (key, caller) in [
            ("open", Some("alice")),
            ("sesame", Some("bob")),
            ("ope", None),
            ("openn", None),
            ("", None),
        ] {
            let found = keys.caller(key.as_bytes()).map(|Caller(name)| name);
            assert_eq!(found.as_deref(), caller, "{key}");
        }
    }

    #[test]
    fn a_pair_that_is_not_whole_is_refused_without_showing_it() {
        for (pairs, place) in [("", 1), ("alice", 1), ("a=b,=secret", 2), ("a=b,c=", 2)] {
            let error = ApiKeys::parse(pairs).unwrap_err();
            assert!(matches!(error, NoKeys::Pair(at) if at == place), "{pairs}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let keys = ApiKeys::parse("alice=open-sesame").unwrap();
        assert_eq!(format!("{keys:?}"), "ApiKeys(1)");
    }
}
