//! Rules that JSON Schema cannot say.

use lambda_api::{Api, Json, Query, Valid, Validate, api_handler, routes};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(custom(same))]
struct Order<'r> {
    #[serde(borrow)]
    #[garde(length(min = 1), ascii, pattern("^[a-z]+$"))]
    order_id: std::borrow::Cow<'r, str>,
    #[garde(contains("@"))]
    mail: String,
    #[garde(matches(mail))]
    mail_again: String,
    #[garde(required, range(min = 1))]
    count: Option<u32>,
    #[garde(dive, length(max = 3))]
    lines: Vec<Line>,
    #[garde(inner(suffix("/"), length(max = 9)))]
    tags: Vec<String>,
    #[garde(dive)]
    gift: Option<Box<Gift>>,
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Line(#[garde(custom(even))] u32);

/// A type that contains itself.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(tag = "kind")]
enum Gift {
    #[serde(rename = "card")]
    Card {
        #[garde(alphanumeric)]
        code: String,
        #[garde(inner(dive))]
        more: Vec<Gift>,
    },
    Voucher {
        #[serde(rename = "a/b")]
        #[garde(prefix("x"), alphanumeric)]
        code: String,
    },
}

fn same(_: &Order<'_>) -> Result<(), &'static str> {
    Ok(())
}

fn even(number: &u32) -> Result<(), &'static str> {
    if number.is_multiple_of(2) {
        Ok(())
    } else {
        Err("odd")
    }
}

#[api_handler(POST "/orders")]
async fn place(Valid(Json(order)): Valid<Json<Order<'_>>>) {
    let _ = (order.order_id, order.mail, order.mail_again, order.count);
    let _ = (order.lines.first().map(|line| line.0), order.tags);
    match order.gift.map(|gift| *gift) {
        Some(Gift::Card { code, more }) => drop((code, more)),
        Some(Gift::Voucher { code }) => drop(code),
        None => {}
    }
}

/// Nothing checks the rules.
#[api_handler(POST "/unchecked")]
async fn unchecked(_line: Json<Line>) {}

#[api_handler(GET | POST "/lines/{line}")]
async fn lines(
    line: Line,
    #[query("a-tag")]
    #[validate(length(max = 2), inner(length(max = 9)))]
    tag: Vec<String>,
    #[header("x-name")]
    #[validate(ascii, email)]
    name: Option<&str>,
    #[cookie] plain: Option<u32>,
    _query: Option<Valid<Query<Line>>>,
) {
    let _ = (line, tag, name, plain);
}

#[api_handler(POST "/hidden", hidden)]
async fn hidden(_order: Valid<Json<Order<'_>>>) {}

#[test]
fn rules_without_a_keyword_are_noted() {
    let document = Api::new()
        .routes(routes![place, unchecked, lines, hidden])
        .openapi()
        .expect("no errors");
    let notes: Vec<_> = document.notes().collect();
    assert_eq!(
        notes,
        [
            "`POST /orders`: no schema has the rule `ascii` of `/orderId` in the body",
            "`POST /orders`: no schema has the rule `matches` of `/mailAgain` in the body",
            "`POST /orders`: no schema has the rule `custom` of `/lines/*` in the body",
            "`POST /orders`: no schema has the rule `suffix` of `/tags/*` in the body",
            "`POST /orders`: no schema has the rule `alphanumeric` of `/gift/code` in the body",
            "`POST /orders`: no schema has the rule `prefix` of `/gift/a~1b` in the body",
            "`POST /orders`: no schema has the rule `alphanumeric` of `/gift/a~1b` in the body",
            "`POST /orders`: no schema has the rule `custom` of the body",
            "`GET /lines/{line}`: no schema has the rule `custom` of `/line` in the path",
            "`GET /lines/{line}`: no schema has the rule `length` of `/a-tag/*` in the query",
            "`GET /lines/{line}`: no schema has the rule `ascii` of `/x-name` in the header",
            "`GET /lines/{line}`: no schema has the rule `custom` of the query",
        ]
    );
}
