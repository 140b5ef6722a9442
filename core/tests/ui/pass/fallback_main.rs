//! A program with one handler for everything.
#![deny(warnings)]

use http::{Method, Uri};
use lambda_api::api_handler;

#[api_handler(fallback)]
async fn main(method: Method, uri: &Uri) -> String {
    format!("{method} {uri}")
}
