//! Where the page and its requests lead to.

use crate::{client, open, servers};
use lambda_api::{event::Source, openapi::Server};
use lambda_api_testing::TestClient;

/// The prefix before the files of the page.
fn base(page: &str) -> &str {
    let link = page.split_once("data-document=\"").expect("a link").1;
    link.split_once("/docs/openapi.json").expect("a link").0
}

async fn seen(client: &TestClient) -> (String, Vec<String>) {
    let page = client.get("/docs").await;
    let document = client.get("/docs/openapi.json").await;
    (base(page.text()).to_owned(), servers(&document))
}

#[tokio::test]
async fn links_have_the_stage_and_the_base_path() {
    let client = client(open().base_path("/shop")).await;
    for (source, stage, domain, base, expected) in [
        (Source::FunctionUrl, "$default", "", "", ""),
        (Source::FunctionUrl, "$default", "", "/shop", "/shop"),
        (Source::HttpApi, "prod", "", "", "/prod"),
        (Source::HttpApi, "prod", "api.example.com", "/shop", "/shop"),
        (Source::RestApi, "prod", "", "", "/prod"),
        (Source::RestApi, "prod", "api.example.com", "/shop", "/shop"),
        (Source::Alb, "", "", "/shop", "/shop"),
    ] {
        let client = client.via(source).gateway(|gateway| {
            let gateway = match domain {
                "" => gateway,
                domain => gateway.domain(domain),
            };
            let gateway = match stage {
                "" => gateway,
                stage => gateway.stage(stage),
            };
            match base {
                "" => gateway,
                base => gateway.base_path(base),
            }
        });
        let (links, servers) = seen(&client).await;
        assert_eq!(links, expected, "{source} {stage} {base}");
        let server = if expected.is_empty() { "/" } else { expected };
        assert_eq!(servers, [server], "{source} {stage} {base}");
    }
}

#[tokio::test]
async fn the_tag_of_a_document_depends_on_the_stage() {
    let client = client(open()).await.via(Source::RestApi);
    let mut tags = Vec::new();
    for stage in ["prod", "test", "prod"] {
        let document = client
            .get("/docs/openapi.json")
            .gateway(|gateway| gateway.stage(stage));
        tags.push(document.await.header("etag").expect("a tag").to_owned());
    }
    assert_ne!(tags[0], tags[1]);
    assert_eq!(tags[0], tags[2]);
}

#[tokio::test]
async fn servers_of_the_program_stay_and_may_be_called() {
    let api = open()
        .openapi_server(Server::new("https://api.example.com/v1"))
        .openapi_server(Server::new("/here"));
    let client = client(api).await.via(Source::RestApi);
    let (_, servers) = seen(&client).await;
    assert_eq!(servers, ["https://api.example.com/v1", "/here"]);
    let page = client.get("/docs").await;
    let policy = page.header("content-security-policy").unwrap_or_default();
    let expected = "connect-src 'self' https://api.example.com; ";
    assert!(policy.contains(expected), "{policy}");
}
