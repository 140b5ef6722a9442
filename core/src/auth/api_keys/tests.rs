use super::{ApiKeys, KeyHash};
use crate::{
    Body, Identity, Request,
    auth::{AuthError, Authenticator, Credential, IdentityKind},
};
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

const ALICE: &str = "4f7c1b0e5a2d49d88b1f6e3c7a905d21";
const BOB: &str = "9d3e8a417c6b4052a1f0c5d2e7b86f34";

fn keys() -> ApiKeys {
    ApiKeys::from_keys([ALICE, BOB].map(|key| {
        let name = if key == ALICE { "alice" } else { "bob" };
        (KeyHash::of(key), Identity::new(name))
    }))
}

fn request(headers: &[(&str, &str)]) -> Request {
    let mut builder = http::Request::builder();
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::empty()).unwrap()
}

async fn ask(keys: &ApiKeys, headers: &[(&str, &str)]) -> Result<String, AuthError> {
    let identity = keys.authenticate(&request(headers)).await?;
    assert_eq!(identity.kind(), &IdentityKind::ApiKey);
    Ok(identity.subject().to_owned())
}

#[tokio::test]
async fn a_known_key_has_the_identity_of_its_owner() {
    assert_eq!(
        ask(&keys(), &[("x-api-key", ALICE)]).await,
        Ok("alice".into())
    );
    assert_eq!(ask(&keys(), &[("x-api-key", BOB)]).await, Ok("bob".into()));
}

#[tokio::test]
async fn any_other_key_is_rejected() {
    let changed = ALICE.replacen('4', "5", 1);
    let upper = ALICE.to_uppercase();
    let hash = KeyHash::of(ALICE).to_string();
    for key in [&changed, &upper, &hash, &ALICE[..31], &format!("{ALICE}0")] {
        let rejected = ask(&keys(), &[("x-api-key", key)]).await;
        assert_eq!(rejected, Err(AuthError::UnknownApiKey), "{key}");
    }
}

#[tokio::test]
async fn absent_malformed_and_repeated_keys_differ() {
    for (headers, rejection) in [
        (vec![], AuthError::Absent),
        (vec![("authorization", "Bearer abc")], AuthError::Absent),
        (vec![("x-api-key", "")], AuthError::MalformedCredential),
        (
            vec![("x-api-key", "two words, and more")],
            AuthError::MalformedCredential,
        ),
        (
            vec![("x-api-key", ALICE), ("x-api-key", BOB)],
            AuthError::RepeatedCredential,
        ),
    ] {
        assert_eq!(ask(&keys(), &headers).await, Err(rejection), "{headers:?}");
    }
}

#[tokio::test]
async fn the_key_is_read_from_the_configured_place() {
    let header = keys().header("x-orders-key");
    assert_eq!(
        ask(&header, &[("x-orders-key", ALICE)]).await,
        Ok("alice".into())
    );
    assert_eq!(
        ask(&header, &[("x-api-key", ALICE)]).await,
        Err(AuthError::Absent)
    );
    let bearer = keys().credential(Credential::bearer());
    let value = format!("Bearer {ALICE}");
    assert_eq!(
        ask(&bearer, &[("authorization", &value)]).await,
        Ok("alice".into())
    );
}

#[tokio::test]
async fn keys_of_the_wrong_length_are_not_looked_up() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let keys = ApiKeys::new(move |hash| {
        count.fetch_add(1, Ordering::Relaxed);
        async move { Ok::<_, Infallible>(Some((hash, Identity::new("anybody")))) }
    });
    for (length, known) in [
        (1, false),
        (15, false),
        (16, true),
        (256, true),
        (257, false),
    ] {
        let key = "k".repeat(length);
        let expected = if known {
            Ok("anybody".to_owned())
        } else {
            Err(AuthError::UnknownApiKey)
        };
        assert_eq!(
            ask(&keys, &[("x-api-key", &key)]).await,
            expected,
            "{length}"
        );
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_function_gets_the_hash_of_the_key() {
    let seen = Arc::new(Mutex::new(None));
    let see = Arc::clone(&seen);
    let keys = ApiKeys::new(move |hash| {
        *see.lock().unwrap() = Some(hash);
        async { Ok::<_, Infallible>(None) }
    });
    let rejected = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(rejected, Err(AuthError::UnknownApiKey));
    assert_eq!(*seen.lock().unwrap(), Some(KeyHash::of(ALICE)));
}

#[tokio::test]
async fn a_record_of_another_key_is_rejected() {
    let keys = ApiKeys::new(|_| async {
        Ok::<_, Infallible>(Some((KeyHash::of(BOB), Identity::new("bob"))))
    });
    let rejected = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(rejected, Err(AuthError::UnknownApiKey));
}

/// A log of all levels.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn failed_look_ups_are_unavailable_and_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, a thread of another test decides whether a record is written at all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::subscriber::set_default(subscriber);
    let keys = ApiKeys::new(|_| async { Err(io::Error::other("the table is gone")) });
    let rejected = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(
        rejected,
        Err(AuthError::Unavailable("API keys cannot be looked up"))
    );
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(
        text,
        "ERROR lambda_api: API keys cannot be looked up error=\"the table is gone\"\n"
    );
}

#[test]
fn empty_sets_and_repeated_keys_are_errors() {
    let none = ApiKeys::from_keys([]);
    assert_eq!(none.config_errors(), ["API keys: the set is empty"]);
    let pair = |key| (KeyHash::of(key), Identity::new("alice"));
    let twice = ApiKeys::from_keys([pair(ALICE), pair(BOB), pair(ALICE)]);
    let error = format!("API keys: {:?} is repeated", KeyHash::of(ALICE));
    assert_eq!(twice.config_errors(), [error]);
    assert!(keys().config_errors().is_empty());
}

#[test]
fn the_scheme_asks_for_an_api_key() {
    let scheme = keys().scheme();
    assert_eq!(scheme.name(), "api_key");
    assert_eq!(scheme.challenge_parts(), ("ApiKey", "api"));
    let bearer = keys().credential(Credential::bearer()).scheme();
    assert_eq!(bearer.challenge_parts(), ("Bearer", "api"));
    assert_eq!(keys().name("partners").scheme().name(), "partners");
}

#[test]
fn debug_shows_no_hashes() {
    let text = format!("{:?}", keys());
    assert!(
        !text.contains("KeyHash") && !text.contains("alice"),
        "{text}"
    );
}
