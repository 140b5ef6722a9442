//! serde's attributes, as far as they decide where a value is in the request.
//!
//! serde's own derive reports what is invalid about them.

use super::case::Case;
use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, Expr, LitStr, Token, ext::IdentExt, meta::ParseNestedMeta, parenthesized,
    token::Paren,
};

/// The attributes of a type, a variant or a field.
#[derive(Default)]
pub(crate) struct Serde {
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) rename_all_fields: Option<Case>,
    pub(crate) tag: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) untagged: bool,
    pub(crate) transparent: bool,
    pub(crate) flatten: bool,
    pub(crate) skip: bool,
    /// The type is read as another one.
    pub(crate) converted: Option<Span>,
}

impl Serde {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            let _ = attr.parse_nested_meta(|meta| serde.key(&meta));
        }
        serde
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = meta.path.get_ident().map(|name| name.unraw().to_string());
        match name.as_deref().unwrap_or_default() {
            "rename" => self.rename = name_of(meta)?.or(self.rename.take()),
            "rename_all" => self.rename_all = case(meta)?.or(self.rename_all),
            "rename_all_fields" => self.rename_all_fields = case(meta)?.or(self.rename_all_fields),
            "tag" => self.tag = name_of(meta)?,
            "content" => self.content = name_of(meta)?,
            "untagged" => self.untagged = true,
            "transparent" => self.transparent = true,
            "flatten" => self.flatten = true,
            "skip" | "skip_deserializing" => self.skip = true,
            "from" | "try_from" => {
                self.converted = meta.path.get_ident().map(syn::Ident::span);
                skip_value(meta)?;
            }
            _ => skip_value(meta)?,
        }
        Ok(())
    }
}

fn case(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<Case>> {
    Ok(name_of(meta)?.and_then(|text| Case::parse(&text)))
}

/// The name for reading: `= ".."`, or that of `(deserialize = "..", serialize = "..")`.
fn name_of(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<String>> {
    if meta.input.peek(Token![=]) {
        return Ok(Some(meta.value()?.parse::<LitStr>()?.value()));
    }
    let mut name = None;
    meta.parse_nested_meta(|inner| {
        let text = inner.value()?.parse::<LitStr>()?.value();
        if inner.path.is_ident("deserialize") {
            name = Some(text);
        }
        Ok(())
    })?;
    Ok(name)
}

fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}
