//! Generates the description of a handler: what it needs, and what a document shows.

use super::{Handler, args::Argument, lifetimes, signature::return_type};
use crate::validate::Holder;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Type;

/// Calls `describe` of the extractors and the response type, unless that is an `impl Trait`.
///
/// What only a document shows is named here, so that it is checked and used in a build without
/// documents, too. A closure that is never called becomes no code.
pub(crate) fn describe(handler: &Handler, private: &TokenStream) -> TokenStream {
    let krate = &handler.options.krate;
    let document = &handler.options.document;
    let extractors = handler.arguments.extractors();
    let output = output(handler);
    let output = output.iter();
    let extra = document
        .responses
        .iter()
        .filter_map(|extra| extra.ty.as_ref());
    let example = document.example.iter();
    quote! {
        |__operation| {
            #(#private::describe::<#extractors>(__operation);)*
            #(<#output as #krate::IntoResponse>::describe(__operation);)*
            #(let _ = <#extra as #krate::IntoResponse>::describe;)*
            #(let _ = || { let _ = &#example; };)*
        }
    }
}

/// The type that describes the response; `None` if it is not known.
fn output(handler: &Handler) -> Option<Type> {
    let returns = handler.options.document.returns.clone();
    let known = || {
        Some(return_type(&handler.function.sig.output))
            .filter(|ty| lifetimes::find_impl_trait(ty).is_none())
    };
    returns.or_else(known)
}

/// The function that adds what a document shows. The library decides whether it is compiled.
pub(crate) fn document(handler: &Handler, private: &TokenStream) -> TokenStream {
    let krate = &handler.options.krate;
    let mut calls = options(handler, private);
    for argument in &handler.arguments.0 {
        match argument {
            Argument::Scalar {
                part,
                name,
                ty,
                rules,
            } => {
                let read = format_ident!("{}", part.word());
                let place = format_ident!("{part:?}");
                let has_rules = if rules.is_empty() {
                    quote!(#krate::__ruled!(#ty))
                } else {
                    quote!(true)
                };
                calls.push(quote! {
                    __documentation.parameter(
                        #private::In::#place,
                        #name,
                        #private::#read::<#ty>,
                        #private::Probe::<#ty>::new().plain(),
                        #has_rules,
                    );
                });
                if !rules.is_empty() {
                    let keywords = rules.schema_tokens(private);
                    calls.push(quote!(__documentation.constraints(#keywords);));
                }
                let unsaid = rules.unsaid(
                    Holder::Argument,
                    &quote!(#ty),
                    &[],
                    &krate.to_token_stream(),
                );
                calls.push(quote! {
                    #krate::__unsaid!(__documentation, |__unsaid| {
                        #[allow(unused_imports)]
                        use #private::validate::NoRules as _;
                        #private::validate::Inside::<#ty>::new().unsaid(&[], __unsaid);
                        #unsaid
                    });
                });
            }
            Argument::Extractor { ty } => extractor(ty, private, &mut calls),
        }
    }
    if let Some(ty) = output(handler) {
        calls.push(quote! {
            __documentation.output::<#ty>(#private::Probe::<#ty>::new().response());
        });
    }
    for extra in &handler.options.document.responses {
        let status = extra.status;
        let text = &extra.text;
        calls.push(match &extra.ty {
            None => quote!(__documentation.extra(#private::status(#status), #text);),
            Some(ty) => quote! {
                __documentation.extra_response::<#ty>(
                    #private::status(#status),
                    #text,
                    #private::Probe::<#ty>::new().response(),
                );
            },
        });
    }
    quote!(#krate::__document!(|__documentation| { #(#calls)* }))
}

/// The elements of a tuple are asked one by one: some can have a schema and others not.
fn extractor(ty: &Type, private: &TokenStream, calls: &mut Vec<TokenStream>) {
    if let Type::Tuple(tuple) = ty {
        for ty in &tuple.elems {
            extractor(ty, private, calls);
        }
        return;
    }
    calls.push(quote! {
        __documentation.argument::<#ty>(#private::Probe::<#ty>::new().request());
    });
}

/// Sets the options that differ from the default.
fn options(handler: &Handler, private: &TokenStream) -> Vec<TokenStream> {
    let document = &handler.options.document;
    let mut calls = Vec::new();
    let mut set = |name: &str, value: TokenStream| {
        let name = format_ident!("{name}");
        calls.push(quote!(__documentation.options().#name = #value;));
    };
    for (name, text) in [
        ("operation_id", &document.operation_id),
        ("summary", &document.summary),
    ] {
        if let Some(text) = text {
            set(name, quote!(::core::option::Option::Some(#text)));
        }
    }
    if !document.tags.is_empty() {
        let tags = &document.tags;
        set("tags", quote!(&[#(#tags),*]));
    }
    let mut attrs = handler.function.attrs.iter();
    if document.deprecated || attrs.any(|attr| attr.path().is_ident("deprecated")) {
        set("deprecated", quote!(true));
    }
    if document.hidden {
        set("hidden", quote!(true));
    }
    if let Some(path) = &document.example {
        let example = quote!(::core::option::Option::Some(|| #private::example(#path)));
        set("example", example);
    }
    calls
}
