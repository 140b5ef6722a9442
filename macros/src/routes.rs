//! `routes!`: a list of handlers, and a compile-time check for duplicate routes.

use crate::{
    handler_list::{Item, List},
    krate::Krate,
    span_range::SpanRange,
};
use proc_macro2::TokenStream;
use quote::quote;

/// `$crate; a, b::c`, as `routes!` of core passes it.
pub(crate) fn routes(input: TokenStream) -> TokenStream {
    let (list, errors) = List::read("routes", "api_handler", input);
    let krate = &list.krate;
    if errors.is_empty() {
        expand(&list)
    } else {
        // Refers to the handlers, so that none of them is reported as dead code.
        let errors = errors.to_tokens();
        let routes = list.items.iter().map(|item| route(item, krate));
        quote!({
            #errors
            const __INVALID: &[#krate::__private::Route] = &[#(#routes),*];
            #krate::Routes::__new(__INVALID.split_at(0).0)
        })
    }
}

fn route(Item { attrs, path }: &Item, krate: &Krate) -> TokenStream {
    quote!(#(#attrs)* <#path as #krate::Endpoint>::ROUTE)
}

/// Panics at the span of this item if it is a duplicate.
fn check(Item { attrs, path }: &Item) -> TokenStream {
    let next = SpanRange::of(path).put(&quote!(__unique), &quote!(.next()));
    quote! {
        #(#attrs)*
        let __unique = #next;
    }
}

fn expand(list: &List) -> TokenStream {
    let krate = &list.krate;
    let private = quote!(#krate::__private);
    let routes = list.items.iter().map(|item| route(item, krate));
    let checks = list.items.iter().map(check);
    quote!({
        const __ROUTES: &[#private::Route] = &[#(#routes),*];
        const _: () = {
            let __unique = #private::DuplicateCheck::new::<{ #private::slots(__ROUTES) }>(__ROUTES);
            #(#checks)*
            let _ = __unique;
        };
        #krate::Routes::__new(__ROUTES)
    })
}
