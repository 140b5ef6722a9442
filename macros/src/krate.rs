//! The path of the library in generated code: `crate = path`, or `::lambda_api`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Path, Token, parse::ParseStream};

/// The path of the library in the user's crate.
#[derive(Default)]
pub(crate) struct Krate(Option<Path>);

impl Krate {
    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Reads what follows the word `crate`: `= path`.
    pub(crate) fn parse_value(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Token![=]) {
            return Err(input.error("expected `crate = path`, the path of the `lambda_api` crate"));
        }
        input.parse::<Token![=]>()?;
        Path::parse_mod_style(input).map(|path| Self(Some(path)))
    }
}

impl Krate {
    /// Parses a leading `path;`, which a `macro_rules!` of the library passes.
    pub(crate) fn parse_leading(input: ParseStream<'_>) -> syn::Result<Self> {
        let path = Path::parse_mod_style(input)?;
        input.parse::<Token![;]>()?;
        Ok(Self(Some(path)))
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::lambda_api)),
        }
    }
}
