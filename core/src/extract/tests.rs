//! Properties of all extractors: they compile in every combination, their futures can move between
//! threads, and no input makes them panic.

use super::{
    scalar_args::{self, ArgumentErrors},
    testing::{get, now, post},
    *,
};
use crate::{ApiError, Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri};
use proptest::{prelude::*, test_runner::RngSeed};
use serde::Deserialize;
use std::{borrow::Cow, collections::HashMap, convert::Infallible};

#[derive(Debug, Deserialize, PartialEq)]
struct Borrowed<'r> {
    #[serde(borrow)]
    name: Cow<'r, str>,
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

/// An extractor of a user that awaits and calls other extractors.
struct Session(String);

impl<'r> FromRequest<'r> for Session {
    type Rejection = QueryRejection;

    async fn from_request(request: &'r Request) -> Result<Self, QueryRejection> {
        tokio::task::yield_now().await;
        let Query(user) = extract::<Query<Borrowed<'_>>>(request).await?;
        Ok(Self(user.name.into_owned()))
    }
}

/// Two arbitrary extractors combined.
struct Both<A, B>(A, B);

impl<'r, A, B> FromRequest<'r> for Both<A, B>
where
    A: FromRequest<'r> + Send + 'r,
    A::Rejection: Send,
    B: FromRequest<'r, Rejection = A::Rejection> + Send + 'r,
{
    type Rejection = A::Rejection;

    async fn from_request(request: &'r Request) -> Result<Self, A::Rejection> {
        let a = extract::<A>(request).await?;
        let b = extract::<B>(request).await?;
        Ok(Self(a, b))
    }
}

#[tokio::test]
async fn borrowed_data_is_extracted_in_every_wrapper() {
    let request = post("application/json", r#"{"name": "tea"}"#);
    type Wrapped<'r> = Result<Json<Borrowed<'r>>, JsonRejection>;
    let plain = assert_send(extract::<Json<Borrowed<'_>>>(&request)).await;
    assert_eq!(plain.unwrap().0.name, "tea");
    let optional = assert_send(extract::<Option<Json<Borrowed<'_>>>>(&request)).await;
    assert_eq!(optional.unwrap().unwrap().0.name, "tea");
    let Ok(result) = assert_send(extract::<Wrapped<'_>>(&request)).await;
    assert_eq!(result.unwrap().0.name, "tea");
    let nested = assert_send(extract::<Option<Result<Json<Borrowed<'_>>, _>>>(&request)).await;
    assert_eq!(nested.unwrap().unwrap().unwrap().0.name, "tea");
    let both = extract::<Both<Json<Borrowed<'_>>, Option<Json<Borrowed<'_>>>>>(&request);
    let Both(Json(one), Some(Json(other))) = assert_send(both).await.unwrap() else {
        panic!("the body is there");
    };
    assert_eq!(one, other);
}

#[tokio::test]
async fn an_extractor_that_waits_works_in_wrappers() {
    let request = get("/?name=tea");
    assert!(<Option<Session>>::SYNC.is_none());
    assert!(<Result<Session, QueryRejection>>::SYNC.is_none());
    let plain = assert_send(extract::<Session>(&request)).await;
    assert_eq!(plain.unwrap().0, "tea");
    let optional = assert_send(extract::<Option<Session>>(&request)).await;
    assert_eq!(optional.unwrap().unwrap().0, "tea");
    let Ok(result) = assert_send(extract::<Result<Session, QueryRejection>>(&request)).await;
    assert_eq!(result.unwrap().0, "tea");
    let absent = extract::<Option<Session>>(&get("/")).await;
    assert!(absent.unwrap().is_none());
}

#[tokio::test]
async fn from_request_of_a_sync_extractor_does_the_same() {
    let request = get("/?name=tea");
    let taken = assert_send(Query::<Borrowed<'_>>::from_request(&request)).await;
    assert_eq!(taken, now(&request));
    let taken = <Option<Query<Borrowed<'_>>>>::from_request(&request).await;
    assert_eq!(taken, now(&request));
}

#[test]
fn no_built_in_extractor_waits() {
    fn never_waits<'r, T: FromRequest<'r>>() -> bool {
        T::SYNC.is_some()
    }
    assert!(never_waits::<Path<String>>());
    assert!(never_waits::<Query<Borrowed<'_>>>());
    assert!(never_waits::<Json<Borrowed<'_>>>());
    assert!(never_waits::<Form<Borrowed<'_>>>());
    assert!(never_waits::<Text>());
    assert!(never_waits::<Bytes>());
    assert!(never_waits::<&HeaderMap>());
    assert!(never_waits::<Method>());
    assert!(never_waits::<&Uri>());
    assert!(never_waits::<Cookies<'_>>());
    assert!(never_waits::<State<u8>>());
    assert!(never_waits::<Extension<u8>>());
    assert!(never_waits::<Deadline>());
    assert!(never_waits::<MatchedPath>());
    assert!(never_waits::<&Request>());
    assert!(never_waits::<Option<Result<Json<Borrowed<'_>>, _>>>());
}

/// A type with every kind of value.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read by serde")]
struct Anything<'r> {
    a: Option<u8>,
    b: Option<Vec<i64>>,
    c: Option<bool>,
    d: Option<f64>,
    #[serde(borrow)]
    e: Option<Cow<'r, str>>,
    f: Option<Choice>,
    #[serde(flatten)]
    rest: HashMap<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read by serde")]
enum Choice {
    One,
    Two(u8),
    Three { x: u8 },
}

fn pairs() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "([a-g]=[-0-9a-z%+.]{0,4}&?){0,6}",
        "([a-g%=&+]|%[0-9a-fA-F]{2}){0,20}",
    ]
}

fn reject<T, E: ApiError>(taken: Result<T, E>) {
    if let Err(rejection) = taken {
        let _ = crate::Problem::from_error(&rejection);
        assert!(rejection.to_string().chars().count() < 600);
    }
}

/// Uses the same inputs each time, so that failures are reproducible.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6265),
        ..ProptestConfig::default()
    }
}

/// Any valid value of a header.
fn header_value() -> impl Strategy<Value = HeaderValue> {
    any::<Vec<u8>>().prop_map(|mut bytes| {
        for byte in &mut bytes {
            *byte = match *byte {
                b'\t' | b' '..=b'~' | 0x80.. => *byte,
                control => b" ;=\"\\,/+"[usize::from(control) % 8],
            };
        }
        HeaderValue::from_bytes(&bytes).expect("no control characters")
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_query_makes_an_extractor_panic(query in pairs()) {
        let query = query.replace(|char: char| !char.is_ascii_graphic(), "%F0");
        let uri = format!("/?{query}").parse::<Uri>();
        prop_assume!(uri.is_ok());
        let mut request = get("/");
        *request.uri_mut() = uri.unwrap();
        reject(now::<Query<Anything<'_>>>(&request));
        reject(now::<Query<HashMap<String, u8>>>(&request));
        reject(now::<Query<Vec<(String, Choice)>>>(&request));
        let mut errors = ArgumentErrors::new();
        scalar_args::query::<u8>(&request, "a", &mut errors);
        scalar_args::query::<Vec<i64>>(&request, "b", &mut errors);
        scalar_args::query::<&str>(&request, "e", &mut errors);
        scalar_args::query::<Choice>(&request, "f", &mut errors);
        drop(errors.reject(&request, &[]));
    }

    #[test]
    fn no_cookie_makes_an_extractor_panic(line in header_value()) {
        let mut request = get("/");
        request.headers_mut().insert("cookie", line);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        for (name, _) in cookies.iter() {
            prop_assert!(cookies.get(name).is_some());
        }
        let mut errors = ArgumentErrors::new();
        scalar_args::cookie::<u8>(&request, "a", &mut errors);
        scalar_args::header::<Choice>(&request, "cookie", &mut errors);
        drop(errors.reject(&request, &[]));
    }

    #[test]
    fn no_form_makes_an_extractor_panic(body in prop_oneof![
        any::<Vec<u8>>(),
        pairs().prop_map(String::into_bytes),
    ]) {
        let request = post("application/x-www-form-urlencoded", body);
        reject(now::<Form<Anything<'_>>>(&request));
        reject(now::<Form<Vec<(String, f32)>>>(&request));
        reject(now::<Text>(&request));
    }

    #[test]
    fn no_json_makes_an_extractor_panic(body in prop_oneof![
        any::<Vec<u8>>(),
        "[\\[\\]{}\",:a-f0-9\\\\ -]{0,40}".prop_map(String::into_bytes),
        "\\{\"[a-g]\":(1|\"\\PC*\"|\\[\\]|null|1e999)\\}".prop_map(String::into_bytes),
    ]) {
        let request = post("application/json", body);
        reject(now::<Json<Anything<'_>>>(&request));
        reject(now::<Json<HashMap<String, Choice>>>(&request));
    }

    #[test]
    fn no_content_type_makes_an_extractor_panic(value in header_value()) {
        let mut request = post("", "{}");
        request.headers_mut().insert("content-type", value);
        reject(now::<Json<Anything<'_>>>(&request));
        reject(now::<Form<Anything<'_>>>(&request));
    }
}

#[cfg(feature = "multipart")]
proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_multipart_body_makes_an_extractor_panic(body in prop_oneof![
        any::<Vec<u8>>(),
        "(--X|\r\n|--|name=|\"|;|Content-Disposition: form-data; |filename=|\\\\|a| |\\PC){0,40}"
            .prop_map(String::into_bytes),
        "(--X\r\n(Content-(Disposition|Type): ?[\\PC]{0,12}\r\n){0,3}\r\n){1,3}(--X--)?"
            .prop_map(String::into_bytes),
    ]) {
        reject(now::<Multipart>(&post("multipart/form-data; boundary=X", body)));
    }

    #[test]
    fn no_multipart_type_makes_an_extractor_panic(parameters in "[ -~]{0,30}") {
        let content_type = format!("multipart/form-data;{parameters}");
        reject(now::<Multipart>(&post(&content_type, "--X\r\n")));
    }
}

#[test]
fn infallible_extractors_need_no_handling() {
    let Ok(method): Result<Method, Infallible> = now(&get("/"));
    assert_eq!(method, Method::GET);
}
