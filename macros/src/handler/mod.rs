//! `#[api_handler]`: parse, validate, expand.

mod access;
mod arg_attr;
mod args;
mod doc;
mod document;
mod documented;
mod expand;
pub(crate) mod lifetimes;
mod link;
mod options;
mod path;
mod signature;
mod timeout;

pub(crate) use arg_attr::is_token;
pub(crate) use doc::text as doc_text;
pub(crate) use expand::{at_call_site, function_item, structure};
pub(crate) use signature::{check_as as check_signature, return_type};

use crate::{error_store::ErrorStore, function::Function};
use args::Arguments;
use options::Options;
use path::RoutePath;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, LitStr, Signature};

/// A valid handler.
struct Handler {
    options: Options,
    /// Empty for a fallback.
    paths: Vec<RoutePath>,
    function: Function,
    arguments: Arguments,
}

pub(crate) fn api_handler(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let options = Options::read(attribute, &mut errors);
    let mut function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = format!("`#[api_handler]` can only be applied to a function: {error}");
            let error = syn::Error::new(error.span(), message).to_compile_error();
            return quote!(#error #item);
        }
    };
    signature::check(&mut function, &mut errors);
    let paths = read_paths(&options, &mut errors);
    // Without a valid path, the names of arguments are not checked.
    let known = paths.as_deref().unwrap_or_default();
    let arguments = Arguments::read(&mut function.sig, known, &mut errors);
    match paths {
        Some(paths) if errors.is_empty() => expand::handler(&Handler {
            options,
            paths: paths.into_iter().map(|(_, path)| path).collect(),
            function,
            arguments,
        }),
        paths => {
            strip_arg_attrs(&mut function.sig);
            let path = paths.as_ref().and_then(|paths| paths.first());
            let path = path.map(|(_, path)| path);
            expand::stub(&errors, &options, path, &function)
        }
    }
}

/// All paths with their literals; `None` if one is invalid or missing.
fn read_paths(options: &Options, errors: &mut ErrorStore) -> Option<Vec<(LitStr, RoutePath)>> {
    let mut paths: Vec<(LitStr, RoutePath)> = Vec::new();
    for literal in &options.paths {
        let text = literal.value();
        match RoutePath::parse(&text) {
            Ok(path) => {
                if paths.iter().any(|(_, other)| other.key == path.key) {
                    errors.add(literal.span(), "this path is repeated");
                }
                paths.push((literal.clone(), path));
            }
            Err(error) => errors.add(literal.span(), error.describe(&text)),
        }
    }
    let all = paths.len() == options.paths.len();
    (all && (options.fallback || !paths.is_empty())).then_some(paths)
}

/// Removes remaining attributes of this crate, which would be unknown to the compiler.
fn strip_arg_attrs(sig: &mut Signature) {
    for input in &mut sig.inputs {
        match input {
            FnArg::Typed(input) => arg_attr::strip(&mut input.attrs),
            FnArg::Receiver(receiver) => arg_attr::strip(&mut receiver.attrs),
        }
    }
}
