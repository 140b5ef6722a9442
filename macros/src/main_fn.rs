//! `#[lambda_api::main]`.

use crate::{ends::Ends, faults::Faults, function::Function, krate::Krate, similar::similar};
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
    let mut faults = Faults::default();
    let mut options = Options::default();
    let result = (|input: ParseStream<'_>| options.parse(input, &mut faults)).parse2(attribute);
    faults.keep(result);
    let mut function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = format!("`#[lambda_api::main]` goes on `fn main() -> Api`: {error}");
            let error = syn::Error::new(error.span(), message).to_compile_error();
            return quote!(#error #item);
        }
    };
    function.refuse_other_main("lambda_api::main", &mut faults);
    check(&function, &mut faults);
    if faults.is_empty() {
        expand(&options, function)
    } else {
        stub(&faults, function)
    }
}

impl Options {
    fn parse(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected an option: {LIST}")));
            }
            let name = input.call(Ident::parse_any)?;
            match name.to_string().as_str() {
                "flavor" => self.parse_flavor(&name, input, faults)?,
                "crate" => {
                    if self.krate.is_set() {
                        faults.add(name.span(), "`crate` is given twice");
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
        faults: &mut Faults,
    ) -> syn::Result<()> {
        const EXPECTED: &str = "write `flavor = \"current_thread\"` or `flavor = \"multi_thread\"`";
        if self.flavor.is_some() {
            faults.add(name.span(), "`flavor` is given twice");
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
                faults.at(&value, format!("unknown flavor: {EXPECTED}"));
                Some(Flavor::default())
            }
        };
        Ok(())
    }
}

fn check(function: &Function, faults: &mut Faults) {
    let sig = &function.sig;
    if sig.ident != "main" {
        faults.add(sig.ident.span(), "`#[lambda_api::main]` goes on `fn main`");
    }
    if !sig.generics.params.is_empty() {
        faults.at(&sig.generics, "`main` cannot be generic");
    }
    if let Some(input) = sig.inputs.first() {
        faults.at(input,
            "`main` takes no arguments: an API of one handler is `#[api_handler(..)] async fn main(..)`",
        );
    }
    if let Safety::Unsafe(token) = &sig.safety {
        faults.add(token.span, "`main` cannot be `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        faults.at(abi, "`main` is a plain Rust function, without `extern`");
    }
    if let ReturnType::Default = sig.output {
        faults.add(
            sig.ident.span(),
            "`main` returns the API to run: write `fn main() -> Api`, or `-> Result<Api, E>`",
        );
    }
}

/// The faults; and a `main`, without which there would be one more.
fn stub(faults: &Faults, mut function: Function) -> TokenStream {
    let faults = faults.to_tokens();
    if function.sig.ident != "main" {
        return quote!(#faults #function);
    }
    function.sig.ident = Ident::new("__main", function.sig.ident.span());
    quote! {
        #faults
        #[allow(dead_code)]
        #function
        fn main() {}
    }
}

/// The user's function stays within the real `main`, where its lints hold too.
fn expand(options: &Options, mut function: Function) -> TokenStream {
    let krate = &options.krate;
    let flavor = match options.flavor.unwrap_or_default() {
        Flavor::CurrentThread => format_ident!("CurrentThread"),
        Flavor::MultiThread => format_ident!("MultiThread"),
    };
    let attrs = std::mem::take(&mut function.attrs);
    let vis = std::mem::replace(&mut function.vis, syn::Visibility::Inherited);
    // A wrong type is reported at the return type.
    let ends = match &function.sig.output {
        ReturnType::Type(_, ty) => Ends::of(ty),
        ReturnType::Default => Ends::of(&function.sig.ident),
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
