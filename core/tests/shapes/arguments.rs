//! Arguments: patterns, large numbers of them, and values parsed from one string of the request.

use crate::{
    call, post, route, text,
    wrappers::{Body, Length, Slowly, User},
};
use lambda_api::{Api, App, Response, api_handler, routes};
use serde::Deserialize;
use std::borrow::Cow;
use tower::ServiceExt;

#[derive(Debug, Deserialize)]
pub(crate) struct OrderId(u64);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Tea,
    Coffee,
}

fn say(text: &str) -> Response {
    Response::new(text.to_owned().into())
}

#[api_handler(POST "/dozen")]
#[allow(clippy::too_many_arguments)]
async fn a_dozen(
    Length(a): Length,
    b: Length,
    mut c: Length,
    Length(ref d): Length,
    _: Length,
    _f: Length,
    Length(g @ 0..): Length,
    User(h): User<'_>,
    Slowly(i): Slowly<Length>,
    Body(j): Body<'_>,
    k @ Length(_): Length,
    Slowly(Slowly(Body(l))): Slowly<Slowly<Body<'_>>>,
) -> Response {
    c.0 += 1;
    say(&format!(
        "{a} {} {} {d} {g} {h} {} {j} {} {l}",
        b.0, c.0, i.0, k.0
    ))
}

#[tokio::test]
async fn twelve_extractors_and_all_patterns_fit() {
    let response = call(route!(a_dozen), post("/", "abc")).await;
    assert_eq!(text(&response), "3 3 4 3 3 ada 3 abc 3 abc");
}

#[api_handler(POST "/many")]
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    Length(a): Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    _: Length,
    Length(k): Length,
    Body(l): Body<'_>,
    User(m): User<'_>,
    Slowly(n): Slowly<Length>,
    Slowly(Slowly(Body(o))): Slowly<Slowly<Body<'_>>>,
    p: Option<Body<'_>>,
) -> Response {
    say(&format!("{a} {k} {l} {m} {} {o} {}", n.0, p.is_some()))
}

#[tokio::test]
async fn any_number_of_extractors_fits() {
    let response = call(route!(sixteen), post("/", "abc")).await;
    assert_eq!(text(&response), "3 3 abc ada 3 abc true");
}

// Only extractors count towards the limit of arguments.
#[api_handler(ANY "/{a}/{b}/{kind}/{type}/{rest+}")]
#[allow(clippy::too_many_arguments)]
async fn plain_arguments(
    a: u8,
    b: Option<u16>,
    kind: Kind,
    r#type: Cow<'_, str>,
    rest: &str,
    #[path("a")] again: &str,
    #[path("tenant-id")] OrderId(tenant): OrderId,
    #[path] region: String,
    #[query] page: Option<u32>,
    #[query("page-size")] size: Option<u32>,
    #[query("q")] (q,): (String,),
    #[header] x_tenant: &str,
    #[header("If-None-Match")] etag: Option<&str>,
    #[cookie] sid: Option<String>,
    #[cookie("theme")] theme: Option<Kind>,
    Length(length): Length,
) -> Response {
    say(&format!(
        "{a} {b:?} {kind:?} {type} {rest} {again} {tenant} {region} {page:?} {size:?} {q} \
         {x_tenant} {etag:?} {sid:?} {theme:?} {length}"
    ))
}

#[test]
fn path_arguments_from_elsewhere_are_named_in_the_route() {
    assert_eq!(route!(plain_arguments).path_args, ["tenant-id", "region"]);
}

async fn app() -> App {
    let inner = Api::new().routes(routes![plain_arguments]);
    let api = Api::new().nest("/in/{region}/{tenant-id}", inner);
    api.build().await.expect("an API that can be built")
}

#[tokio::test]
async fn plain_arguments_come_from_their_part_of_the_request() {
    let request = http::Request::get("/in/eu/42/1/2/tea/raw%20type/a/b?q=x&page-size=5")
        .header("x-tenant", "acme")
        .header("if-none-match", "tag")
        .header("cookie", "theme=coffee; sid=s");
    let request = request
        .body(lambda_api::Body::from("four"))
        .expect("a request");
    let Ok(response) = app().await.oneshot(request).await;
    assert_eq!(
        text(&response),
        "1 Some(2) Tea raw type a/b 1 42 eu None Some(5) x acme Some(\"tag\") \
         Some(\"s\") Some(Coffee) 4"
    );
}

#[tokio::test]
async fn all_errors_of_plain_arguments_are_reported_at_once() {
    let request = http::Request::get("/in/eu/x/300/2/milk/t/a/b?page=-1");
    let request = request.body(lambda_api::Body::empty()).expect("a request");
    let Ok(response) = app().await.oneshot(request).await;
    assert_eq!(response.status(), 400);
    let problem: serde_json::Value = serde_json::from_str(text(&response)).expect("a problem");
    let names: Vec<_> = problem["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(ToString::to_string)
        .collect();
    // a, kind, tenant-id, page, q, x-tenant
    assert_eq!(names.len(), 6, "{names:#?}");
}

#[api_handler(GET "/orders/{id}/{type}")]
async fn underscores_and_raw_identifiers(_id: u64, r#type: String) -> Response {
    say(&r#type)
}

#[tokio::test]
async fn a_handler_can_be_called_like_any_function() {
    let response = underscores_and_raw_identifiers(7, "tea".to_owned()).await;
    assert_eq!(text(&response), "tea");
    let response = a_dozen(
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        User("eva"),
        Slowly(Length(1)),
        Body("x"),
        Length(1),
        Slowly(Slowly(Body("y"))),
    );
    assert_eq!(text(&response.await), "1 1 2 1 1 eva 1 x 1 y");
}
