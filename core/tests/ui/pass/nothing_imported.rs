//! Generated code names everything from the root: nothing here is what it seems.
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

struct Some;
struct Option;
struct Result;
struct Box;
struct Vec;
struct str;
struct bool;
mod core {}

#[::lambda_api::api_handler(GET "/orders/{id}")]
async fn order(id: ::std::primitive::u64) -> ::std::result::Result<::std::string::String, Missing> {
    match id {
        0 => ::std::result::Result::Err(Missing::Order { id }),
        _ => ::std::result::Result::Ok(::std::string::String::new()),
    }
}

#[::std::prelude::v1::derive(::std::fmt::Debug, ::lambda_api::ApiError)]
enum Missing {
    #[api(status = 404, code = "order_not_found", absent, title = "x")]
    Order {
        #[api(extension)]
        id: ::std::primitive::u64,
    },
}

impl ::std::fmt::Display for Missing {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str("missing")
    }
}

mod program {
    use super::*;

    #[::lambda_api::main]
    fn main() -> ::lambda_api::Api {
        ::lambda_api::Api::new().routes(::lambda_api::routes![order])
    }
}

fn main() {}
