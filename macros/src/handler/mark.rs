//! Attributes of arguments: `#[path]`, `#[query("page-size")]`, `#[header("x-tenant")]`, `#[cookie]`.

use super::path::invalid_name;
use crate::{faults::Faults, similar::similar};
use syn::{Attribute, LitStr, Meta};

const MARKS: [&str; 4] = ["path", "query", "header", "cookie"];

/// Which part of the request an argument comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    Query,
    Header,
    Cookie,
}

impl Part {
    /// Of an attribute that is one of ours.
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

    /// Its name, in attributes and in `__private`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    /// The name that is looked for, when the argument's identifier gives it.
    fn name_of(self, ident: &str) -> String {
        match self {
            Self::Header => ident.replace('_', "-").to_ascii_lowercase(),
            _ => ident.to_owned(),
        }
    }

    /// The name that a literal gives.
    fn name_in(self, literal: &LitStr) -> syn::Result<String> {
        let text = literal.value();
        let fault = match self {
            Self::Path => invalid_name(&text),
            Self::Query => text.is_empty().then_some("a query parameter has a name"),
            Self::Header => (!is_token(&text)).then_some(
                "this is no header name: letters, digits and any of !#$%&'*+-.^_`|~ may stand in it",
            ),
            Self::Cookie => (!is_token(&text)).then_some(
                "this is no cookie name: letters, digits and any of !#$%&'*+-.^_`|~ may stand in it",
            ),
        };
        match fault {
            Some(message) => Err(syn::Error::new(literal.span(), message)),
            None if self == Self::Header => Ok(text.to_ascii_lowercase()),
            None => Ok(text),
        }
    }
}

/// Where an argument comes from and under which name: `#[query("page-size")]`.
pub(crate) struct Mark {
    pub(crate) part: Part,
    pub(crate) name: String,
}

/// Takes our attributes off an argument, and reads the one that is there.
///
/// `Err` is an argument whose mark is wrong; the fault is reported.
pub(crate) fn take(
    attrs: &mut Vec<Attribute>,
    ident: Option<&str>,
    faults: &mut Faults,
) -> Result<Option<Mark>, ()> {
    let mut marks = Vec::new();
    let mut wrong = false;
    attrs.retain(|attr| match Part::of(attr) {
        Some(part) => {
            marks.push((part, attr.clone()));
            false
        }
        None => match misspelt(attr) {
            Some(meant) => {
                let message = format!("unknown attribute: did you mean `#[{meant}]`?");
                faults.at(attr, message);
                wrong = true;
                false
            }
            None => true,
        },
    });
    let mut marks = marks.into_iter();
    let Some((part, attr)) = marks.next() else {
        return if wrong { Err(()) } else { Ok(None) };
    };
    for (_, second) in marks {
        faults.at(
            &second,
            "an argument comes from one place: keep one of these",
        );
        wrong = true;
    }
    let Some(name) = faults.keep(name(part, &attr, ident)) else {
        return Err(());
    };
    if wrong {
        Err(())
    } else {
        Ok(Some(Mark { part, name }))
    }
}

/// Takes our attributes off without looking at them.
pub(crate) fn strip(attrs: &mut Vec<Attribute>) {
    attrs.retain(|attr| Part::of(attr).is_none());
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
            format!("a name is written in parentheses: `#[{word}(\"name\")]`"),
        )),
        (Meta::Path(_), Some(ident)) => Ok(part.name_of(ident)),
        (Meta::Path(_), None) => Err(syn::Error::new_spanned(
            attr,
            format!("an argument without a name of its own needs one here: `#[{word}(\"name\")]`"),
        )),
    }
}

fn misspelt(attr: &Attribute) -> Option<&'static str> {
    let name = attr.path().get_ident()?.to_string();
    similar(&name, MARKS)
}

/// `token` of RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_tchar)
}
