//! `#[lambda_api::main]`.

use crate::{
    error_store::ErrorStore, function::Function, handler::function_item, krate::Krate,
    span_range::SpanRange, suggest::similar,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Expr, ExprLit, Ident, Lit, ReturnType, Safety, Token, ext::IdentExt, parse::ParseStream,
    parse::Parser,
};

const LIST: &str = "`flavor = \"current_thread\"`, `flavor = \"multi_thread\"` or `crate = path`";

#[derive(Default)]
struct Options {
    flavor: Option<Flavor>,
    krate: Krate,
}

#[derive(Clone, Copy, Default)]
enum Flavor {
    #[default]
    CurrentThread,
    MultiThread,
}

pub(crate) fn main(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let mut options = Options::default();
    let result = (|input: ParseStream<'_>| options.parse(input, &mut errors)).parse2(attribute);
    errors.keep(result);
    let mut function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message =
                format!("`#[lambda_api::main]` can only be applied to `fn main() -> Api`: {error}");
            let error = syn::Error::new(error.span(), message).to_compile_error();
            return quote!(#error #item);
        }
    };
    function.reject_other_main("lambda_api::main", &mut errors);
    check(&function, &mut errors);
    if errors.is_empty() {
        expand(&options, function)
    } else {
        stub(&errors, &function)
    }
}

impl Options {
    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected an option: {LIST}")));
            }
            let name = input.call(Ident::parse_any)?;
            match name.to_string().as_str() {
                "flavor" => self.parse_flavor(&name, input, errors)?,
                "crate" => {
                    if self.krate.is_set() {
                        errors.add(name.span(), "`crate` is repeated");
                    }
                    self.krate = Krate::parse_value(input)?;
                }
                other => {
                    let meant = match similar(other, ["flavor", "crate"]) {
                        Some(meant) => format!("; did you mean `{meant}`?"),
                        None => String::new(),
                    };
                    let message = format!("unknown option `{other}`: expected {LIST}{meant}");
                    return Err(syn::Error::new(name.span(), message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn parse_flavor(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        const EXPECTED: &str = "write `flavor = \"current_thread\"` or `flavor = \"multi_thread\"`";
        if self.flavor.is_some() {
            errors.add(name.span(), "`flavor` is repeated");
        }
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), EXPECTED));
        }
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        let text = match &value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => text.value(),
            _ => String::new(),
        };
        self.flavor = match text.as_str() {
            "current_thread" => Some(Flavor::CurrentThread),
            "multi_thread" => Some(Flavor::MultiThread),
            _ => {
                errors.at(&value, format!("unknown flavor: {EXPECTED}"));
                Some(Flavor::default())
            }
        };
        Ok(())
    }
}

fn check(function: &Function, errors: &mut ErrorStore) {
    let sig = &function.sig;
    if sig.ident != "main" {
        errors.add(
            sig.ident.span(),
            "`#[lambda_api::main]` can only be applied to `fn main`",
        );
    }
    if !sig.generics.params.is_empty() {
        errors.at(&sig.generics, "`main` cannot be generic");
    }
    if let Some(input) = sig.inputs.first() {
        errors.at(input,
            "`main` cannot have arguments: for an API of one handler, write `#[api_handler(..)] async fn main(..)`",
        );
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.add(token.span, "`main` cannot be `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "`main` cannot be `extern`");
    }
    if let ReturnType::Default = sig.output {
        errors.add(
            sig.ident.span(),
            "`main` must return an API: write `fn main() -> Api`, or `-> Result<Api, E>`",
        );
    }
}

/// The errors and an empty `main`, whose absence would be a further error.
fn stub(errors: &ErrorStore, function: &Function) -> TokenStream {
    let errors = errors.to_tokens();
    if function.sig.ident != "main" {
        return quote!(#errors #function);
    }
    let (item, _) = function_item(function);
    quote! {
        #errors
        #[allow(dead_code)]
        #item
        fn main() {}
    }
}

/// Nests the user's function in the generated `main`, so that its lint attributes apply to both.
fn expand(options: &Options, mut function: Function) -> TokenStream {
    let krate = &options.krate;
    let flavor = match options.flavor.unwrap_or_default() {
        Flavor::CurrentThread => format_ident!("CurrentThread"),
        Flavor::MultiThread => format_ident!("MultiThread"),
    };
    let attrs = std::mem::take(&mut function.attrs);
    let vis = std::mem::replace(&mut function.vis, syn::Visibility::Inherited);
    // Reports an unsupported type at the return type.
    let ends = match &function.sig.output {
        ReturnType::Type(_, ty) => SpanRange::of(ty),
        ReturnType::Default => SpanRange::of(&function.sig.ident),
    };
    function.sig.ident = Ident::new("__main", function.sig.ident.span());
    let call = if function.sig.asyncness.is_some() {
        ends.put(&quote!(__main), &quote!(()))
    } else {
        ends.put(&quote!(async), &quote!({ __main() }))
    };
    quote! {
        #(#attrs)*
        #vis fn main() -> ::std::process::ExitCode {
            #function
            #krate::__private::main(#krate::__private::Flavor::#flavor, #call)
        }
    }
}
