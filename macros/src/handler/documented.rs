//! Generates the description of a handler: what it needs, and what a document shows.

use super::{Handler, args::Argument, lifetimes, signature::return_type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
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
    let mut calls = Vec::from_iter(options(handler, private));
    for argument in &handler.arguments.0 {
        match argument {
            Argument::Scalar { part, name, ty } => {
                let read = format_ident!("{}", part.word());
                let place = format_ident!("{part:?}");
                calls.push(quote! {
                    __documentation.parameter(
                        #private::In::#place,
                        #name,
                        #private::#read::<#ty>,
                        #private::Probe::<#ty>::new().plain(),
                    );
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
    let krate = &handler.options.krate;
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

/// The options that differ from the default.
fn options(handler: &Handler, private: &TokenStream) -> Option<TokenStream> {
    let document = &handler.options.document;
    let mut fields = Vec::new();
    let mut text = |name: &str, text: &Option<String>| {
        let name = format_ident!("{name}");
        if let Some(text) = text {
            fields.push(quote!(#name: ::core::option::Option::Some(#text),));
        }
    };
    text("operation_id", &document.operation_id);
    text("summary", &document.summary);
    if !document.tags.is_empty() {
        let tags = &document.tags;
        fields.push(quote!(tags: &[#(#tags),*],));
    }
    let mut attrs = handler.function.attrs.iter();
    if document.deprecated || attrs.any(|attr| attr.path().is_ident("deprecated")) {
        fields.push(quote!(deprecated: true,));
    }
    if document.hidden {
        fields.push(quote!(hidden: true,));
    }
    if let Some(path) = &document.example {
        fields.push(quote! {
            example: ::core::option::Option::Some(|| #private::example(#path)),
        });
    }
    (!fields.is_empty()).then(|| {
        quote! {
            __documentation.options(#private::Options {
                #(#fields)*
                ..::core::default::Default::default()
            });
        }
    })
}
