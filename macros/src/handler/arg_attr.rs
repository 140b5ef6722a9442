//! Attributes of arguments: `#[path]`, `#[query("page-size")]`, `#[header("x-tenant")]`, `#[cookie]`.

use super::path::invalid_name;
use crate::{error_store::ErrorStore, suggest::similar, validate::has_rules};
use syn::{Attribute, LitStr, Meta};

const NAMES: [&str; 5] = ["path", "query", "header", "cookie", "validate"];

/// The part of the request that holds an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    Query,
    Header,
    Cookie,
}

impl Part {
    /// The part for an attribute of this crate.
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        let name = attr.path().get_ident()?.to_string();
        Some(match name.as_str() {
            "path" => Self::Path,
            "query" => Self::Query,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            _ => return None,
        })
    }

    /// The name of the attribute and of the function in `__private`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    /// The name in the request, from the argument's identifier.
    fn name_of(self, ident: &str) -> String {
        match self {
            Self::Header => ident.replace('_', "-").to_ascii_lowercase(),
            _ => ident.to_owned(),
        }
    }

    /// The name in the request, from a literal.
    fn name_in(self, literal: &LitStr) -> syn::Result<String> {
        let text = literal.value();
        let error = match self {
            Self::Path => invalid_name(&text),
            Self::Query => text
                .is_empty()
                .then_some("the name of a query parameter is empty"),
            Self::Header => (!is_token(&text)).then_some(
                "invalid header name: expected letters, digits and any of !#$%&'*+-.^_`|~",
            ),
            Self::Cookie => (!is_token(&text)).then_some(
                "invalid cookie name: expected letters, digits and any of !#$%&'*+-.^_`|~",
            ),
        };
        match error {
            Some(message) => Err(syn::Error::new(literal.span(), message)),
            None if self == Self::Header => Ok(text.to_ascii_lowercase()),
            None => Ok(text),
        }
    }
}

/// A parsed attribute: `#[query("page-size")]`.
pub(crate) struct ArgAttr {
    pub(crate) part: Part,
    pub(crate) name: String,
}

/// Removes the attributes of this crate from an argument, and parses the one found.
///
/// `Err` means that the attribute is invalid, which has been reported.
pub(crate) fn take(
    attrs: &mut Vec<Attribute>,
    ident: Option<&str>,
    errors: &mut ErrorStore,
) -> Result<Option<ArgAttr>, ()> {
    let mut found = Vec::new();
    let mut wrong = false;
    attrs.retain(|attr| match Part::of(attr) {
        Some(part) => {
            found.push((part, attr.clone()));
            false
        }
        None => match misspelt(attr) {
            Some(meant) => {
                let message = format!("unknown attribute: did you mean `#[{meant}]`?");
                errors.at(attr, message);
                wrong = true;
                false
            }
            None => true,
        },
    });
    let mut found = found.into_iter();
    let Some((part, attr)) = found.next() else {
        return if wrong { Err(()) } else { Ok(None) };
    };
    for (_, second) in found {
        errors.at(
            &second,
            "an argument can have only one of `#[path]`, `#[query]`, `#[header]` and `#[cookie]`",
        );
        wrong = true;
    }
    let Some(name) = errors.keep(name(part, &attr, ident)) else {
        return Err(());
    };
    if wrong {
        Err(())
    } else {
        Ok(Some(ArgAttr { part, name }))
    }
}

/// Removes the attributes of this crate.
pub(crate) fn strip(attrs: &mut Vec<Attribute>) {
    attrs.retain(|attr| Part::of(attr).is_none() && !has_rules(attr));
}

fn name(part: Part, attr: &Attribute, ident: Option<&str>) -> syn::Result<String> {
    let word = part.word();
    match (&attr.meta, ident) {
        (Meta::List(list), _) => list
            .parse_args::<LitStr>()
            .map_err(|error| {
                let message = format!("expected a name as a string literal: `#[{word}(\"name\")]`");
                if list.tokens.is_empty() {
                    syn::Error::new_spanned(attr, message)
                } else {
                    syn::Error::new(error.span(), message)
                }
            })
            .and_then(|literal| part.name_in(&literal)),
        (Meta::NameValue(_), _) => Err(syn::Error::new_spanned(
            attr,
            format!("expected parentheses around the name: `#[{word}(\"name\")]`"),
        )),
        (Meta::Path(_), Some(ident)) => Ok(part.name_of(ident)),
        (Meta::Path(_), None) => Err(syn::Error::new_spanned(
            attr,
            format!("a pattern has no name of its own: add one, `#[{word}(\"name\")]`"),
        )),
    }
}

fn misspelt(attr: &Attribute) -> Option<&'static str> {
    let name = attr.path().get_ident()?.to_string();
    similar(&name, NAMES)
}

/// `token` of RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_tchar)
}
