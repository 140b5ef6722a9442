//! What the signature of a handler cannot have.

use super::erase;
use crate::{faults::Faults, function::Function};
use quote::quote;
use syn::{
    FnArg, GenericArgument, GenericParam, PathArguments, ReturnType, Safety, Signature, Type,
    TypeGroup, TypeParamBound, TypeParen, TypeReference, parse_quote,
};

/// Reports everything that keeps a function from being a handler, arguments aside.
pub(crate) fn check(function: &mut Function, faults: &mut Faults) {
    refuse_second_attribute(function, faults);
    function.refuse_other_main("api_handler", faults);
    let sig = &function.sig;
    refuse_qualifiers(sig, faults);
    refuse_generics(sig, faults);
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => faults.at(
                receiver,
                "an API handler is a free function, without `self`: take what it needs as `State<T>`",
            ),
            FnArg::Typed(input) => {
                if let Some(ty) = erase::find_impl_trait(&input.ty) {
                    faults.at(
                        ty,
                        "an argument of an API handler has one type: name it instead of `impl ..`",
                    );
                }
            }
        }
    }
    if let Some(variadic) = &sig.variadic {
        faults.at(variadic, "an API handler has a fixed number of arguments");
    }
    if let ReturnType::Type(_, ty) = &sig.output {
        refuse_borrowed_reply(ty, faults);
    }
    refuse_unsized_reply(function, faults);
}

/// Refuses `dyn Trait` as a reply: no function can return it. The compiler would say so of the
/// function, and once more of each use of the type.
fn refuse_unsized_reply(function: &mut Function, faults: &mut Faults) {
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return;
    };
    let mut inner = &**ty;
    while let Type::Paren(TypeParen { elem, .. }) | Type::Group(TypeGroup { elem, .. }) = inner {
        inner = elem;
    }
    if let Type::TraitObject(_) = inner {
        faults.at(
            ty,
            "a handler returns one type whose size is known: name it, or return \
             `lambda_api::Response` where responses differ",
        );
        function.attrs.push(parse_quote!(#[allow(unused)]));
        function.sig.output = parse_quote!(-> !);
        function.body = quote!({ loop {} });
    }
}

/// Refuses `&str` as a reply, alone, in a tuple or in a `Result`: the compiler would only say that
/// some lifetime is too short.
fn refuse_borrowed_reply(ty: &Type, faults: &mut Faults) {
    match ty {
        Type::Reference(reference) if !is_static(reference) => {
            faults.at(
                ty,
                "a reply cannot borrow: return `&'static str`, or an owned value such as `String`",
            );
        }
        Type::Tuple(tuple) => {
            for part in &tuple.elems {
                refuse_borrowed_reply(part, faults);
            }
        }
        Type::Path(path) => {
            if let Some(last) = path.path.segments.last()
                && last.ident == "Result"
                && let PathArguments::AngleBracketed(arguments) = &last.arguments
                && let Some(GenericArgument::Type(value)) = arguments.args.first()
            {
                refuse_borrowed_reply(value, faults);
            }
        }
        _ => {}
    }
}

fn is_static(reference: &TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

fn refuse_qualifiers(sig: &Signature, faults: &mut Faults) {
    if let Safety::Unsafe(token) = &sig.safety {
        faults.add(
            token.span,
            "an API handler is safe to call: put the `unsafe` block inside it",
        );
    }
    if let (None, ReturnType::Type(_, ty)) = (&sig.asyncness, &sig.output)
        && is_future(ty)
    {
        faults.at(
            ty,
            "write `async fn`, and what the future gives as the return type",
        );
    }
    if let Some(abi) = &sig.abi {
        faults.at(
            abi,
            "an API handler is a plain Rust function, without `extern`",
        );
    }
}

/// `impl Future<..>`, possibly with further bounds.
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

fn refuse_generics(sig: &Signature, faults: &mut Faults) {
    for param in &sig.generics.params {
        let message = match param {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(_) => {
                "an API handler cannot be generic: name the type, or call a generic function from it"
            }
            GenericParam::Const(_) => {
                "an API handler cannot be generic: name the constant, or call a generic function from it"
            }
        };
        faults.at(param, message);
    }
}

fn refuse_second_attribute(function: &mut Function, faults: &mut Faults) {
    function.attrs.retain(|attr| {
        let path = attr.path();
        let second = path
            .segments
            .last()
            .is_some_and(|last| last.ident == "api_handler");
        if second {
            faults.at(
                path,
                "a handler has one attribute: several methods and paths are written \
                 `GET | POST \"/a\" | \"/b\"`, and for a route with another rule write a function \
                 that calls this one",
            );
        }
        !second
    });
}
