//! Procedural macros for lambda-api. Depend on `lambda-api`, which re-exports them.
//!
//! Each macro is a pipeline: parse, validate, expand. All errors of one call are collected and
//! reported together, each at its token. If there are errors, the macro still emits the items that
//! the rest of the program refers to, so that one mistake causes one error. Generated code calls
//! `lambda_api::__private` and contains no logic that a function could contain.

mod authorizer;
mod error;
mod error_store;
mod event;
mod function;
mod handler;
mod handler_list;
mod krate;
mod main_fn;
mod routes;
mod span_range;
mod suggest;
mod validate;
mod ws_handler;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/api_handler.md")]
#[proc_macro_attribute]
pub fn api_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    handler::api_handler(attribute.into(), &item.into()).into()
}

#[doc = include_str!("../docs/event_handler.md")]
#[proc_macro_attribute]
pub fn event_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    event::event_handler(attribute.into(), &item.into()).into()
}

#[doc = include_str!("../docs/authorizer.md")]
#[proc_macro_attribute]
pub fn authorizer(attribute: TokenStream, item: TokenStream) -> TokenStream {
    authorizer::authorizer(attribute.into(), &item.into()).into()
}

#[doc = include_str!("../docs/main.md")]
#[proc_macro_attribute]
pub fn main(attribute: TokenStream, item: TokenStream) -> TokenStream {
    main_fn::main(attribute.into(), &item.into()).into()
}

/// Implements `lambda_api::routes!`, which passes the path of its crate first.
#[doc(hidden)]
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::routes(input.into()).into()
}

/// Implements `lambda_api::events!`, which passes the path of its crate first.
#[doc(hidden)]
#[proc_macro]
pub fn events(input: TokenStream) -> TokenStream {
    event::events(input.into()).into()
}

#[doc = include_str!("../docs/api_error.md")]
#[proc_macro_derive(ApiError, attributes(api))]
pub fn api_error(item: TokenStream) -> TokenStream {
    error::derive(item.into()).into()
}

#[doc = include_str!("../docs/ws_handler.md")]
#[proc_macro_attribute]
pub fn ws_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    ws_handler::ws_handler(attribute.into(), &item.into()).into()
}

#[doc = include_str!("../docs/validate.md")]
#[proc_macro_derive(Validate, attributes(garde, serde, validate))]
pub fn validate(item: TokenStream) -> TokenStream {
    validate::derive(item.into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn a_renamed_crate_is_used_everywhere() {
        let handler = handler::api_handler(
            quote!(GET "/orders/{id}", scopes("a"), crate = gateway),
            &quote! {
                async fn order(id: u64, #[query] #[validate(range(max = 7))] page: u32, body: Text) -> Result<String, Error> {}
            },
        );
        let main = main_fn::main(
            quote!(flavor = "multi_thread", crate = gateway),
            &quote!(
                async fn main() -> Api {}
            ),
        );
        let routes = routes::routes(quote!(gateway; a, b::c));
        let error = error::derive(quote! {
            #[api(crate = gateway)]
            enum OrderError {
                #[api(status = 404, code = "order_not_found", absent, title = "x", type = "y")]
                NotFound { #[api(extension, header = "x-id")] id: u64 },
                #[api(transparent)]
                Other(Other),
            }
        });
        let rules = validate::derive(quote! {
            #[garde(crate = gateway, custom(check))]
            enum Order<T> {
                A { #[garde(dive, inner(length(min = 1)))] items: Vec<T> },
                B(#[garde(pattern("a"))] String),
            }
        });
        let authorizer = authorizer::authorizer(
            quote!(http, api = "a1b2c3", crate = gateway),
            &quote!(
                async fn authorize(request: AuthorizerRequest) -> Allow {}
            ),
        );
        for code in [handler, main, routes, error, rules, authorizer] {
            let code = code.to_string();
            assert!(code.contains("gateway"), "{code}");
            assert!(!code.contains(":: lambda_api"), "{code}");
            assert!(!code.contains("compile_error"), "{code}");
        }
    }

    #[test]
    fn each_of_several_mistakes_is_reported() {
        let code = handler::api_handler(
            quote!(FETCH "/orders/{id}", publik),
            &quote! {
                async fn order<T>(#[querry] page: u32) -> String {}
            },
        );
        let errors = code.to_string().matches("compile_error").count();
        assert_eq!(errors, 5, "{code}");
    }
}
