//! Generates code for a valid handler.
//!
//! Generated tokens have the call site's span, so that editors do not show them on hover. The user's
//! types keep their spans, so that the compiler reports an unsupported type at the argument.

use super::{
    Handler, args::Argument, doc, documented, lifetimes, link, options::Options, path::RoutePath,
    signature::return_type, timeout::Timeout,
};
use crate::{
    error_store::ErrorStore,
    function::{Function, cfgs},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ReturnType, Visibility, ext::IdentExt, spanned::Spanned};

/// The new name of a handler called `main`.
const HIDDEN_MAIN: &str = "__lambda_api_main";

/// The function, the struct of its name with the route, and for `main` the entrypoint.
pub(crate) fn handler(handler: &Handler) -> TokenStream {
    let Handler {
        options, function, ..
    } = handler;
    let krate = &options.krate;
    let private = quote!(#krate::__private);
    let (item, call_name) = function_item(function);
    let structure = structure(function);
    let cfgs = cfgs(&function.attrs);
    let target = at_call_site(&function.sig.ident);
    let route = route(handler, &private, &call_name);
    let link = link::function(handler);
    let main = (function.sig.ident == "main").then(|| {
        quote! {
            #(#cfgs)*
            fn main() -> ::std::process::ExitCode {
                #private::main_of_one(&[<main as #krate::Endpoint>::ROUTE])
            }
        }
    });
    quote! {
        #item
        #structure
        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated)]
        impl #krate::Endpoint for #target {
            const ROUTE: #private::Route = #route;
        }
        #link
        #main
    }
}

/// The errors and stub items, so that uses of the handler cause no further errors.
pub(crate) fn stub(
    errors: &ErrorStore,
    options: &Options,
    path: Option<&RoutePath>,
    function: &Function,
) -> TokenStream {
    let errors = errors.to_tokens();
    let (item, _) = function_item(function);
    if function.sig.receiver().is_some() {
        return quote!(#errors #item);
    }
    let krate = &options.krate;
    let structure = structure(function);
    let cfgs = cfgs(&function.attrs);
    let target = at_call_site(&function.sig.ident);
    let link = link::stub(krate, path, function);
    let main = (function.sig.ident == "main").then(|| quote!(#(#cfgs)* fn main() {}));
    quote! {
        #errors
        #[allow(dead_code)]
        #item
        #structure
        #(#cfgs)*
        #[automatically_derived]
        impl #krate::Endpoint for #target {
            const ROUTE: #krate::__private::Route = #krate::__private::INVALID;
        }
        #link
        #main
    }
}

pub(crate) fn at_call_site(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::call_site());
    ident
}

/// The user's function and its name in generated code, which is another one for `main`.
pub(crate) fn function_item(function: &Function) -> (TokenStream, Ident) {
    let ident = &function.sig.ident;
    if ident != "main" {
        return (function.to_token_stream(), at_call_site(ident));
    }
    let mut hidden = Function {
        attrs: function.attrs.clone(),
        vis: Visibility::Inherited,
        sig: function.sig.clone(),
        body: function.body.clone(),
    };
    hidden.sig.ident = Ident::new(HIDDEN_MAIN, ident.span());
    (
        hidden.to_token_stream(),
        Ident::new(HIDDEN_MAIN, Span::call_site()),
    )
}

/// `struct get_order {}`: in the type namespace only, so that one `use` brings both.
pub(crate) fn structure(function: &Function) -> TokenStream {
    let Function { vis, sig, .. } = function;
    let ident = &sig.ident;
    let cfgs = cfgs(&function.attrs);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_debug_implementations, missing_copy_implementations, unreachable_pub)]
        #vis struct #ident {}
    }
}

/// Reads all scalar arguments first, so that their errors are reported together with those of the
/// extractors. Then calls the library function for this number of extractors.
fn call(handler: &Handler, private: &TokenStream, name: &Ident) -> TokenStream {
    let krate = &handler.options.krate;
    let arguments = &handler.arguments.0;
    let all: Vec<_> = (0..arguments.len())
        .map(|n| format_ident!("__a{n}"))
        .collect();
    let mut scalar = Vec::new();
    let mut reads = Vec::new();
    let mut extracted = Vec::new();
    for (argument, variable) in arguments.iter().zip(&all) {
        match argument {
            Argument::Scalar {
                part,
                name,
                ty,
                rules,
            } => {
                let read = format_ident!("{}", part.word());
                let place = format_ident!("{part:?}");
                scalar.push(variable);
                reads.push(quote! {
                    let #variable = #private::#read::<#ty>(__request, #name, &mut __errors);
                    let #variable = #krate::__ruled!(#variable, #place, #name, &mut __errors);
                });
                if !rules.is_empty() {
                    let checks = rules.checks(&quote!(__value), private, &|_| None);
                    reads.push(quote! {
                        let #variable = #private::validate::constrained(
                            #variable,
                            #private::validate::Place::#place,
                            #name,
                            &mut __errors,
                            |__value, __violations| { #checks },
                        );
                    });
                }
            }
            Argument::Extractor { .. } => extracted.push(variable),
        }
    }
    let extractors = handler.arguments.extractors();
    let reads = (!scalar.is_empty()).then(|| {
        quote! {
            let mut __errors = #private::ArgumentErrors::new();
            #(#reads)*
            let (#(::core::option::Option::Some(#scalar),)*) = (#(#scalar,)*) else {
                return __errors.reject(__request, &[#(#private::check::<#extractors>),*]);
            };
        }
    });
    let sig = &handler.function.sig;
    let kind = if sig.asyncness.is_some() {
        "async"
    } else {
        "sync"
    };
    let types = grouped(handler.arguments.extractors());
    let variables = grouped(extracted);
    let run = format_ident!("{kind}_{}", types.len());
    let response = response(&sig.output, private);
    quote! {
        |__request| {
            #reads
            #private::#run::<#(#types,)* _, _, _>(
                __request,
                move |#(#variables),*| #name(#(#all),*),
                #response,
            )
        }
    }
}

/// The largest number of extractors that core has a function for.
const MOST: usize = 12;

/// Groups further extractors in pairs, which are extractors too: `(a, (b, c))`.
fn grouped<T: ToTokens>(all: impl IntoIterator<Item = T>) -> Vec<TokenStream> {
    let mut all: Vec<_> = all.into_iter().map(ToTokens::into_token_stream).collect();
    if all.len() > MOST {
        let tail = all.split_off(MOST - 1);
        all.extend(
            tail.into_iter()
                .rev()
                .reduce(|rest, one| quote!((#one, #rest))),
        );
    }
    all
}

/// `__private::into_response::<R>`, whose bound is reported at the return type.
fn response(output: &ReturnType, private: &TokenStream) -> TokenStream {
    let ty = return_type(output);
    match lifetimes::find_impl_trait(&ty) {
        None => quote!(|__value| #private::into_response::<#ty>(__value)),
        Some(ty) => {
            let value = Ident::new("__value", Span::call_site().located_at(ty.span()));
            quote!(|#value| #private::into_response(#value))
        }
    }
}

fn route(handler: &Handler, private: &TokenStream, call_name: &Ident) -> TokenStream {
    let Handler {
        options,
        paths,
        function,
        arguments,
    } = handler;
    let ident = &function.sig.ident;
    let name = ident.unraw().to_string();
    let mut places = places(handler, private).into_iter();
    let first = places.next();
    let also = places.map(|place| quote!(#private::Place { #place }));
    let doc = doc::text(&function.attrs);
    let call = call(handler, private, call_name);
    let describe = documented::describe(handler, private);
    let document = documented::document(handler, private);
    let access = options.access.expand(private);
    let timeout = Timeout::expand(options.timeout.as_ref());
    let brought = arguments
        .path_names()
        .filter(|name| !paths.iter().any(|path| path.has(name)));
    // `line!()` is the line of its own tokens: the function's, not the attribute's.
    let file = quote_spanned!(ident.span()=> ::core::file!());
    let line = quote_spanned!(ident.span()=> ::core::line!());
    quote! {
        #private::Route {
            #first
            also: &[#(#also),*],
            name: #name,
            module: ::core::module_path!(),
            file: #file,
            line: #line,
            doc: #doc,
            access: #access,
            timeout: #timeout,
            path_args: &[#(#brought),*],
            call: #call,
            describe: #describe,
            document: #document,
        }
    }
}

/// Each method with each path, as fields of a struct.
fn places(handler: &Handler, private: &TokenStream) -> Vec<TokenStream> {
    let place = |method: &str, path: TokenStream| quote!(method: #method, path: #path, shape: #private::Shape::of(#path),);
    if handler.options.fallback {
        return vec![place("ANY", quote!(#private::FALLBACK))];
    }
    let methods = handler.options.methods.iter();
    methods
        .flat_map(|method| {
            handler.paths.iter().map(move |path| {
                let text = &path.text;
                place(method, quote!(#text))
            })
        })
        .collect()
}
