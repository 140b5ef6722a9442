//! The macros of lambda-api.

mod ends;
mod error;
mod faults;
mod function;
mod handler;
mod krate;
mod main_fn;
mod routes;
mod similar;

use proc_macro::TokenStream;

/// TODO
#[proc_macro_attribute]
pub fn api_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    handler::api_handler(attribute.into(), item.into()).into()
}

/// TODO
#[proc_macro_attribute]
pub fn main(attribute: TokenStream, item: TokenStream) -> TokenStream {
    main_fn::main(attribute.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::routes(input.into()).into()
}

/// TODO
#[proc_macro_derive(ApiError, attributes(api))]
pub fn api_error(item: TokenStream) -> TokenStream {
    error::derive(item.into()).into()
}
