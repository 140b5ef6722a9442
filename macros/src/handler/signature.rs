//! Validates the signature of a handler.

use super::lifetimes;
use crate::{error_store::ErrorStore, function::Function};
use quote::quote;
use syn::{
    FnArg, GenericArgument, GenericParam, PathArguments, ReturnType, Safety, Signature, Type,
    TypeGroup, TypeParamBound, TypeParen, TypeReference, parse_quote,
};

/// Reports everything that the signature of an API handler does not support, except arguments.
pub(crate) fn check(function: &mut Function, errors: &mut ErrorStore) {
    check_as(function, "api_handler", "an API handler", errors);
    reject_unsized_response(function, errors);
}

/// Reports everything that the signature of a handler does not support, except arguments. `what` names
/// the handler in messages.
pub(crate) fn check_as(
    function: &mut Function,
    attribute: &str,
    what: &str,
    errors: &mut ErrorStore,
) {
    reject_second_attribute(function, attribute, errors);
    function.reject_other_main(attribute, errors);
    let sig = &function.sig;
    reject_qualifiers(sig, what, errors);
    reject_generics(sig, what, errors);
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.at(
                receiver,
                format!("{what} cannot take `self`: use a free function and `State<T>`"),
            ),
            FnArg::Typed(input) => {
                if let Some(ty) = lifetimes::find_impl_trait(&input.ty) {
                    errors.at(
                        ty,
                        format!("{what} cannot have `impl ..` arguments: name the type"),
                    );
                }
            }
        }
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, format!("{what} cannot be variadic"));
    }
    if let ReturnType::Type(_, ty) = &sig.output {
        reject_borrowed_response(ty, what, errors);
    }
}

/// The type of the response; its lifetimes are erased.
pub(crate) fn return_type(output: &ReturnType) -> Type {
    match output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => lifetimes::erase(ty),
    }
}

/// Rejects a `dyn Trait` return type. The compiler would report it at the function and at each use.
fn reject_unsized_response(function: &mut Function, errors: &mut ErrorStore) {
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return;
    };
    let mut inner = &**ty;
    while let Type::Paren(TypeParen { elem, .. }) | Type::Group(TypeGroup { elem, .. }) = inner {
        inner = elem;
    }
    if let Type::TraitObject(_) = inner {
        errors.at(
            ty,
            "an API handler cannot return `dyn ..`: name a type, or return \
             `lambda_api::Response` if responses differ",
        );
        function.attrs.push(parse_quote!(#[allow(unused)]));
        function.sig.output = parse_quote!(-> !);
        function.body = quote!({ loop {} });
    }
}

/// Rejects a borrowed return type, alone, in a tuple or in a `Result`. The compiler would only report
/// that a lifetime is too short.
fn reject_borrowed_response(ty: &Type, what: &str, errors: &mut ErrorStore) {
    match ty {
        Type::Reference(reference) if !is_static(reference) => {
            errors.at(
                ty,
                format!(
                    "{what} cannot return borrowed data: return `&'static str`, or an owned value such as `String`"
                ),
            );
        }
        Type::Tuple(tuple) => {
            for part in &tuple.elems {
                reject_borrowed_response(part, what, errors);
            }
        }
        Type::Path(path) => {
            if let Some(last) = path.path.segments.last()
                && last.ident == "Result"
                && let PathArguments::AngleBracketed(arguments) = &last.arguments
                && let Some(GenericArgument::Type(value)) = arguments.args.first()
            {
                reject_borrowed_response(value, what, errors);
            }
        }
        _ => {}
    }
}

fn is_static(reference: &TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

fn reject_qualifiers(sig: &Signature, what: &str, errors: &mut ErrorStore) {
    if let Safety::Unsafe(token) = &sig.safety {
        errors.add(
            token.span,
            format!("{what} cannot be `unsafe`: use an `unsafe` block inside it"),
        );
    }
    if let (None, ReturnType::Type(_, ty)) = (&sig.asyncness, &sig.output)
        && is_future(ty)
    {
        errors.at(
            ty,
            format!(
                "{what} cannot return a future: write `async fn` with the future's output as the return type"
            ),
        );
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, format!("{what} cannot be `extern`"));
    }
}

/// Whether a type is `impl Future<..>`, with or without further bounds.
fn is_future(ty: &Type) -> bool {
    let Type::ImplTrait(ty) = ty else {
        return false;
    };
    ty.bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.is_some_and(|last| last.ident == "Future")
        }
        _ => false,
    })
}

fn reject_generics(sig: &Signature, what: &str, errors: &mut ErrorStore) {
    for param in &sig.generics.params {
        let generic = match param {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(_) => "type",
            GenericParam::Const(_) => "constant",
        };
        errors.at(
            param,
            format!(
                "{what} cannot be generic: name the {generic}, or call a generic function from it"
            ),
        );
    }
}

/// The attributes that make a function a handler.
const HANDLERS: [&str; 4] = ["api_handler", "event_handler", "authorizer", "ws_handler"];

/// Rejects a second attribute of a handler, since each defines a type with the name of the function.
fn reject_second_attribute(function: &mut Function, attribute: &str, errors: &mut ErrorStore) {
    let mut removed = Vec::new();
    function.attrs.retain(|attr| {
        let path = attr.path();
        let last = path.segments.last();
        let second = last.filter(|last| HANDLERS.iter().any(|name| last.ident == name));
        if let Some(second) = second {
            let message = match attribute {
                "api_handler" if second.ident == "api_handler" => {
                    "a function can have only one `#[api_handler]`: write several methods and paths as \
                     `GET | POST \"/a\" | \"/b\"`; for a route with another access rule, write a function \
                     that calls this one"
                        .to_owned()
                }
                _ => format!(
                    "a function with `#[{attribute}]` cannot have `#[{}]`: write a second function that calls \
                     this one",
                    second.ident
                ),
            };
            errors.at(path, message);
            removed.push(path.clone());
        }
        second.is_none()
    });
    // The import of the attribute is not unused.
    let body = &function.body;
    if !removed.is_empty() {
        function.body = quote!({ #(use #removed as _;)* #body });
    }
}
