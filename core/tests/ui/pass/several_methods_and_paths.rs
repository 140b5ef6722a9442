//! One handler in several places; nothing of it makes a warning.
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, non_camel_case_types)]

use lambda_api::{Api, Path, api_handler, routes};

#[api_handler(GET | POST "/orders" | "/orders/{id}", public, timeout = "1s")]
async fn orders(id: Option<u64>, #[query] page: Option<u32>) -> String {
    format!("{id:?} {page:?}")
}

#[api_handler(ANY "/" | "/{rest+}")]
async fn everything(path: Option<Path<String>>) -> String {
    format!("{:?}", path.map(|path| path.0))
}

fn main() {
    let _ = Api::new().routes(routes![orders, everything]);
}
