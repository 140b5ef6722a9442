//! Who may read the page.

use crate::{client, closed, weather};
use lambda_api::{
    Api, Identity,
    auth::{Access, ApiKeys, Credential, KeyHash},
    routes,
};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

const FILES: [&str; 4] = [
    "/docs",
    "/docs/openapi.json",
    "/docs/swagger-ui-bundle.js",
    "/docs/nothing",
];

#[tokio::test]
async fn docs_are_closed_by_default() {
    let client = client(closed().docs("/docs")).await;
    for path in FILES {
        client.get(path).await.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn public_docs_open_nothing_else() {
    let client = client(closed().docs_with("/docs", Access::public())).await;
    for (path, status) in FILES.iter().zip([200, 200, 200, 404]) {
        client.get(path).await.assert_status(status);
    }
    client
        .get("/weather")
        .await
        .assert_problem(401, "unauthorized");
    client.get("/").await.assert_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_cookie_opens_closed_docs() {
    let key = "a".repeat(64);
    let hash = KeyHash::of(&key);
    let keys = ApiKeys::from_keys([(hash, Identity::new("alice"))]);
    let api = Api::new()
        .authenticate(keys.credential(Credential::cookie("key")))
        .routes(routes![weather])
        .docs("/docs");
    let client = client(api).await;
    client.get("/docs").await.assert_status(401);
    client
        .get("/docs")
        .cookie("key", &key)
        .await
        .assert_status(200);
}

/// What a build logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the build of an API logs.
async fn logged(api: Api) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, a thread of another test decides whether a record is written at all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let guard = tracing::subscriber::set_default(subscriber);
    assert!(api.build().await.is_ok());
    drop(guard);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn docs_that_no_browser_can_open_are_warned_of() {
    for (api, is_warned) in [
        (closed(), false),
        (closed().docs("/docs"), true),
        (closed().docs_with("/docs", Access::public()), false),
    ] {
        let log = logged(api).await;
        let warning =
            "no browser can open the docs page at `/docs`: it needs a credential of `api_key`";
        assert_eq!(log.contains(warning), is_warned, "{log}");
    }
}

#[tokio::test]
async fn open_docs_of_closed_operations_are_warned_of() {
    let nested = |api: Api| Api::new().nest("/v1", api);
    let public = || Api::new().routes(routes![weather]);
    for (api, is_warned) in [
        (nested(closed()).docs("/docs"), true),
        (nested(nested(closed())).docs("/docs"), true),
        (nested(closed()).docs_with("/docs", Access::public()), false),
        (nested(closed()), false),
        (nested(public()).docs("/docs"), false),
    ] {
        let log = logged(api).await;
        let warning = "the docs page at `/docs` is open to everybody, and shows the closed \
                       operations of the API nested at `/v1";
        assert_eq!(log.contains(warning), is_warned, "{log}");
    }
}
