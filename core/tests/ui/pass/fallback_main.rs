//! A program with one handler for everything.
//!
//! (In a module, so that the test compiles the program and does not serve it.)
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, non_camel_case_types)]

#[allow(dead_code)]
mod program {
    use http::{Method, Uri};
    use lambda_api::api_handler;

    /// Handles every method and every path.
    #[api_handler(fallback)]
    async fn main(method: Method, uri: &Uri) -> String {
        format!("{method} {uri}")
    }
}

fn main() {}
