//! A function with an unparsed body.

use crate::error_store::ErrorStore;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Signature, Visibility,
    parse::{Parse, ParseStream},
};

/// Only the signature is parsed. That is cheaper, and editors can complete code in an incomplete
/// body.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attrs,
            vis,
            sig,
            body,
        } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

impl Function {
    /// Reports an attribute that starts its own runtime, such as `#[tokio::main]`, above or below this
    /// one. An attribute below is removed.
    ///
    /// An attribute above has already been expanded, and is recognised by its output.
    pub(crate) fn reject_other_main(&mut self, ours: &str, errors: &mut ErrorStore) {
        self.attrs.retain(|attr| {
            let path = attr.path();
            let is_main = path.segments.len() > 1
                && path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "main");
            if is_main {
                let name = path.to_token_stream().to_string().replace(' ', "");
                errors.at(attr, delete(&name, "below", ours));
            }
            !is_main
        });
        if self.sig.asyncness.is_none() && has_text(self.body.clone(), TOKIO_EXPECTS) {
            let message = delete("tokio::main", "above", ours);
            errors.add(self.sig.ident.span(), message);
        }
    }
}

/// The panic message in the output of `#[tokio::main]`, in every version of tokio 1.
const TOKIO_EXPECTS: &str = "Failed building the Runtime";

fn delete(name: &str, place: &str, ours: &str) -> String {
    format!(
        "delete `#[{name}]` {place} `#[{ours}]`: lambda-api starts tokio itself, and a runtime \
         cannot be started within another"
    )
}

/// Whether the tokens contain a string literal with this text.
fn has_text(tokens: TokenStream, text: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_text(group.stream(), text),
        TokenTree::Literal(literal) => literal.to_string().trim_matches('"') == text,
        TokenTree::Ident(_) | TokenTree::Punct(_) => false,
    })
}

/// The `#[cfg]`s of an item, to repeat on generated items.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .collect()
}
