//! Generates `path`, the function of a handler that makes links to it.

use super::{
    Handler,
    arg_attr::Part,
    args::{Argument, Arguments},
    lifetimes,
    path::RoutePath,
};
use crate::{
    function::{Function, cfgs},
    krate::Krate,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type, Visibility, ext::IdentExt, parse_quote, token};

/// `get_order::path(id)`, in an `impl` of the handler's struct; nothing for a fallback.
pub(super) fn function(handler: &Handler) -> TokenStream {
    let Some(path) = handler.paths.first() else {
        return TokenStream::new();
    };
    let krate = &handler.options.krate;
    let names = names(path);
    let mut parameters = Vec::new();
    let mut bounds = Vec::new();
    for (param, name) in path.params.iter().zip(&names) {
        match type_of(&handler.arguments, &param.name) {
            Some(ty) => {
                let named = lifetimes::name(ty, "'__link");
                // A bound with a lifetime is checked where `path` is called, and not here: a handler
                // whose argument is not `Serialize` compiles as long as nothing links to it.
                bounds.push(quote!(for<'__link> #named: #krate::__private::LinkArgument));
                parameters.push(quote!(#name: #ty));
            }
            // `Path<T>` takes it.
            None => parameters.push(quote!(#name: impl #krate::__private::LinkArgument)),
        }
    }
    let ident = &handler.function.sig.ident;
    let name = ident.unraw().to_string();
    // As in the route.
    let file = quote_spanned!(ident.span()=> ::core::file!());
    let line = quote_spanned!(ident.span()=> ::core::line!());
    let text = &path.text;
    let body = quote! {
        #krate::__private::link(
            &#krate::__private::LinkTarget {
                module: ::core::module_path!(),
                name: #name,
                file: #file,
                line: #line,
                path: #text,
            },
            [#(#krate::__private::LinkArgument::link_value(&#names)),*],
        )
    };
    implement(
        krate,
        path,
        &handler.function,
        &quote!(#(#parameters),*),
        &bounds,
        &body,
    )
}

/// The function of a handler with errors, so that calls of it cause no further ones.
pub(super) fn stub(krate: &Krate, path: Option<&RoutePath>, function: &Function) -> TokenStream {
    let Some(path) = path else {
        return TokenStream::new();
    };
    let names = names(path);
    let parameters = quote!(#(#names: impl ::core::marker::Sized),*);
    implement(krate, path, function, &parameters, &[], &quote!(loop {}))
}

fn implement(
    krate: &Krate,
    path: &RoutePath,
    function: &Function,
    parameters: &TokenStream,
    bounds: &[TokenStream],
    body: &TokenStream,
) -> TokenStream {
    let Function { vis, sig, .. } = function;
    let vis = generated(vis);
    let mut target = sig.ident.clone();
    target.set_span(Span::call_site());
    // Messages about a call show the handler as the function that is called.
    let name = Ident::new("path", Span::call_site().located_at(sig.ident.span()));
    let cfgs = cfgs(&function.attrs);
    let doc = format!("Makes a link to `{}`.", path.text);
    // The compiler does not report lints in generated code. An `allow(dead_code)` would keep it from
    // reporting a handler that is not used.
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl #target {
            #[doc = #doc]
            #[inline]
            #vis fn #name(#parameters) -> #krate::response::Link
            where
                #(#bounds,)*
            {
                #body
            }
        }
    }
}

/// A visibility that belongs to the code of this macro: the span of a function begins with it, and decides
/// whether a handler that another macro writes is reported for a `path` that nothing calls.
fn generated(vis: &Visibility) -> Visibility {
    let here = |span: Span| Span::call_site().located_at(span);
    let mut vis = vis.clone();
    match &mut vis {
        Visibility::Public(public) => public.span = here(public.span),
        Visibility::Restricted(restricted) => {
            restricted.pub_token.span = here(restricted.pub_token.span);
            restricted.paren_token = token::Paren(here(restricted.paren_token.span.join()));
        }
        Visibility::Inherited => {}
    }
    vis
}

/// The type of the argument that takes a parameter, without `Option`: a handler with several paths
/// takes an `Option` of a parameter that only some of them have.
fn type_of<'a>(arguments: &'a Arguments, param: &str) -> Option<&'a Type> {
    arguments.0.iter().find_map(|argument| match argument {
        Argument::Scalar {
            part: Part::Path,
            name,
            ty,
            ..
        } if name == param => Some(inside_option(ty)),
        _ => None,
    })
}

fn inside_option(ty: &Type) -> &Type {
    match ty {
        Type::Paren(ty) => inside_option(&ty.elem),
        Type::Group(ty) => inside_option(&ty.elem),
        Type::Path(path) if lifetimes::is_option(ty) => {
            match path.path.segments.last().map(|last| &last.arguments) {
                Some(PathArguments::AngleBracketed(arguments)) => match arguments.args.first() {
                    Some(GenericArgument::Type(inner)) => inner,
                    _ => ty,
                },
                _ => ty,
            }
        }
        _ => ty,
    }
}

/// The names of the parameters as identifiers, all different. They have no capitals: a name such as `MAX` would
/// be the constant in scope, as a pattern.
fn names(path: &RoutePath) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    for param in &path.params {
        let mut name = identifier(&param.name.replace(['-', '.'], "_").to_lowercase());
        while names.contains(&name) {
            name = format_ident!("{name}_");
        }
        names.push(name);
    }
    names
}

fn identifier(text: &str) -> Ident {
    let spellings = [text.to_owned(), format!("r#{text}"), format!("_{text}")];
    let valid = |text: &String| syn::parse_str::<Ident>(text).ok();
    let mut ident = spellings
        .iter()
        .find_map(valid)
        .unwrap_or_else(|| parse_quote!(__value));
    ident.set_span(Span::call_site());
    ident
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_has_a_valid_name_of_its_own() {
        let path = RoutePath::parse(
            "/{order-id}/{order.id}/{type}/{self}/{1}/{_}/{MAX}/{max}/{Self}/{x+}",
        );
        let found = names(&path.expect("a path"));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        let expected = [
            "order_id",
            "order_id_",
            "r#type",
            "_self",
            "_1",
            "__",
            "max",
            "max_",
            "_self_",
            "x",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_type_is_that_of_the_argument() {
        for (ty, expected) in [
            (parse_quote!(u64), "u64"),
            (parse_quote!(Option<u64>), "u64"),
            (
                parse_quote!(std::option::Option<Cow<'_, str>>),
                "Cow < '_ , str >",
            ),
            (parse_quote!(&str), "& str"),
        ] {
            let ty: Type = ty;
            let inside = inside_option(&ty);
            assert_eq!(quote!(#inside).to_string(), expected);
        }
    }
}
