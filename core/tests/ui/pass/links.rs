//! `path` of all kinds of handlers, under strict lints.
#![deny(
    warnings,
    missing_docs,
    private_interfaces,
    single_use_lifetimes,
    trivial_bounds,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unsafe_code,
    rust_2018_idioms
)]

use lambda_api::{Api, api_handler, response::Link, routes};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An id.
#[derive(Deserialize, Serialize)]
pub struct Id<'a>(#[serde(borrow)] Cow<'a, str>);

/// Not `Serialize`.
#[derive(Deserialize)]
struct Opaque(String);

/// Handlers of another module.
pub mod orders {
    use super::{Id, Opaque};
    use lambda_api::{Path, api_handler};

    /// Public.
    #[api_handler(GET "/a/{id}/{name}")]
    pub async fn borrowed<'a>(id: Id<'a>, name: &'a str) {
        let _ = (id.0, name);
    }

    #[api_handler(GET "/b/{id}")]
    pub(crate) fn not_linked(id: Opaque) {
        drop(id.0);
    }

    #[api_handler(GET "/c/{order-id}/{type}/{self}")]
    pub(super) async fn renamed(
        #[path("order-id")] order: u64,
        r#type: char,
        #[path("self")] own: bool,
    ) {
        let _ = (order, r#type, own);
    }

    #[api_handler(GET "/d/{x}/{y}")]
    pub(in crate::orders) async fn extracted(Path(at): Path<(u8, u8)>) {
        let _ = at;
    }

    #[cfg(any())]
    #[api_handler(GET "/e/{id}")]
    pub async fn absent(id: Missing) {}

    /// A link that only this module can make.
    pub fn inner() -> lambda_api::response::Link {
        extracted::path(1, "2")
    }
}

#[api_handler(ANY "/f/{rest+}")]
async fn r#match(rest: String) {
    drop(rest);
}

const MAX: u32 = 1;

/// A parameter named like a constant.
#[api_handler(GET "/j/{MAX}/{ID}")]
async fn capitals(#[path("MAX")] max: u32, #[path("ID")] id: u32) {
    let _ = (max, id, MAX);
}

#[deprecated = "use /f"]
#[api_handler(GET "/g")]
async fn old() {}

macro_rules! handler {
    ($name:ident, $type:ty) => {
        #[api_handler(GET "/h/{id}")]
        async fn $name(id: $type) {
            let _ = id;
        }
    };
}
handler!(made, u32);

fn local() -> Link {
    #[derive(Deserialize, Serialize)]
    struct Local(u8);

    #[api_handler(GET "/i/{id}")]
    async fn in_a_function(id: Local) {
        let _ = id.0;
    }
    in_a_function::path(Local(1))
}

#[allow(deprecated)]
fn links() -> Vec<Link> {
    let text = String::from("a");
    vec![
        orders::borrowed::path(Id(Cow::Borrowed(&text)), &text),
        orders::renamed::path(7, 'x', true),
        orders::inner(),
        r#match::path(text.clone()),
        old::path(),
        made::path(7),
        local(),
        capitals::path(1, 2),
    ]
}

fn main() {
    let api = Api::new().routes(routes![orders::not_linked]);
    assert_eq!(links().len(), 8);
    drop(api);
}
