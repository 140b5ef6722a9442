//! The docs page of the local server.

use super::*;
use crate::{
    Body,
    auth::{Algorithm, Cognito, Jwt, LocalKey, SECRET, gateway::JwtAuthorizer},
    endpoint::{INVALID, Route},
    local::{
        docs::LocalDocs,
        token::{Lent, lend_key},
    },
    openapi::Server as Url,
};

/// An Api whose callers need a token.
fn closed() -> Api {
    let jwt = Jwt::new("https://id.example.com")
        .audience("orders-api")
        .algorithms([Algorithm::Rs256]);
    Api::new().authenticate(jwt)
}

fn key() -> LocalKey {
    LocalKey::new(&[7; SECRET]).unwrap()
}

fn lent(api: &mut Api) -> Lent {
    lend_key(api, key())
}

/// A server with the docs page of an Api. Its function responds to everything else.
async fn documented(mut api: Api, source: Source, has_tokens: bool) -> Fixture {
    let issuers = has_tokens.then(|| lent(&mut api).issuers);
    let docs = LocalDocs::new(&api, issuers.flatten()).unwrap();
    let mut server = Server::bind(local(0), source).await.unwrap();
    server.open_to(
        Vec::new(),
        vec![
            "http://localhost:5173".to_owned(),
            "https://app.example.com".to_owned(),
        ],
        false,
    );
    let fragment = docs.fragment();
    let line = server.document(docs);
    assert_eq!(
        line,
        format!("docs at http://{}/_docs{fragment}", server.address)
    );
    Fixture::run(server, |_: Bytes, _: LambdaContext| async {
        Ok::<_, EventError>(br#"{"statusCode": 200, "body": "function"}"#.to_vec())
    })
}

fn status(response: &str) -> &str {
    response.get(9..12).unwrap_or(response)
}

fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").unwrap_or_default().1
}

#[tokio::test]
async fn the_docs_page_is_served_without_an_event() {
    let api = || Api::new().openapi_server(Url::new("https://api.example.com"));
    for source in [Source::HttpApi, Source::RestApi, Source::Alb] {
        let server = documented(api(), source, false).await;
        for path in ["/_docs", "/_docs/", "/_docs/docs.js?v=1"] {
            let response = server.get(path, "").await;
            assert_eq!(status(&response), "200", "{response}");
        }
        assert!(server.events().is_empty());
        // Requests of the page come here, whatever servers the program names.
        let response = server.get("/_docs/openapi.json", "").await;
        let document: Value = serde_json::from_str(body(&response)).unwrap();
        assert_eq!(document["servers"], json!([{"url": "/"}]));
        for path in ["/_docsx", "/", "/docs"] {
            let response = server.get(path, "").await;
            assert_eq!(body(&response), "function", "{path}");
        }
        assert_eq!(server.events().len(), 3);
    }
}

#[tokio::test]
async fn foreign_pages_cannot_read_the_docs() {
    let server = documented(Api::new(), Source::HttpApi, false).await;
    for headers in [
        "origin: https://evil.example\r\n",
        "sec-fetch-site: cross-site\r\n",
    ] {
        let response = server.get("/_docs/openapi.json", headers).await;
        assert_eq!(status(&response), "403", "{response}");
    }
    let rebound = "GET /_docs HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    let response = server.send(rebound.to_owned()).await;
    assert_eq!(status(&response), "403", "{response}");
}

/// Asks for a token with these headers and the key of the page.
async fn asked(server: &Fixture, headers: &str, body: &str) -> String {
    let headers = format!("{headers}x-docs-key: {}\r\n", key().password());
    asked_with(server, &headers, body).await
}

async fn asked_with(server: &Fixture, headers: &str, body: &str) -> String {
    let host = format!("localhost:{}", server.port);
    server
        .send(format!(
            "POST /_docs/token HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ))
        .await
}

const ASKED: &str =
    r#"{"authenticator": "jwt", "subject": "alice", "scopes": ["a"], "groups": []}"#;

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn only_the_docs_page_gets_a_token() {
    let server = documented(closed(), Source::HttpApi, true).await;
    let page = server.get("/_docs", "").await;
    assert!(page.contains("data-url=\"/_docs/token\""), "{page}");
    let own = format!("http://localhost:{}", server.port);
    for (headers, expected) in [
        // No page, or one that does not say so.
        (String::new(), "403"),
        ("sec-fetch-site: same-origin\r\n".to_owned(), "403"),
        // Pages that may call the API.
        ("origin: http://localhost:5173\r\n".to_owned(), "403"),
        ("origin: https://app.example.com\r\n".to_owned(), "403"),
        // Another name of this server, which is another origin.
        (
            format!("origin: http://127.0.0.1:{}\r\n", server.port),
            "403",
        ),
        (format!("origin: {own}\r\norigin: {own}\r\n"), "403"),
        (
            format!("origin: {own}\r\nsec-fetch-site: cross-site\r\n"),
            "403",
        ),
        (format!("origin: {own}\r\n"), "200"),
        (
            format!("origin: {own}\r\nsec-fetch-site: same-origin\r\n"),
            "200",
        ),
    ] {
        let response = asked(&server, &format!("{JSON}{headers}"), ASKED).await;
        assert_eq!(status(&response), expected, "{headers}: {response}");
        let has_token = response.contains("\"token\"");
        assert_eq!(has_token, expected == "200", "{headers}: {response}");
    }
    // A development server forwards its own host.
    let forwarded = format!(
        "POST /_docs/token HTTP/1.1\r\nhost: localhost:5173\r\nconnection: close\r\n{JSON}\
         x-docs-key: {}\r\n\
         origin: http://localhost:5173\r\ncontent-length: {}\r\n\r\n{ASKED}",
        key().password(),
        ASKED.len()
    );
    assert_eq!(status(&server.send(forwarded).await), "403");
    assert!(server.events().is_empty());
}

#[tokio::test]
async fn a_token_needs_the_key_of_the_address() {
    let server = documented(closed(), Source::HttpApi, true).await;
    let own = format!("{JSON}origin: http://localhost:{}\r\n", server.port);
    let right = key().password();
    let other = LocalKey::new(&[8; SECRET]).unwrap().password();
    for (key, expected) in [
        (None, "403"),
        (Some(""), "403"),
        (Some(&*other), "403"),
        (Some(&right[1..]), "403"),
        (Some(&*right), "200"),
    ] {
        let key = key.map(|key| format!("x-docs-key: {key}\r\n"));
        let headers = format!("{own}{}", key.unwrap_or_default());
        let response = asked_with(&server, &headers, ASKED).await;
        assert_eq!(status(&response), expected, "{headers}: {response}");
    }
    // No file of the page has it.
    for path in ["/_docs", "/_docs/docs.js", "/_docs/openapi.json"] {
        let response = server.get(path, "").await;
        assert!(!response.contains(&right), "{path}");
    }
}

#[tokio::test]
async fn no_token_passes_a_tunnel() {
    let server = documented(closed(), Source::HttpApi, true).await;
    let own = format!("origin: http://localhost:{}\r\n", server.port);
    for (header, expected) in [
        ("accept: */*", "200"),
        ("forwarded: for=192.0.2.1", "403"),
        ("x-forwarded-for: 192.0.2.1", "403"),
        ("x-forwarded-host: a.tunnel.example", "403"),
        ("x-forwarded-proto: https", "403"),
        ("via: 1.1 proxy", "403"),
        ("x-real-ip: 192.0.2.1", "403"),
        ("cf-connecting-ip: 192.0.2.1", "403"),
        ("cf-ray: 1", "403"),
    ] {
        let headers = format!("{JSON}{own}{header}\r\n");
        let response = asked(&server, &headers, ASKED).await;
        assert_eq!(status(&response), expected, "{header}: {response}");
    }
}

#[tokio::test]
async fn a_token_request_is_checked() {
    let server = documented(closed(), Source::HttpApi, true).await;
    let own = format!("origin: http://localhost:{}\r\n", server.port);
    let other = ASKED.replace("\"jwt\"", "\"other\"");
    let issuer = ASKED.replace("\"jwt\"", "\"https://id.example.com\"");
    let unnamed = ASKED.replace("alice", "");
    for (headers, body, expected) in [
        (JSON, ASKED, "200"),
        ("content-type: text/plain\r\n", ASKED, "415"),
        ("", ASKED, "415"),
        (JSON, "{}", "400"),
        (JSON, "", "400"),
        (JSON, &*other, "400"),
        // The page names authenticators, not issuers.
        (JSON, &*issuer, "400"),
        (JSON, &*unnamed, "400"),
    ] {
        let response = asked(&server, &format!("{own}{headers}"), body).await;
        assert_eq!(status(&response), expected, "{body}: {response}");
        // A page has no options of the command line.
        assert!(!response.contains("--issuer"), "{response}");
    }
    let response = server.get("/_docs/token", &own).await;
    assert_eq!(status(&response), "405", "{response}");
}

#[tokio::test]
async fn a_token_of_the_page_is_accepted() {
    let mut same = closed();
    lent(&mut same);
    let server = documented(closed(), Source::HttpApi, true).await;
    let own = format!("origin: http://localhost:{}\r\n{JSON}", server.port);
    let response = asked(&server, &own, ASKED).await;
    assert!(
        response.contains("cache-control: no-store\r\n"),
        "{response}"
    );
    let made: Value = serde_json::from_str(body(&response)).unwrap();
    assert_eq!(made["warning"], Value::Null);
    assert_eq!(made["expires_in"], 3600);
    // An authenticator accepts it with the key that it was lent, and not otherwise.
    let header = format!("Bearer {}", made["token"].as_str().unwrap());
    for (api, is_accepted) in [(same, true), (closed(), false)] {
        let request = http::Request::get("/").header("authorization", &header);
        let request = request.body(Body::empty()).unwrap();
        let asked = api.all_authenticators()[0].authenticate(&request).await;
        assert_eq!(asked.is_ok(), is_accepted);
    }
}

/// A route whose callers need a token.
const CLOSED: Route = Route {
    method: "GET",
    path: "/orders",
    name: "orders",
    module: "shop",
    ..INVALID
};

#[tokio::test]
async fn the_page_knows_the_schemes_of_its_tokens() {
    let jwt = |name: &'static str, issuer: &'static str| Jwt::new(issuer).audience("a").name(name);
    let (one, two) = ("https://one.example.com", "https://two.example.com");
    let pool = || Cognito::user_pool("eu-west-1_abc123").client("c");
    let routes = || crate::Routes::__new(&[CLOSED]);
    let all = |api: Api| api.routes(routes());
    for (api, expected) in [
        // The document names the authorizer, not its verifier.
        (
            all(Api::new().authenticate(JwtAuthorizer::from_any_api().locally(pool()))),
            json!({"jwt": ["jwt"]}),
        ),
        // No name is taken for another one that ends with it, even if they are the same otherwise.
        (
            all(Api::new()
                .authenticate(jwt("jwt", one))
                .authenticate(jwt("admin_jwt", one))),
            json!({"jwt": ["jwt"], "admin_jwt": ["admin_jwt"]}),
        ),
        (
            all(Api::new().authenticate(jwt("my users", one))),
            json!({"my users": ["my_users"]}),
        ),
        (
            Api::new()
                .nest("/a", all(Api::new().authenticate(jwt("jwt", one))))
                .nest("/b", all(Api::new().authenticate(jwt("jwt", two))))
                .nest("/c", all(Api::new().authenticate(jwt("jwt", one)))),
            json!({"jwt": ["jwt", "b_jwt"]}),
        ),
        // No operation has it.
        (Api::new().authenticate(jwt("jwt", one)), json!({"jwt": []})),
    ] {
        let server = documented(api, Source::HttpApi, true).await;
        let page = server.get("/_docs", "").await.replace("&quot;", "\"");
        let schemes = page.split_once("data-schemes=\"").unwrap().1;
        let found = serde_json::Deserializer::from_str(schemes)
            .into_iter::<Value>()
            .next();
        assert_eq!(found.unwrap().unwrap(), expected);
        let document = server.get("/_docs/openapi.json", "").await;
        let document: Value = serde_json::from_str(body(&document)).unwrap();
        for scheme in expected
            .as_object()
            .unwrap()
            .values()
            .flat_map(|names| names.as_array().unwrap())
        {
            let schemes = &document["components"]["securitySchemes"];
            assert!(
                schemes.get(scheme.as_str().unwrap()).is_some(),
                "{scheme}: {schemes}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_without_tokens_offers_none() {
    for (api, has_tokens) in [(closed(), false), (Api::new(), true)] {
        let server = documented(api, Source::HttpApi, has_tokens).await;
        let page = server.get("/_docs", "").await;
        assert!(!page.contains("<form"), "{page}");
        let own = format!("origin: http://localhost:{}\r\n{JSON}", server.port);
        let response = asked(&server, &own, ASKED).await;
        assert_eq!(status(&response), "404", "{response}");
    }
}

#[test]
fn a_route_of_the_program_wins() {
    let at = |path: &'static str| {
        let route = Route {
            method: "GET",
            path,
            name: "own",
            module: "shop",
            ..INVALID
        };
        Api::new().routes(crate::Routes::__new(Vec::leak(vec![route])))
    };
    for path in ["/_docs", "/_docs/{file+}"] {
        let error = LocalDocs::new(&at(path), None).err().unwrap_or_default();
        let expected = "note: no docs page at `/_docs`, which is the path of shop::own (";
        assert!(error.starts_with(expected), "{error}");
    }
    for path in ["/_docsx", "/{name}", "/docs"] {
        assert!(LocalDocs::new(&at(path), None).is_ok(), "{path}");
    }
    let nested = Api::new().nest("/_docs", at("/x"));
    assert!(LocalDocs::new(&nested, None).is_err());
}
