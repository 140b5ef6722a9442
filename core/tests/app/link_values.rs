//! The values of a link, its query, and why it fails.

use crate::{
    app, ask, header,
    links::{OrderId, failure, get_order, home, index, location},
    text,
};
use lambda_api::{
    Api, Body, Created, Error, Path, Request, api_handler,
    event::Source,
    response::{Link, Location, Redirect},
    routes,
};
use lambda_api_testing::TestClient;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    InTransit,
}

/// Not `Serialize`: the handler compiles, since nothing links to it.
#[derive(Deserialize)]
struct Opaque(String);

#[api_handler(GET "/opaque/{id}")]
async fn opaque(id: Opaque) -> String {
    id.0
}

#[api_handler(GET "/names/{name}")]
async fn name(name: Cow<'_, str>) -> String {
    name.into_owned()
}

#[api_handler(GET "/files/{path+}")]
async fn file(path: &str) -> String {
    path.to_owned()
}

#[api_handler(GET "/link-to-name")]
async fn link_to_name(#[query] to: String) -> Redirect {
    Redirect::to(name::path(to.into()))
}

#[api_handler(GET "/link-to-file")]
async fn link_to_file(#[query] to: String) -> Redirect {
    Redirect::to(file::path(&to))
}

fn names() -> Api {
    Api::new().routes(routes![name, file, link_to_name, link_to_file])
}

#[tokio::test]
async fn values_are_encoded() {
    for (link, expected) in [
        ("/link-to-name?to=tea", "/names/tea"),
        ("/link-to-name?to=a/b", "/names/a%2Fb"),
        ("/link-to-name?to=%C3%BC%20%25", "/names/%C3%BC%20%25"),
        ("/link-to-name?to=a%3Fb%23c", "/names/a%3Fb%23c"),
        ("/link-to-name?to=/..", "/names/%2F.."),
        ("/link-to-file?to=a/b%20c/d", "/files/a/b%20c/d"),
    ] {
        assert_eq!(location(names(), "GET", link).await, expected);
    }
}

#[tokio::test]
async fn segments_that_clients_remove_are_not_linked() {
    for link in [
        "/link-to-name?to=",
        "/link-to-name?to=.",
        "/link-to-name?to=..",
        "/link-to-file?to=",
        "/link-to-file?to=/example.com",
        "/link-to-file?to=a/../b",
    ] {
        let problem = failure(names(), link).await;
        assert!(problem.contains("internal_error"), "{problem}");
        assert!(!problem.contains("segment"), "{problem}");
    }
}

#[api_handler(GET "/names/{name}/delete")]
async fn delete_name(name: String) -> String {
    format!("deleted {name}")
}

#[tokio::test]
async fn a_link_leads_to_no_other_route_on_any_source() {
    let client = TestClient::new(names().routes(routes![delete_name])).await;
    let values = [
        "a",
        "a/delete",
        "a%2Fdelete",
        "a?b",
        "a%3Fb",
        "ü #;+&=",
        "%",
    ];
    for source in Source::ALL {
        let client = client.via(source);
        for (from, value) in values
            .map(|value| ("/link-to-name", value))
            .into_iter()
            .chain([("/link-to-file", "a/b c"), ("/link-to-file", "a?b")])
        {
            let is_greedy = from == "/link-to-file";
            let is_decoded = matches!(source, Source::HttpApi | Source::HttpApiV1);
            let is_lost = value.contains('?') || value.contains('/') && !is_greedy;
            let request = client.get(format!("{from}?to={}", encoded(value)));
            if is_decoded && is_lost {
                let failed = tokio::spawn(async { request.await }).await;
                assert!(failed.is_err(), "{source:?} {value:?}");
                continue;
            }
            let linked = request.await;
            let read = client.get(linked.location()).await;
            assert_eq!(read.text(), value, "{source:?}");
        }
    }
}

#[api_handler(GET "/where")]
async fn place(request: &Request) -> Result<String, Error> {
    place::path().to_string(request)
}

#[tokio::test]
async fn the_prefix_of_a_link_cannot_end_an_attribute() {
    let app = app(Api::new().nest("/t/{tenant}", Api::new().routes(routes![place]))).await;
    let response = ask(&app, "GET", "/t/x\"a='b'{%20}/where").await;
    assert_eq!(text(&response), "/t/x%22a=%27b%27%7B%20%7D/where");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_path_of_a_link_brings_the_same_value(value in any::<String>(), rest in "[a-z/.%ü ]{0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let app = app(names()).await;
            for (from, value) in [("/link-to-name", &value), ("/link-to-file", &rest)] {
                let linked = ask(&app, "GET", &format!("{from}?to={}", encoded(value))).await;
                let Some(path) = header(&linked, "location") else {
                    let greedy = from.ends_with("file");
                    let mut segments = value.split('/').take(if greedy { usize::MAX } else { 1 });
                    let lost = segments.any(|segment| matches!(segment, "" | "." | ".."));
                    prop_assert!(lost, "{from} {value:?}");
                    continue;
                };
                let response = ask(&app, "GET", path).await;
                prop_assert_eq!(text(&response), value);
            }
            Ok(())
        })?;
    }
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[api_handler(GET "/next")]
async fn next() -> Redirect {
    let none: Option<u8> = None;
    let next = home::path().query("page", 2).query("tag", "a&b c");
    Redirect::to(next.query("size", none).query("é", true))
}

#[api_handler(GET "/lists")]
async fn lists() -> Redirect {
    Redirect::to(home::path().query("tags", ["a", "b"]))
}

#[tokio::test]
async fn a_link_can_have_a_query() {
    let api = || names().routes(routes![home, next, lists]);
    let expected = "/home?page=2&tag=a%26b%20c&%C3%A9=true";
    assert_eq!(location(api(), "GET", "/next").await, expected);
    failure(api(), "/lists").await;
}

#[derive(Deserialize)]
struct Line {
    order: u64,
    line: u8,
}

#[api_handler(GET "/orders/{order}/lines/{line}")]
async fn get_line(Path(at): Path<Line>) -> String {
    format!("{} {}", at.order, at.line)
}

#[api_handler(ANY "/{kind}/{order-id}/{type}/{rest+}")]
async fn all_kinds(
    kind: Kind,
    #[path("order-id")] order: &OrderIdText,
    r#type: bool,
    rest: String,
) -> String {
    let _ = (kind, order, r#type, rest);
    String::new()
}

type OrderIdText = str;

#[api_handler(GET "/either/{id}" | "/either")]
fn either(id: Option<u64>) -> String {
    format!("{id:?}")
}

#[api_handler(GET "/%7Euser/a%20b")]
fn spelt() {}

#[api_handler(GET "/paths/{number}")]
async fn paths(number: u8, request: &Request) -> Result<String, Error> {
    let link: Link = match number {
        0 => get_line::path(7, "1"),
        1 => all_kinds::path(Kind::InTransit, "a b", true, "x/y".to_owned()),
        2 => either::path(7),
        3 => paths::path(3),
        _ => spelt::path(),
    };
    link.query("q", 1).to_string(request)
}

#[tokio::test]
async fn a_path_takes_what_the_arguments_take() {
    let app = app(Api::new().nest(
        "/v1",
        Api::new().routes(routes![get_line, all_kinds, either, spelt, paths, opaque]),
    ))
    .await;
    for (number, expected) in [
        (0, "/v1/orders/7/lines/1?q=1"),
        (1, "/v1/in-transit/a%20b/true/x/y?q=1"),
        (2, "/v1/either/7?q=1"),
        (3, "/v1/paths/3?q=1"),
        (4, "/v1/%7Euser/a%20b?q=1"),
    ] {
        let response = ask(&app, "GET", &format!("/v1/paths/{number}")).await;
        assert_eq!(text(&response), expected);
    }
}

#[api_handler(GET "/reason/{number}")]
async fn reason(number: u8, request: &Request) -> String {
    let link = match number {
        0 => opaque_text::path("x"),
        1 => name::path("".into()),
        2 => name::path("..".into()),
        3 => get_line::path([7], 1),
        4 => name::path("a".into()).with("shop", 1),
        5 => in_shop::path(),
        6 => in_shop::path().with("shop", "").query("a", [1]),
        7 => in_shop::path().with("tenant", "a"),
        8 => index::path().query("tags", ["a"]),
        _ => in_shop::path().with("shop", None::<u8>),
    };
    let error = link.to_string(request).unwrap_err();
    format!("{error:?}")
}

#[api_handler(GET "/unmounted/{id}")]
async fn opaque_text(id: &str) -> String {
    id.to_owned()
}

#[api_handler(GET "/shop")]
async fn in_shop() {}

#[tokio::test]
async fn the_error_of_a_link_says_why() {
    let api = Api::new()
        .routes(routes![reason, name, get_line, index])
        .nest("/shops/{shop}", Api::new().routes(routes![in_shop]));
    let app = app(api).await;
    for (number, handler, expected) in [
        (
            0,
            "link_values::opaque_text",
            "no such route is mounted: `opaque_text` is not in the `routes` of this API",
        ),
        (
            1,
            "link_values::name",
            "the value of the parameter `name` is invalid: expected a segment, found an empty text",
        ),
        (
            2,
            "link_values::name",
            "the value of the parameter `name` is invalid: a segment is `.` or `..`, which clients \
             and gateways remove from a path",
        ),
        (
            3,
            "link_values::get_line",
            "the value of the parameter `order` is invalid: expected one text, found a tuple",
        ),
        (
            4,
            "link_values::name",
            "the route has no prefix, and so no parameter `shop`, which `with` sets",
        ),
        (
            5,
            "link_values::in_shop",
            "the prefix `/shops/{shop}` of the route has the parameter `shop`, which the path of \
             this request does not have: set it, `.with(\"shop\", ..)`",
        ),
        (
            6,
            "link_values::in_shop",
            "the value of the parameter `shop` is invalid: expected a segment, found an empty text",
        ),
        (
            7,
            "link_values::in_shop",
            "the prefix `/shops/{shop}` of the route has no parameter `tenant`, which `with` sets",
        ),
        (
            8,
            "links::index",
            "the query parameter `tags` is invalid: expected one text, found a tuple",
        ),
        (
            9,
            "link_values::in_shop",
            "the value of the parameter `shop` is invalid: expected a value, found none",
        ),
    ] {
        let response = ask(&app, "GET", &format!("/reason/{number}")).await;
        let reason = text(&response);
        let begin = format!("the link to `app::{handler}` (core/tests/app/link");
        assert!(reason.starts_with(&begin), "{reason}");
        let end = format!(") cannot be resolved: {expected}");
        assert!(reason.ends_with(&end), "{reason}");
    }
}

#[test]
fn without_an_app_a_link_has_no_path() {
    let request = http::Request::new(Body::empty());
    let error = index::path().to_string(&request).unwrap_err();
    assert!(format!("{error:?}").ends_with("the request was not routed by an `App`"));
}

#[test]
fn links_are_equal_if_all_parts_are() {
    let link = || get_order::path(OrderId(7));
    assert_eq!(link(), link());
    assert_eq!(link().with("a", 1).with("a", 2), link().with("a", 2));
    for other in [
        get_order::path(OrderId(8)),
        name::path("7".into()),
        link().with("shop", 1),
        link().query("page", 1),
    ] {
        assert_ne!(link(), other);
    }
    let debug = format!("{:?}", link().query("page", 1));
    assert_eq!(
        debug,
        "Link { handler: app::links::get_order, path: \"/orders/{id}\", values: [Ok(\"7\")], \
         query: \"?page=1\" }"
    );
    let invalid = format!("{:?}", link().query("page", [1]));
    assert!(
        invalid.ends_with(
            ", invalid_query: \"the query parameter `page` is invalid: expected one text, found a tuple\" }"
        ),
        "{invalid}"
    );
    let created = Created::at(link(), ());
    assert_eq!(created.location(), Some(&link().into()));
    assert_eq!(Location("/a").as_str(), Some("/a"));
    assert_eq!(Location(link()).link(), Some(&link()));
}
