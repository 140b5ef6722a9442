//! The text of a function's doc comment.

use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue};

/// The lines of all doc comments, without the space that follows `///`.
pub(crate) fn text(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let Meta::NameValue(MetaNameValue {
            value:
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }),
            ..
        }) = &attr.meta
        {
            push(&text.value(), &mut lines);
        }
    }
    lines.join("\n").trim().to_owned()
}

fn push(text: &str, lines: &mut Vec<String>) {
    // Each line of `/** .. */` can begin with a star.
    let starred = text
        .lines()
        .skip(1)
        .map(str::trim_start)
        .filter(|line| !line.is_empty())
        .all(|line| line.starts_with('*'));
    for (n, line) in text.lines().enumerate() {
        let line = match line.trim_start().strip_prefix('*') {
            Some(rest) if starred && n > 0 => rest,
            _ => line,
        };
        lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
    }
    if text.is_empty() {
        lines.push(String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse::Parser;

    #[test]
    fn doc_comments_of_both_forms_give_their_text() {
        for (tokens, expected) in [
            (quote!(), ""),
            (
                quote!(#[doc = " One."] #[allow(x)] #[doc = ""] #[doc = "  Two."]),
                "One.\n\n Two.",
            ),
            (quote!(#[doc = "\n * One.\n *\n * Two.\n "]), "One.\n\nTwo."),
            (quote!(#[doc(hidden)] #[doc = include_str!("x")]), ""),
        ] {
            let attrs = Attribute::parse_outer.parse2(tokens).expect("attributes");
            assert_eq!(text(&attrs), expected);
        }
    }
}
