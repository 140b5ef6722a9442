//! What the page consists of, and how it is sent.

use crate::{client, open, request};
use lambda_api::event::Source;
use tower::ServiceExt;

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const NO_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_file_has_its_type_and_policy() {
    let client = client(open()).await;
    for (path, media_type, is_gzip, policy) in [
        ("/docs", "text/html; charset=utf-8", false, PAGE_POLICY),
        ("/docs/", "text/html; charset=utf-8", false, PAGE_POLICY),
        ("/docs/openapi.json", "application/json", false, NO_POLICY),
        (
            "/docs/docs.js",
            "text/javascript; charset=utf-8",
            false,
            NO_POLICY,
        ),
        (
            "/docs/docs.css",
            "text/css; charset=utf-8",
            false,
            NO_POLICY,
        ),
        (
            "/docs/swagger-ui-bundle.js",
            "text/javascript; charset=utf-8",
            true,
            NO_POLICY,
        ),
        (
            "/docs/swagger-ui.css",
            "text/css; charset=utf-8",
            true,
            NO_POLICY,
        ),
    ] {
        client
            .on_every_source(|client| async move {
                let file = client.get(path).await;
                file.assert_status(200)
                    .assert_header("content-type", media_type)
                    .assert_header("content-security-policy", policy)
                    .assert_header("x-content-type-options", "nosniff")
                    .assert_header("x-frame-options", "DENY")
                    .assert_header("referrer-policy", "no-referrer");
                let encoding = is_gzip.then_some("gzip");
                assert_eq!(file.header("content-encoding"), encoding, "{path}");
                assert_eq!(
                    file.bytes().starts_with(&[0x1f, 0x8b, 8]),
                    is_gzip,
                    "{path}"
                );
            })
            .await;
    }
}

#[tokio::test]
async fn the_page_names_all_its_files_and_no_others() {
    let client = client(open()).await;
    let page = client.get("/docs").await;
    let page = page.text();
    let links = page.split(['"', '\'']).filter(|part| part.starts_with('/'));
    let mut paths = Vec::new();
    for link in links {
        client.get(link).await.assert_status(200);
        paths.push(link.split('?').next().unwrap_or_default());
    }
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(
        paths,
        [
            "/docs/docs.css",
            "/docs/docs.js",
            "/docs/openapi.json",
            "/docs/swagger-ui-bundle.js",
            "/docs/swagger-ui.css",
        ]
    );
    assert!(
        !page.contains("://") && !page.contains("<script>"),
        "{page}"
    );
    // The bar for tokens is a part of the local server.
    assert!(!page.contains("<form"), "{page}");
}

#[tokio::test]
async fn a_known_file_is_not_sent_again() {
    let client = client(open()).await;
    let page = client.get("/docs").await;
    let links = page.text().split('"');
    let own: Vec<_> = links.filter(|link| link.contains("?v=")).collect();
    assert_eq!(own.len(), 4);
    let forever = own
        .iter()
        .map(|link| (*link, "private, max-age=31536000, immutable"));
    let ask = [
        "/docs",
        "/docs/openapi.json",
        "/docs/docs.js",
        "/docs/swagger-ui.css",
        // The link of another version of the program.
        "/docs/docs.js?v=deadbeef",
        "/docs/swagger-ui.css?v=",
    ];
    for (path, cache) in forever.chain(ask.map(|path| (path, "private, no-cache"))) {
        let file = client.get(path).await;
        file.assert_header("cache-control", cache);
        let etag = file.header("etag").expect("a tag").to_owned();
        let again = client.get(path).header("if-none-match", &etag).await;
        again.assert_status(304).assert_header("etag", &etag);
        assert!(again.bytes().is_empty(), "{path}");
        let other = client.get(path).header("if-none-match", "\"other\"").await;
        other.assert_status(200);
    }
}

#[tokio::test]
async fn files_are_only_read() {
    let client = client(open()).await;
    for path in ["/docs", "/docs/openapi.json", "/docs/swagger-ui-bundle.js"] {
        let response = client.post(path).await;
        response
            .assert_problem(405, "method_not_allowed")
            .assert_header("allow", "GET, HEAD");
    }
    for path in [
        "/docs/token",
        "/docs/index.html",
        "/docs/../docs",
        "/docs//",
    ] {
        let response = client.get(path).await;
        response.assert_problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let app = open().build().await.expect("no errors");
    for path in ["/docs", "/docs/openapi.json", "/docs/swagger-ui.css"] {
        let get = app.clone().oneshot(request("GET", path)).await.unwrap();
        let head = app.clone().oneshot(request("HEAD", path)).await.unwrap();
        assert_eq!(head.status(), 200);
        for name in ["content-type", "content-encoding", "etag", "cache-control"] {
            assert_eq!(
                head.headers().get(name),
                get.headers().get(name),
                "{path} {name}"
            );
        }
        let body = head.into_body().collect().await.unwrap();
        assert!(body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_client_without_gzip_is_told() {
    let client = client(open()).await.via(Source::FunctionUrl);
    let get = |encoding| {
        let path = "/docs/swagger-ui.css";
        client.get(path).header("accept-encoding", encoding)
    };
    get("br, gzip").await.assert_status(200);
    get("identity")
        .await
        .assert_problem(406, "encoding_not_acceptable")
        .assert_header("vary", "accept-encoding");
    // Only the files of Swagger UI are compressed.
    let page = client.get("/docs").header("accept-encoding", "identity");
    page.await
        .assert_status(200)
        .assert_no_header("content-encoding");
}
