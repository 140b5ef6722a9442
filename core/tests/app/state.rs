//! State: given, created, missing and given twice.

use crate::{app, ask, errors, text};
use lambda_api::{
    Api, FromRequest, Operation, Request, State, api_handler,
    extract::{StateRejection, extract},
    routes,
};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

#[derive(Clone)]
struct Store(&'static str);

#[derive(Clone)]
struct Clock(u64);

#[api_handler(GET "/store")]
async fn store(State(store): State<Store>) -> String {
    store.0.to_owned()
}

#[api_handler(GET "/clock")]
async fn clock(State(clock): State<Clock>) -> String {
    clock.0.to_string()
}

#[tokio::test]
async fn a_handler_gets_the_state_that_was_given() {
    let app = app(Api::new().state(Store("given")).routes(routes![store])).await;
    assert_eq!(text(&ask(&app, "GET", "/store").await), "given");
}

#[tokio::test]
async fn a_state_is_made_once_when_the_api_is_built() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let api = Api::new()
        .state_with(async move || {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, io::Error>(Store("made"))
        })
        .routes(routes![store]);
    assert_eq!(
        made.load(Ordering::Relaxed),
        0,
        "creating the routes must not create the state"
    );
    let app = app(api).await;
    for _ in 0..3 {
        assert_eq!(text(&ask(&app, "GET", "/store").await), "made");
    }
    assert_eq!(made.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_state_is_made_with_any_kind_of_error() {
    async fn library() -> Result<Store, lambda_api::Error> {
        let port = "443".parse::<u16>()?;
        Ok(Store(if port == 443 { "made" } else { "other" }))
    }
    async fn failing() -> Result<Clock, lambda_api::Error> {
        Err(lambda_api::Error::new(io::Error::other("no network")).context("connecting"))
    }
    async fn boxed() -> Result<Clock, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Clock("7".parse()?))
    }
    let api = Api::new().state_with(library).state_with(boxed);
    let app = app(api.routes(routes![store, clock])).await;
    assert_eq!(text(&ask(&app, "GET", "/store").await), "made");
    assert_eq!(text(&ask(&app, "GET", "/clock").await), "7");
    let all = errors(Api::new().state_with(failing).routes(routes![clock])).await;
    assert!(
        all.iter()
            .any(|reason| reason.contains("connecting: no network")),
        "{all:?}"
    );
}

#[tokio::test]
async fn a_given_state_replaces_an_initialiser() {
    async fn connect() -> Result<Store, io::Error> {
        Err(io::Error::other("no network in tests"))
    }
    for api in [
        Api::new().state_with(connect).state(Store("test")),
        Api::new().state(Store("test")).state_with(connect),
        Api::new()
            .state(Store("test"))
            .nest("/n", Api::new().state_with(connect)),
    ] {
        let app = app(api.routes(routes![store])).await;
        assert_eq!(text(&ask(&app, "GET", "/store").await), "test");
    }
}

#[tokio::test]
async fn everything_wrong_with_the_state_is_reported_at_once() {
    let api = Api::new()
        .state(1_u8)
        .state(2_u8)
        .state_with(async || Ok::<_, io::Error>(Clock(1)))
        .state_with(async || Ok::<_, io::Error>(Clock(2)))
        .state_with(async || Err::<u16, _>(io::Error::other("host unreachable")))
        .routes(routes![store, clock]);
    let errors = errors(api).await;
    let [missing, doubled, remade, failed] = &errors[..] else {
        panic!("{errors:#?}");
    };
    assert!(
        missing.contains("State<") && missing.contains("Store>") && missing.contains("state.rs:"),
        "{missing}"
    );
    assert!(doubled.contains("`u8` is set twice"), "{doubled}");
    assert!(remade.contains("Clock` is set twice"), "{remade}");
    assert!(
        failed.contains("`u16`") && failed.contains("host unreachable"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_state_error_with_a_cyclic_cause_is_reported() {
    #[derive(Debug)]
    struct Circle;
    impl std::fmt::Display for Circle {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Circle {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(self)
        }
    }
    let errors = errors(Api::new().state_with(async || Err::<Store, _>(Circle))).await;
    assert!(errors[0].contains("cannot be created: again"), "{errors:?}");
}

#[tokio::test]
async fn a_panic_where_a_state_is_made_is_an_error_beside_the_others() {
    async fn now() -> Result<Store, io::Error> {
        panic!("no variable STORE")
    }
    fn at_once() -> std::future::Ready<Result<Clock, io::Error>> {
        panic!("no clock")
    }
    let api = Api::new().state_with(now).state_with(at_once);
    let errors = errors(api.state(1_u8).state(2_u8)).await;
    for expected in ["panicked: no variable STORE", "panicked: no clock", "`u8`"] {
        let found = errors.iter().filter(|error| error.contains(expected));
        assert_eq!(found.count(), 1, "{expected} in {errors:#?}");
    }
}

/// An extractor that is built from a state.
struct Tenant(&'static str);

impl<'r> FromRequest<'r> for Tenant {
    type Rejection = <State<Store> as FromRequest<'r>>::Rejection;

    async fn from_request(request: &'r Request) -> Result<Self, Self::Rejection> {
        let State(store) = lambda_api::extract::extract::<State<Store>>(request).await?;
        Ok(Tenant(store.0))
    }

    fn describe(operation: &mut Operation) {
        operation.require_state::<Store>();
    }
}

#[api_handler(GET "/tenant")]
async fn tenant(tenant: Option<Tenant>) -> String {
    tenant.map_or("none", |tenant| tenant.0).to_owned()
}

#[tokio::test]
async fn the_state_an_extractor_needs_is_missed_when_the_api_is_built() {
    let missing = errors(Api::new().routes(routes![tenant])).await;
    assert_eq!(missing.len(), 1, "{missing:?}");
    let app = app(Api::new().state(Store("a")).routes(routes![tenant])).await;
    assert_eq!(text(&ask(&app, "GET", "/tenant").await), "a");
}

/// An extractor that does not declare the state it needs.
macro_rules! silent {
    ($($name:ident($request:ident) $body:block)*) => { $(
        struct $name(#[expect(dead_code, reason = "built only")] &'static str);

        impl<'r> FromRequest<'r> for $name {
            type Rejection = StateRejection;

            async fn from_request($request: &'r Request) -> Result<Self, StateRejection> $body
        }
    )* };
}

silent! {
    First(request) {
        let State(store) = extract::<State<Store>>(request).await?;
        Ok(Self(store.0))
    }
    Inner(request) {
        let _ = extract::<First>(request).await;
        let clock = extract::<State<Clock>>(request).await;
        clock.map(|_| Self(""))
    }
    Panics(request) {
        let _ = request.headers().get("x-user").expect("set by a layer");
        Ok(Self(""))
    }
    Waits(request) {
        let () = std::future::pending().await;
        Ok(Self(request.method().as_str().len().to_string().leak()))
    }
}

struct Now;

impl<'r> FromRequest<'r> for Now {
    type Rejection = StateRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, StateRejection>> = Some(|request| {
        let now = <State<Clock> as FromRequest>::SYNC.expect("the state extractor is synchronous");
        now(request).map(|_| Now)
    });
}

#[api_handler(GET "/first")]
async fn first(_: First) {}

#[api_handler(GET "/inner")]
async fn inner(_: Option<Inner>) {}

#[api_handler(GET "/now")]
async fn now(_: Result<Now, StateRejection>) {}

#[api_handler(GET "/others")]
async fn others(_: Panics, _: Waits) {}

#[tokio::test]
async fn a_missing_state_is_found_without_describe() {
    for (routes, missing) in [
        (routes![first], &["Store"][..]),
        (routes![inner], &["Store", "Clock"]),
        (routes![now], &["Clock"]),
        (routes![others], &[]),
    ] {
        let errors = errors(Api::new().routes(routes)).await;
        assert_eq!(errors.len(), missing.len(), "{errors:?}");
        for (error, name) in errors.iter().zip(missing) {
            assert!(
                error.contains(&format!("{name}>`, but there is no")),
                "{error}"
            );
        }
    }
    let all = routes![first, inner, now, others];
    let api = Api::new().state(Store("a")).state(Clock(1)).routes(all);
    assert_eq!(errors(api).await, [""; 0]);
}

#[tokio::test]
async fn a_nested_api_shares_the_state_of_the_whole() {
    let nested = Api::new().state(Clock(7)).routes(routes![store, clock]);
    let app = app(Api::new()
        .state(Store("outer"))
        .routes(routes![store])
        .nest("/n", nested))
    .await;
    assert_eq!(text(&ask(&app, "GET", "/n/store").await), "outer");
    assert_eq!(text(&ask(&app, "GET", "/n/clock").await), "7");
}
