//! The whole program.
//!
//! (In a module, so that the test compiles the program and does not serve it.)
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, non_camel_case_types)]

#[allow(dead_code)]
mod program {
    use lambda_api::api_handler;

    /// Says hello.
    #[api_handler(GET "/hello/{name}")]
    async fn main(name: String) -> String {
        format!("Hello, {name}!")
    }
}

fn main() {}
