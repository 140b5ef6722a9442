//! What the attributes must say.

use super::{
    names::{RESERVED, is_member_name, is_snake_case, snake_case},
    parse::{Mark, Marked, Variant},
};
use crate::{faults::Faults, handler::is_token};
use syn::{Field, Fields, Ident, LitInt, LitStr, Type};

/// One variant, or the struct, that says all it has to.
pub(crate) enum Checked<'a> {
    Reply(Reply<'a>),
    /// The error inside says everything.
    Transparent {
        variant: Option<&'a Ident>,
        field: &'a Field,
    },
}

/// The reply of a variant.
pub(crate) struct Reply<'a> {
    /// The name of a variant; none of a struct.
    pub(crate) variant: Option<&'a Ident>,
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) absent: bool,
    pub(crate) puts: Vec<Put<'a>>,
}

/// A field that goes into the reply under a name.
pub(crate) struct Put<'a> {
    pub(crate) index: usize,
    pub(crate) ident: Option<&'a Ident>,
    pub(crate) ty: &'a Type,
    pub(crate) into: Into,
    pub(crate) name: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    Extension,
    Header,
}

pub(crate) fn variants<'a>(variants: &'a [Variant<'a>], faults: &mut Faults) -> Vec<Checked<'a>> {
    let mut checked = Vec::new();
    let mut codes: Vec<(String, &Ident)> = Vec::new();
    for variant in variants {
        if let Some(code) = &variant.reply.code {
            let text = code.value();
            match codes.iter().find(|(known, _)| *known == text) {
                Some((_, first)) => faults.add(
                    code.span(),
                    format!("`{first}` has this code too: a code says which error it was"),
                ),
                None => codes.push((text, variant.ident)),
            }
        }
        checked.extend(match variant.reply.transparent {
            Some(_) => transparent(variant, faults),
            None => reply(variant, faults),
        });
    }
    checked
}

fn transparent<'a>(variant: &'a Variant<'a>, faults: &mut Faults) -> Option<Checked<'a>> {
    let reply = &variant.reply;
    let others = [
        reply.status.as_ref().map(LitInt::span),
        reply.code.as_ref().map(LitStr::span),
        reply.title.as_ref().map(LitStr::span),
        reply.kind.as_ref().map(LitStr::span),
        reply.absent,
        variant.marks.first().map(|mark| mark.span),
    ];
    if let Some(span) = others.into_iter().flatten().next() {
        faults.add(
            span,
            "`transparent` leaves everything to the error inside: keep one of the two",
        );
        return None;
    }
    let mut fields = variant.fields.iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => Some(Checked::Transparent {
            variant: variant.in_enum.then_some(variant.ident),
            field,
        }),
        _ => {
            let name = variant.ident;
            faults.add(
                name.span(),
                format!("`transparent` is for one field, the error inside: `{name}(OtherError)`"),
            );
            None
        }
    }
}

fn reply<'a>(variant: &'a Variant<'a>, faults: &mut Faults) -> Option<Checked<'a>> {
    let attrs = &variant.reply;
    let status = attrs.status.as_ref().and_then(|s| status(s, faults));
    if let Some(literal) = &attrs.code {
        check_code(literal, faults);
    }
    if let Some(literal) = &attrs.kind {
        check_type(literal, faults);
    }
    let puts = puts(variant, faults);
    if attrs.broken {
        return None;
    }
    report_missing(variant, faults);
    Some(Checked::Reply(Reply {
        variant: variant.in_enum.then_some(variant.ident),
        status: status?,
        code: attrs.code.as_ref()?.value(),
        title: attrs.title.as_ref().map(LitStr::value),
        kind: attrs.kind.as_ref().map(LitStr::value),
        absent: attrs.absent.is_some(),
        puts,
    }))
}

fn report_missing(variant: &Variant<'_>, faults: &mut Faults) {
    let name = variant.ident;
    let code = snake_case(&name.to_string());
    let message = match (&variant.reply.status, &variant.reply.code) {
        (Some(_), Some(_)) => return,
        (None, None) => format!(
            "`{name}` does not say which reply it makes: write `#[api(status = 400, code = {code:?})]`{}",
            match variant.fields {
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 =>
                    ", or `#[api(transparent)]` to leave it to the error inside",
                _ => "",
            }
        ),
        (None, Some(_)) => format!("`{name}` has no status: add `status = ..`, 400 to 599"),
        (Some(_), None) => format!("`{name}` has no code: add `code = {code:?}`"),
    };
    faults.add(name.span(), message);
}

fn status(literal: &LitInt, faults: &mut Faults) -> Option<u16> {
    let status = literal
        .base10_parse()
        .ok()
        .filter(|status| (400..=599).contains(status));
    if status.is_none() {
        faults.add(
            literal.span(),
            format!("`{literal}` is no status of an error: write one of 400 to 599"),
        );
    }
    status
}

fn check_code(literal: &LitStr, faults: &mut Faults) {
    let code = literal.value();
    if is_snake_case(&code) {
        return;
    }
    let meant = snake_case(&code);
    let advice = if is_snake_case(&meant) {
        format!(": write `{meant:?}`")
    } else {
        ", like `\"order_not_found\"`".to_owned()
    };
    faults.add(literal.span(), format!("a code is in snake_case{advice}"));
}

fn check_type(literal: &LitStr, faults: &mut Faults) {
    let text = literal.value();
    let bad = |c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c);
    if text.is_empty() || text.contains(bad) {
        faults.add(
            literal.span(),
            "the type of a problem is a URI: `type = \"https://example.com/problems/out-of-stock\"`",
        );
    }
}

fn puts<'a>(variant: &'a Variant<'a>, faults: &mut Faults) -> Vec<Put<'a>> {
    let mut puts: Vec<Put<'_>> = Vec::new();
    for marked in &variant.marks {
        let (into, name) = match &marked.mark {
            Mark::Extension(literal) => {
                (Into::Extension, extension(marked, literal.as_ref(), faults))
            }
            Mark::Header(literal) => (Into::Header, header(literal, faults)),
        };
        let Some(name) = name else { continue };
        if puts.iter().any(|put| put.into == into && put.name == name) {
            faults.add(
                marked.span,
                format!("two fields are named `{name}` in the reply"),
            );
        }
        puts.push(Put {
            index: marked.index,
            ident: marked.field.ident.as_ref(),
            ty: &marked.field.ty,
            into,
            name,
        });
    }
    puts
}

fn extension(marked: &Marked<'_>, literal: Option<&LitStr>, faults: &mut Faults) -> Option<String> {
    use syn::ext::IdentExt;
    let (span, name) = match (literal, &marked.field.ident) {
        (Some(literal), _) => (literal.span(), literal.value()),
        (None, Some(ident)) => (ident.span(), ident.unraw().to_string()),
        (None, None) => {
            faults.add(
                marked.span,
                "a field without a name needs one in the reply: `extension = \"name\"`",
            );
            return None;
        }
    };
    let fault = if RESERVED.contains(&name.as_str()) {
        format!(
            "`{name}` is a member of every problem: give the extension another name, `extension = \"..\"`"
        )
    } else if is_member_name(&name) {
        return Some(name);
    } else {
        "the name of an extension begins with a letter, and has letters, digits and `_` (RFC 9457, section 3.2)"
            .to_owned()
    };
    faults.add(span, fault);
    None
}

fn header(literal: &LitStr, faults: &mut Faults) -> Option<String> {
    let name = literal.value().to_ascii_lowercase();
    let fault = match name.as_str() {
        "content-type" | "content-length" | "transfer-encoding" => {
            "the reply sets this header itself: it is `application/problem+json`"
        }
        name if !is_token(name) => "this is no header name",
        _ => return Some(name),
    };
    faults.add(literal.span(), fault);
    None
}
