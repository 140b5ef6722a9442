//! `events!`: a list of handlers of events.

use crate::handler_list::{Item, List};
use proc_macro2::TokenStream;
use quote::quote;

/// `$crate; a, b::c`, as `events!` of core passes it.
pub(crate) fn events(input: TokenStream) -> TokenStream {
    let (list, errors) = List::read("events", "event_handler", input);
    let krate = &list.krate;
    let private = quote!(#krate::__private::events);
    let errors = errors.to_tokens();
    let handlers = list
        .items
        .iter()
        .map(|Item { attrs, path }| quote!(#(#attrs)* <#path as #private::EventHandler>::HANDLER));
    quote!({
        #errors
        const __HANDLERS: &[#private::Handler] = &[#(#handlers),*];
        #private::Events::__new(__HANDLERS)
    })
}
