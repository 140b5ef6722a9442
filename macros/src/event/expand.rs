//! The function, the struct of its name, and its `EventHandler`.

use crate::{
    error_store::ErrorStore,
    function::{Function, cfgs},
    handler::{at_call_site, check_signature, function_item, lifetimes, return_type, structure},
    krate::Krate,
    span_range::SpanRange,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{FnArg, Type, ext::IdentExt, spanned::Spanned};

/// The words in which an attribute speaks of its function.
#[derive(Clone, Copy)]
pub(crate) struct Attribute {
    /// `event_handler`.
    pub(crate) name: &'static str,
    /// `an event handler`.
    pub(crate) what: &'static str,
}

/// A handler whose attribute was read.
pub(crate) struct Expansion<'a> {
    pub(crate) attribute: Attribute,
    pub(crate) krate: &'a Krate,
    pub(crate) function: &'a Function,
    /// The types of the arguments; their lifetimes are erased.
    pub(crate) arguments: &'a [Type],
    /// `FromEvent` or `FromRecord`.
    pub(crate) from: TokenStream,
    /// The prefix of the call functions: `record`, `event`, `batch`.
    pub(crate) call: &'a str,
    /// The variant of `Call`: `Record`, `Event`, `Batch`.
    pub(crate) variant: &'a str,
    /// The function that converts the value of the handler, generic over its type.
    pub(crate) respond: TokenStream,
    /// A function that is called with the event, `describe` and the call, in place of the call.
    pub(crate) around: Option<TokenStream>,
    /// The expression of the `Trigger`.
    pub(crate) trigger: TokenStream,
    /// The expression of the `Kinds` of the handler.
    pub(crate) kinds: TokenStream,
    pub(crate) concurrency: TokenStream,
    /// The function for events that no handler takes.
    pub(crate) otherwise: Option<TokenStream>,
}

/// The largest number of arguments.
const MOST: usize = 8;

/// Parses the function below the attribute, and checks its signature. Returns it with the types of its
/// arguments, or the error with the item if it is not a function.
pub(crate) fn parse(
    attribute: Attribute,
    item: &TokenStream,
    errors: &mut ErrorStore,
) -> Result<(Function, Vec<Type>), TokenStream> {
    let mut function: Function = syn::parse2(item.clone()).map_err(|error| {
        let name = attribute.name;
        let message = format!("`#[{name}]` can only be applied to a function: {error}");
        let error = syn::Error::new(error.span(), message).to_compile_error();
        quote!(#error #item)
    })?;
    let arguments = arguments(attribute, &mut function, errors);
    Ok((function, arguments))
}

/// Checks the signature, and returns the types of the arguments without their lifetimes.
fn arguments(attribute: Attribute, function: &mut Function, errors: &mut ErrorStore) -> Vec<Type> {
    let what = attribute.what;
    check_signature(function, attribute.name, what, errors);
    if function.sig.ident == "main" {
        errors.at(
            &function.sig.ident,
            format!(
                "{what} cannot be `main`: give it another name, and add it to the `events![..]` of an `Api`, \
                 which `#[lambda_api::main] fn main() -> Api` returns"
            ),
        );
    }
    let mut types = Vec::new();
    for input in &mut function.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        for attr in &input.attrs {
            let path = attr.path();
            let of_requests = ["query", "header", "cookie", "path", "validate"];
            if of_requests.iter().any(|name| path.is_ident(name)) {
                let name = path.to_token_stream();
                errors.at(
                    attr,
                    format!("`#[{name}]` reads an HTTP request, which an event is not"),
                );
            } else {
                errors.at(attr, format!("{what} has no attributes on its arguments"));
            }
        }
        input.attrs.clear();
        lifetimes::reject_static(&input.ty, false, errors);
        types.push(lifetimes::erase(&input.ty));
    }
    if let Some(one) = function.sig.inputs.iter().nth(MOST) {
        errors.at(
            one,
            format!("{what} has at most {MOST} arguments: combine some in a type with `FromRecord` or `FromEvent`"),
        );
    }
    types
}

impl Expansion<'_> {
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self {
            krate,
            function,
            trigger,
            concurrency,
            ..
        } = self;
        let private = quote!(#krate::__private::events);
        let ident = &function.sig.ident;
        let name = ident.unraw().to_string();
        let target = at_call_site(ident);
        let structure = structure(function);
        let cfgs = cfgs(&function.attrs);
        let checks = self.kind_checks(&private);
        let describe = self.describe(&private);
        let call = match (&self.around, self.call(&private)) {
            (Some(around), call) => quote!(|__event| #around(__event, #describe, #call)),
            (None, call) => call,
        };
        let variant = format_ident!("{}", self.variant);
        let otherwise = match &self.otherwise {
            Some(otherwise) => quote!(::core::option::Option::Some(#otherwise)),
            None => quote!(::core::option::Option::None),
        };
        // `line!()` is the line of its own tokens: the function's, not the attribute's.
        let file = quote_spanned!(ident.span()=> ::core::file!());
        let line = quote_spanned!(ident.span()=> ::core::line!());
        quote! {
            #function
            #structure
            #(#cfgs)*
            const _: () = {
                #checks
                #[automatically_derived]
                #[allow(deprecated)]
                impl #private::EventHandler for #target {
                    const HANDLER: #private::Handler = #private::Handler {
                        name: #name,
                        module: ::core::module_path!(),
                        file: #file,
                        line: #line,
                        trigger: || #trigger,
                        concurrency: #concurrency,
                        call: #private::Call::#variant(#call),
                        describe: #describe,
                        otherwise: #otherwise,
                    };
                }
            };
        }
    }

    /// Checks at compile time that each argument is available in the handler's kind, and reports one that
    /// is not at its type.
    fn kind_checks(&self, private: &TokenStream) -> TokenStream {
        let kinds = &self.kinds;
        let probe = match self.from.to_string().as_str() {
            "FromRecord" => format_ident!("RecordKinds"),
            _ => format_ident!("EventKinds"),
        };
        let attribute = match self.variant {
            "Batch" => "batch",
            _ => self.attribute.name,
        };
        let checks = self.arguments.iter().map(|ty| {
            let span = SpanRange::of(ty);
            let ty = lifetimes::name(ty, "'static");
            let kinds_of = quote!(<#private::#probe<#ty>>::KINDS);
            let check = span.put(&kinds_of, &quote!(.__check(#kinds, #attribute)));
            quote!(const _: () = #check;)
        });
        quote! {
            #[allow(unused_imports)]
            use #private::NoArgument as _;
            #(#checks)*
        }
    }

    fn call(&self, private: &TokenStream) -> TokenStream {
        let Self {
            function,
            arguments,
            respond,
            ..
        } = self;
        let name = at_call_site(&function.sig.ident);
        let variables: Vec<_> = (0..arguments.len())
            .map(|n| format_ident!("__a{n}"))
            .collect();
        let run = format_ident!("{}_{}", self.call, arguments.len());
        let called = match function.sig.asyncness {
            Some(_) => quote!(#name(#(#variables),*)),
            None => quote!(::core::future::ready(#name(#(#variables),*))),
        };
        let output = return_type(&function.sig.output);
        let span = match lifetimes::find_impl_trait(&output) {
            Some(ty) => ty.span(),
            None => output.span(),
        };
        let value = Ident::new("__value", Span::call_site().located_at(span));
        let respond = match lifetimes::find_impl_trait(&output) {
            None => quote!(|__value, __input| #respond::<#output>(__value, __input)),
            Some(_) => quote!(|#value, __input| #respond(#value, __input)),
        };
        quote! {
            |__input| #private::#run::<#(#arguments,)* _, _, _>(
                __input,
                move |#(#variables),*| #called,
                #respond,
            )
        }
    }

    fn describe(&self, private: &TokenStream) -> TokenStream {
        let Self {
            arguments, from, ..
        } = self;
        quote!(|__operation| { #(<#arguments as #private::#from<'_>>::describe(__operation);)* })
    }
}

/// The errors and stub items, so that uses of the handler cause no further errors.
pub(crate) fn stub(errors: &ErrorStore, krate: &Krate, function: &Function) -> TokenStream {
    let errors = errors.to_tokens();
    if function.sig.receiver().is_some() {
        return quote!(#errors #function);
    }
    if function.sig.ident == "main" {
        let (item, _) = function_item(function);
        return quote! {
            #errors
            #[allow(dead_code)]
            #item
            fn main() {}
        };
    }
    let private = quote!(#krate::__private::events);
    let structure = structure(function);
    let cfgs = cfgs(&function.attrs);
    let target = at_call_site(&function.sig.ident);
    quote! {
        #errors
        #[allow(dead_code)]
        #function
        #structure
        #(#cfgs)*
        #[automatically_derived]
        impl #private::EventHandler for #target {
            const HANDLER: #private::Handler = #private::INVALID;
        }
    }
}
