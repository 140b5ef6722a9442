//! Arguments: patterns, many of them, and what comes from one string of the request.

use crate::{
    call, post, route, text,
    wrappers::{Length, Slowly, Text, User},
};
use lambda_api::{Response, api_handler};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Clone, Debug, Deserialize)]
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
    Text(j): Text<'_>,
    k @ Length(_): Length,
    Slowly(Slowly(Text(l))): Slowly<Slowly<Text<'_>>>,
) -> Response {
    c.0 += 1;
    say(&format!(
        "{a} {} {} {d} {g} {h} {} {j} {} {l}",
        b.0, c.0, i.0, k.0
    ))
}

#[tokio::test]
async fn twelve_extractors_and_all_patterns_fit() {
    let reply = call(route!(a_dozen), post("/", "abc")).await;
    assert_eq!(text(&reply), "3 3 4 3 3 ada 3 abc 3 abc");
}

// More than twelve, since only extractors are counted.
#[api_handler(ANY "/{a}/{b}/{kind}/{type}/{rest+}")]
#[allow(clippy::too_many_arguments)]
async fn plain_arguments(
    a: u8,
    b: Option<u16>,
    kind: Kind,
    r#type: Cow<'_, str>,
    rest: &str,
    #[path("a")] _again: &str,
    #[path("tenant-id")] _tenant: OrderId,
    #[path] region: String,
    #[query] page: Option<u32>,
    #[query("page-size")] size: Option<u32>,
    #[query("q")] (q,): (String,),
    #[header] x_tenant: &str,
    #[header("If-None-Match")] etag: Option<&str>,
    #[cookie] sid: Option<String>,
    #[cookie("theme")] _theme: Option<Kind>,
    Length(length): Length,
) -> Response {
    say(&format!(
        "{a}{b:?}{kind:?}{type}{rest}{region}{page:?}{size:?}{q}{x_tenant}{etag:?}{sid:?}{length}"
    ))
}

#[test]
fn path_arguments_from_elsewhere_are_named_in_the_route() {
    assert_eq!(route!(plain_arguments).path_args, ["tenant-id", "region"]);
    let unused = [Kind::Tea, Kind::Coffee].len() + usize::from(OrderId(1).clone().0 == 2);
    assert_eq!(unused, 2);
}

#[api_handler(GET "/orders/{id}/{type}")]
async fn underscores_and_raw_identifiers(_id: u64, r#type: String) -> Response {
    say(&r#type)
}

#[tokio::test]
async fn a_handler_can_be_called_like_any_function() {
    let reply = underscores_and_raw_identifiers(7, "tea".to_owned()).await;
    assert_eq!(text(&reply), "tea");
    let reply = a_dozen(
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        Length(1),
        User("eva"),
        Slowly(Length(1)),
        Text("x"),
        Length(1),
        Slowly(Slowly(Text("y"))),
    );
    assert_eq!(text(&reply.await), "1 1 2 1 1 eva 1 x 1 y");
}
