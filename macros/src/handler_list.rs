//! A list of handlers by their names, as `routes!` and `events!` take it.

use crate::{error_store::ErrorStore, krate::Krate};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Expr, Ident, Path, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

/// One handler: `#[cfg(..)] orders::get`.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) path: Path,
}

#[derive(Default)]
pub(crate) struct List {
    pub(crate) krate: Krate,
    pub(crate) items: Vec<Item>,
}

impl List {
    /// Reads `$crate; a, b::c`. The names of the macro and of the attribute are for messages.
    pub(crate) fn read(name: &str, attribute: &str, input: TokenStream) -> (Self, ErrorStore) {
        let mut errors = ErrorStore::default();
        let mut list = Self::default();
        let result = (|input: ParseStream<'_>| list.parse(name, attribute, input, &mut errors))
            .parse2(input);
        errors.keep(result);
        (list, errors)
    }

    fn parse(
        &mut self,
        name: &str,
        attribute: &str,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        self.krate = Krate::parse_leading(input)?;
        while !input.is_empty() {
            let attrs = input.call(Attribute::parse_outer)?;
            for attr in attrs.iter().filter(|attr| !attr.path().is_ident("cfg")) {
                errors.at(attr, "only `#[cfg(..)]` attributes are supported here");
            }
            if input.peek(Ident::peek_any) || input.peek(Token![::]) {
                let path = Path::parse_mod_style(input)?;
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(input.error(format!(
                        "expected `,`: list handlers by name, without calling them: `{name}![{}, ..]`",
                        display(&path)
                    )));
                }
                self.items.push(Item { attrs, path });
            } else {
                let other: Expr = input.parse()?;
                errors.at(
                    &other,
                    format!("expected the name of a function with `#[{attribute}(..)]`"),
                );
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

fn display(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
