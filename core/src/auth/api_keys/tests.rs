use super::{ApiKeys, KeyHash};
use crate::{
    Body, Identity, Request,
    auth::{Authenticator, Credential, IdentityKind, Refusal},
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
    ApiKeys::fixed([ALICE, BOB].map(|key| {
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

async fn ask(keys: &ApiKeys, headers: &[(&str, &str)]) -> Result<String, Refusal> {
    let identity = keys.authenticate(&request(headers)).await?;
    assert_eq!(identity.kind(), &IdentityKind::ApiKey);
    Ok(identity.subject().to_owned())
}

#[tokio::test]
async fn a_known_key_is_its_owner() {
    assert_eq!(
        ask(&keys(), &[("x-api-key", ALICE)]).await,
        Ok("alice".into())
    );
    assert_eq!(ask(&keys(), &[("x-api-key", BOB)]).await, Ok("bob".into()));
}

#[tokio::test]
async fn any_other_key_is_refused() {
    let changed = ALICE.replacen('4', "5", 1);
    let upper = ALICE.to_uppercase();
    let hash = KeyHash::of(ALICE).to_string();
    for key in [&changed, &upper, &hash, &ALICE[..31], &format!("{ALICE}0")] {
        let refused = ask(&keys(), &[("x-api-key", key)]).await;
        assert_eq!(refused, Err(Refusal::UnknownApiKey), "{key}");
    }
}

#[tokio::test]
async fn a_credential_that_is_none_is_told_from_a_wrong_one() {
    for (headers, refusal) in [
        (vec![], Refusal::Absent),
        (vec![("authorization", "Bearer abc")], Refusal::Absent),
        (vec![("x-api-key", "")], Refusal::MalformedCredential),
        (
            vec![("x-api-key", "two words, and more")],
            Refusal::MalformedCredential,
        ),
        (
            vec![("x-api-key", ALICE), ("x-api-key", BOB)],
            Refusal::RepeatedCredential,
        ),
    ] {
        assert_eq!(ask(&keys(), &headers).await, Err(refusal), "{headers:?}");
    }
}

#[tokio::test]
async fn a_key_stands_where_it_is_told_to() {
    let header = keys().header("x-orders-key");
    assert_eq!(
        ask(&header, &[("x-orders-key", ALICE)]).await,
        Ok("alice".into())
    );
    assert_eq!(
        ask(&header, &[("x-api-key", ALICE)]).await,
        Err(Refusal::Absent)
    );
    let bearer = keys().credential(Credential::bearer());
    let value = format!("Bearer {ALICE}");
    assert_eq!(
        ask(&bearer, &[("authorization", &value)]).await,
        Ok("alice".into())
    );
}

#[tokio::test]
async fn a_key_too_short_or_too_long_is_never_looked_up() {
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
            Err(Refusal::UnknownApiKey)
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
async fn the_function_is_given_the_hash_of_the_key() {
    let seen = Arc::new(Mutex::new(None));
    let see = Arc::clone(&seen);
    let keys = ApiKeys::new(move |hash| {
        *see.lock().unwrap() = Some(hash);
        async { Ok::<_, Infallible>(None) }
    });
    let refused = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(refused, Err(Refusal::UnknownApiKey));
    assert_eq!(*seen.lock().unwrap(), Some(KeyHash::of(ALICE)));
}

#[tokio::test]
async fn a_record_of_another_key_lets_nobody_in() {
    let keys = ApiKeys::new(|_| async {
        Ok::<_, Infallible>(Some((KeyHash::of(BOB), Identity::new("bob"))))
    });
    let refused = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(refused, Err(Refusal::UnknownApiKey));
}

/// What a log of all levels is told.
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
async fn a_look_up_that_fails_is_no_refusal_of_the_key_and_its_cause_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let keys = ApiKeys::new(|_| async { Err(io::Error::other("the table is gone")) });
    let refused = ask(&keys, &[("x-api-key", ALICE)]).await;
    assert_eq!(
        refused,
        Err(Refusal::Unavailable("API keys cannot be looked up"))
    );
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(
        text,
        "ERROR lambda_api: API keys cannot be looked up error=\"the table is gone\"\n"
    );
}

#[test]
fn no_keys_and_the_same_key_twice_are_faults() {
    let none = ApiKeys::fixed([]);
    assert_eq!(
        none.faults(),
        ["API keys: there is none, so that nobody is let in"]
    );
    let pair = |key| (KeyHash::of(key), Identity::new("alice"));
    let twice = ApiKeys::fixed([pair(ALICE), pair(BOB), pair(ALICE)]);
    let fault = format!("API keys: {:?} is there more than once", KeyHash::of(ALICE));
    assert_eq!(twice.faults(), [fault]);
    assert!(keys().faults().is_empty());
}

#[test]
fn the_scheme_asks_for_an_api_key() {
    let scheme = keys().scheme();
    assert_eq!(scheme.name(), "api_key");
    assert_eq!(scheme.challenge_parts(), ("ApiKey", "api"));
    let bearer = keys().credential(Credential::bearer()).scheme();
    assert_eq!(bearer.challenge_parts(), ("Bearer", "api"));
    assert_eq!(keys().named("partners").scheme().name(), "partners");
}

#[test]
fn debug_shows_no_hashes() {
    let text = format!("{:?}", keys());
    assert!(
        !text.contains("KeyHash") && !text.contains("alice"),
        "{text}"
    );
}
