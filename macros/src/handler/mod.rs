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
use syn::{FnArg, LitStr, Signature};

/// One handler whose call and signature are right.
struct Handler {
    options: Options,
    /// None, of a fallback.
    paths: Vec<RoutePath>,
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
    let paths = read_paths(&options, &mut faults);
    // Of no path at all, nothing can be said of names.
    let known = paths.as_deref().unwrap_or_default();
    let arguments = Arguments::read(&mut function.sig, known, &mut faults);
    match paths {
        Some(paths) if faults.is_empty() => expand::handler(&Handler {
            options,
            paths: paths.into_iter().map(|(_, path)| path).collect(),
            function,
            arguments,
        }),
        _ => {
            strip_marks(&mut function.sig);
            expand::stub(&faults, &options, &function)
        }
    }
}

/// All paths, each with its literal; `None` where one is wrong, or is missing.
fn read_paths(options: &Options, faults: &mut Faults) -> Option<Vec<(LitStr, RoutePath)>> {
    let mut paths: Vec<(LitStr, RoutePath)> = Vec::new();
    for literal in &options.paths {
        let text = literal.value();
        match RoutePath::parse(&text) {
            Ok(path) => {
                if paths.iter().any(|(_, other)| other.key == path.key) {
                    faults.add(literal.span(), "the route has this path already");
                }
                paths.push((literal.clone(), path));
            }
            Err(fault) => faults.add(literal.span(), fault.describe(&text)),
        }
    }
    let all = paths.len() == options.paths.len();
    (all && (options.fallback || !paths.is_empty())).then_some(paths)
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
