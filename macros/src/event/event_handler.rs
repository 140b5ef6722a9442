//! `#[event_handler]`: parse, validate, expand.

use super::{
    expand::{Attribute, Expansion, parse, stub},
    options::Options,
    trigger::{Kind, Trigger},
};
use crate::error_store::ErrorStore;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

const ATTRIBUTE: Attribute = Attribute {
    name: "event_handler",
    what: "an event handler",
};

pub(crate) fn event_handler(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let options = Options::read(attribute, &mut errors);
    let (function, arguments) = match parse(ATTRIBUTE, item, &mut errors) {
        Ok(parsed) => parsed,
        Err(error) => return error,
    };
    if options.is_for_each_record() {
        for ty in arguments.iter().filter(|ty| is_batch(ty)) {
            errors.at(ty, "add `batch` behind the kind: this handler is called for each record, and takes `&Record`");
        }
    }
    let krate = &options.krate;
    let Some(trigger) = options.trigger.as_ref().filter(|_| errors.is_empty()) else {
        return stub(&errors, krate, &function);
    };
    let (from, call, variant, respond) = match (trigger.kind, options.batch) {
        (Kind::Records(_), false) => ("FromRecord", "record", "Record", "record_outcome"),
        (Kind::Records(_), true) => ("FromEvent", "batch", "Batch", "batch_outcome"),
        _ => ("FromEvent", "event", "Event", "event_response"),
    };
    let ident = |name: &str| quote::format_ident!("{name}");
    let (from, respond) = (ident(from), ident(respond));
    let private = quote!(#krate::__private::events);
    let concurrency = match &options.concurrency {
        Some(number) => quote!(::core::option::Option::Some(#number)),
        None => quote!(::core::option::Option::None),
    };
    Expansion {
        attribute: ATTRIBUTE,
        krate,
        function: &function,
        arguments: &arguments,
        from: quote!(#from),
        call,
        variant,
        respond: quote!(#private::#respond),
        around: None,
        trigger: Trigger::tokens(trigger, krate),
        kinds: trigger.kinds(&private),
        concurrency,
        otherwise: None,
    }
    .tokens()
}

/// Whether a type is `&[Record]`.
fn is_batch(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else {
        return false;
    };
    let Type::Slice(slice) = &*reference.elem else {
        return false;
    };
    let Type::Path(item) = &*slice.elem else {
        return false;
    };
    let last = item.path.segments.last();
    last.is_some_and(|last| last.ident == "Record")
}
