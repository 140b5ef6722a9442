//! A function whose body stays tokens.

use crate::faults::Faults;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Signature, Visibility,
    parse::{Parse, ParseStream},
};

/// Only the signature is parsed: it is cheaper, and a body that is just being written keeps its
/// completions in editors.
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
    /// Finds an attribute that starts a runtime of its own for this function, `#[tokio::main]` say,
    /// above ours or below, and reports it with what to do. One that stands below is taken off.
    ///
    /// An attribute above has done its work before ours is called; it is known by what it has written.
    pub(crate) fn refuse_other_main(&mut self, ours: &str, faults: &mut Faults) {
        self.attrs.retain(|attr| {
            let path = attr.path();
            let is_main = path.segments.len() > 1
                && path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "main");
            if is_main {
                let name = path.to_token_stream().to_string().replace(' ', "");
                faults.at(attr, delete(&name, "below", ours));
            }
            !is_main
        });
        if self.sig.asyncness.is_none() && has_text(self.body.clone(), TOKIO_EXPECTS) {
            let message = delete("tokio::main", "above", ours);
            faults.add(self.sig.ident.span(), message);
        }
    }
}

/// What `#[tokio::main]` expects of the runtime that it makes, in all of tokio 1.
const TOKIO_EXPECTS: &str = "Failed building the Runtime";

fn delete(name: &str, place: &str, ours: &str) -> String {
    format!(
        "delete `#[{name}]` {place} `#[{ours}]`: lambda-api starts tokio itself, and a runtime \
         cannot be started within another"
    )
}

/// Whether a string literal has this text.
fn has_text(tokens: TokenStream, text: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_text(group.stream(), text),
        TokenTree::Literal(literal) => literal.to_string().trim_matches('"') == text,
        TokenTree::Ident(_) | TokenTree::Punct(_) => false,
    })
}

/// The `#[cfg]`s of an item, for the items that are made beside it.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .collect()
}
