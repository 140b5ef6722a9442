//! The cookie jar.

use super::{client, echoed};
use lambda_api::event::Source;
use lambda_api_testing::TestResponse;
use std::time::{Duration, SystemTime};

fn cookies(response: &TestResponse) -> Vec<String> {
    echoed(&response.json(), "cookie")
}

#[tokio::test]
async fn cookies_are_kept_sent_and_removed_on_every_source() {
    client()
        .await
        .on_every_source(async |client| {
            let response = client.post("/session").await;
            response
                .assert_cookie("session", "a b")
                .assert_cookie("theme", "dark");
            assert_eq!(client.cookie("session").as_deref(), Some("a%20b"));
            let response = client.get("/echo/x").await;
            assert_eq!(cookies(&response), ["session=a%20b; theme=dark"]);

            let response = client.delete("/session").await;
            response.assert_cookie_removed("session");
            assert_eq!(client.cookie("session"), None);
            assert_eq!(cookies(&client.get("/echo/x").await), ["theme=dark"]);

            let client = client.via(client.source());
            assert_eq!(cookies(&client.get("/echo/x").await), [""; 0]);
        })
        .await;
}

#[tokio::test]
async fn a_request_cookie_overrides_the_stored_one() {
    let client = client().await;
    client.post("/session").await;
    let request = client
        .get("/echo/x")
        .cookie("session", "own")
        .cookie("n", 1);
    assert_eq!(cookies(&request.await), ["theme=dark; session=own; n=1"]);
}

#[tokio::test]
async fn cookies_of_one_domain_stay_there() {
    let client = client().await;
    client.post("https://a.example.com/session").await;
    let there = client.get("https://a.example.com/echo/x").await;
    assert_eq!(cookies(&there), ["session=a%20b; theme=dark"]);
    assert_eq!(
        cookies(&client.get("https://b.example.com/echo/x").await),
        [""; 0]
    );
    // They are `Secure`.
    assert_eq!(
        cookies(&client.get("http://a.example.com/echo/x").await),
        [""; 0]
    );
}

#[tokio::test]
async fn a_clone_shares_the_cookies_and_another_source_does_not() {
    let client = client().await;
    client.clone().post("/session").await;
    assert!(client.cookie("theme").is_some());
    assert_eq!(client.via(Source::HttpApi).cookie("theme"), None);
    let without = client.clone().without_cookie_jar();
    without.post("/session").await;
    assert_eq!(cookies(&without.get("/echo/x").await), [""; 0]);
    assert_eq!(
        cookies(&without.get("/echo/x").cookie("a", 1).await),
        ["a=1"]
    );
}

#[tokio::test]
async fn cookies_end_by_the_clock_of_the_client() {
    use lambda_api::{Api, api_handler, response::SetCookie, routes};

    #[api_handler(POST "/session")]
    async fn sign_in() -> (SetCookie, &'static str) {
        let session = SetCookie::new("session", "1").max_age(Duration::from_secs(60));
        (session, "welcome")
    }

    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let api = Api::new().routes(routes![sign_in]);
    let client = lambda_api_testing::TestClient::new(api).await.clock(start);
    client.post("/session").await;
    let at = |seconds| client.clone().clock(start + Duration::from_secs(seconds));
    assert!(at(59).cookie("session").is_some());
    assert!(at(60).cookie("session").is_none());
}
