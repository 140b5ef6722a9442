//! `#[api_handler]`: read, check, expand.

mod access;
mod args;
mod doc;
mod erase;
mod expand;
mod mark;
mod options;
mod path;
mod signature;
mod timeout;

pub(crate) use mark::is_token;

use crate::{faults::Faults, function::Function};
use args::Arguments;
use options::Options;
use path::RoutePath;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, Signature};

/// One handler whose call and signature are right.
struct Handler {
    options: Options,
    path: RoutePath,
    function: Function,
    arguments: Arguments,
}

pub(crate) fn api_handler(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let options = Options::read(attribute, &mut faults);
    let mut function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = format!("`#[api_handler]` goes on a function: {error}");
            let error = syn::Error::new(error.span(), message).to_compile_error();
            return quote!(#error #item);
        }
    };
    signature::check(&mut function, &mut faults);
    let path = options.path.as_ref().and_then(|literal| {
        let text = literal.value();
        RoutePath::parse(&text)
            .map_err(|fault| faults.add(literal.span(), fault.describe(&text)))
            .ok()
    });
    let known = options.path.as_ref().zip(path.as_ref());
    let arguments = Arguments::read(&mut function.sig, known, &mut faults);
    match path {
        Some(path) if faults.is_empty() => expand::handler(&Handler {
            options,
            path,
            function,
            arguments,
        }),
        _ => {
            strip_marks(&mut function.sig);
            expand::stub(&faults, &options, &function)
        }
    }
}

/// What is left of our attributes would be errors of their own.
fn strip_marks(sig: &mut Signature) {
    for input in &mut sig.inputs {
        match input {
            FnArg::Typed(input) => mark::strip(&mut input.attrs),
            FnArg::Receiver(receiver) => mark::strip(&mut receiver.attrs),
        }
    }
}
