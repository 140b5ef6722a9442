//! The text of an error, from thiserror's attribute.

use syn::{Attribute, LitStr, Token, parse::ParseStream};

/// The text of `#[error("..")]`, if it has no arguments: a text with arguments differs from case to
/// case.
pub(crate) fn error_text(attrs: &[Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("error"))?;
    let literal = attr.parse_args_with(|input: ParseStream<'_>| {
        let literal: LitStr = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(literal.value())
    });
    literal.ok().and_then(|format| plain(&format))
}

/// The text of a format string without arguments.
fn plain(format: &str) -> Option<String> {
    let rest = format.replace("{{", "").replace("}}", "");
    let has_arguments = rest.contains(['{', '}']);
    (!has_arguments).then(|| format.replace("{{", "{").replace("}}", "}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse::Parser;

    #[test]
    fn only_a_text_without_arguments_is_an_example() {
        for (tokens, expected) in [
            (quote!(#[error("try again")]), Some("try again")),
            (quote!(#[error("a {{b}} c", )]), Some("a {b} c")),
            (quote!(#[error("order {0}")]), None),
            (quote!(#[error("order {id:?}")]), None),
            (quote!(#[error("order {}", self.id())]), None),
            (quote!(#[error(transparent)]), None),
            (quote!(#[error(fmt = show)]), None),
            (quote!(#[doc = "x"]), None),
        ] {
            let attrs = Attribute::parse_outer.parse2(tokens).expect("attributes");
            assert_eq!(error_text(&attrs).as_deref(), expected);
        }
    }
}
