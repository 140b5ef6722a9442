//! Validates the attributes of each variant.

use super::{
    names::{RESERVED, is_member_name, is_snake_case, snake_case},
    parse::{AttrField, FieldAttr, Variant},
};
use crate::{error_store::ErrorStore, handler::is_token};
use syn::{Field, Fields, Ident, LitInt, LitStr, Type};

/// A valid variant, or the struct.
pub(crate) enum Checked<'a> {
    Response(Response<'a>),
    /// Delegates to the inner error.
    Transparent {
        variant: Option<&'a Ident>,
        field: &'a Field,
    },
}

/// The response of a variant.
pub(crate) struct Response<'a> {
    /// The variant's name; `None` for a struct.
    pub(crate) variant: Option<&'a Ident>,
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) absent: bool,
    /// The doc comment, for documents.
    pub(crate) description: String,
    /// The text of the error, if it is always the same and sent.
    pub(crate) detail: Option<String>,
    pub(crate) puts: Vec<Put<'a>>,
}

/// A field that is written to the response.
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

pub(crate) fn variants<'a>(
    variants: &'a [Variant<'a>],
    errors: &mut ErrorStore,
) -> Vec<Checked<'a>> {
    let mut checked = Vec::new();
    let mut codes: Vec<(String, &Ident)> = Vec::new();
    for variant in variants {
        if let Some(code) = &variant.response.code {
            let text = code.value();
            match codes.iter().find(|(known, _)| *known == text) {
                Some((_, first)) => errors.add(
                    code.span(),
                    format!("`{first}` already has this code: codes must be unique"),
                ),
                None => codes.push((text, variant.ident)),
            }
        }
        checked.extend(match variant.response.transparent {
            Some(_) => transparent(variant, errors),
            None => response(variant, errors),
        });
    }
    checked
}

fn transparent<'a>(variant: &'a Variant<'a>, errors: &mut ErrorStore) -> Option<Checked<'a>> {
    let response = &variant.response;
    let others = [
        response.status.as_ref().map(LitInt::span),
        response.code.as_ref().map(LitStr::span),
        response.title.as_ref().map(LitStr::span),
        response.kind.as_ref().map(LitStr::span),
        response.absent,
        variant.attr_fields.first().map(|attr| attr.span),
    ];
    if let Some(span) = others.into_iter().flatten().next() {
        errors.add(span, "`transparent` cannot be combined with other keys");
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
            errors.add(
                name.span(),
                format!("`transparent` requires exactly one field, the inner error: `{name}(OtherError)`"),
            );
            None
        }
    }
}

fn response<'a>(variant: &'a Variant<'a>, errors: &mut ErrorStore) -> Option<Checked<'a>> {
    let attrs = &variant.response;
    let status = attrs.status.as_ref().and_then(|s| status(s, errors));
    if let Some(literal) = &attrs.code {
        check_code(literal, errors);
    }
    if let Some(literal) = &attrs.kind {
        check_type(literal, errors);
    }
    let puts = puts(variant, errors);
    if attrs.invalid {
        return None;
    }
    report_missing(variant, errors);
    let status = status?;
    Some(Checked::Response(Response {
        variant: variant.in_enum.then_some(variant.ident),
        status,
        code: attrs.code.as_ref()?.value(),
        title: attrs.title.as_ref().map(LitStr::value),
        kind: attrs.kind.as_ref().map(LitStr::value),
        absent: attrs.absent.is_some(),
        description: variant.doc.clone(),
        detail: variant.text.clone().filter(|_| status < 500),
        puts,
    }))
}

fn report_missing(variant: &Variant<'_>, errors: &mut ErrorStore) {
    let name = variant.ident;
    let code = snake_case(&name.to_string());
    let message = match (&variant.response.status, &variant.response.code) {
        (Some(_), Some(_)) => return,
        (None, None) => format!(
            "`{name}` has no status and no code: add `#[api(status = 400, code = {code:?})]`{}",
            match variant.fields {
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 =>
                    ", or `#[api(transparent)]` to use the response of the inner error",
                _ => "",
            }
        ),
        (None, Some(_)) => format!("`{name}` has no status: add `status = ..`, from 400 to 599"),
        (Some(_), None) => format!("`{name}` has no code: add `code = {code:?}`"),
    };
    errors.add(name.span(), message);
}

fn status(literal: &LitInt, errors: &mut ErrorStore) -> Option<u16> {
    let status = literal
        .base10_parse()
        .ok()
        .filter(|status| (400..=599).contains(status));
    if status.is_none() {
        errors.add(
            literal.span(),
            format!("`{literal}` is not an error status: expected 400 to 599"),
        );
    }
    status
}

fn check_code(literal: &LitStr, errors: &mut ErrorStore) {
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
    errors.add(literal.span(), format!("`code` must be snake_case{advice}"));
}

fn check_type(literal: &LitStr, errors: &mut ErrorStore) {
    let text = literal.value();
    let bad = |c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c);
    if text.is_empty() || text.contains(bad) {
        errors.add(
            literal.span(),
            "`type` must be a URI: `type = \"https://example.com/problems/out-of-stock\"`",
        );
    }
}

fn puts<'a>(variant: &'a Variant<'a>, errors: &mut ErrorStore) -> Vec<Put<'a>> {
    let mut puts: Vec<Put<'_>> = Vec::new();
    for marked in &variant.attr_fields {
        let (into, name) = match &marked.attr {
            FieldAttr::Extension(literal) => {
                (Into::Extension, extension(marked, literal.as_ref(), errors))
            }
            FieldAttr::Header(literal) => (Into::Header, header(literal, errors)),
        };
        let Some(name) = name else { continue };
        if puts.iter().any(|put| put.into == into && put.name == name) {
            errors.add(
                marked.span,
                format!("the response already has a field named `{name}`"),
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

fn extension(
    marked: &AttrField<'_>,
    literal: Option<&LitStr>,
    errors: &mut ErrorStore,
) -> Option<String> {
    use syn::ext::IdentExt;
    let (span, name) = match (literal, &marked.field.ident) {
        (Some(literal), _) => (literal.span(), literal.value()),
        (None, Some(ident)) => (ident.span(), ident.unraw().to_string()),
        (None, None) => {
            errors.add(
                marked.span,
                "an unnamed field requires a name: `extension = \"name\"`",
            );
            return None;
        }
    };
    let error = if RESERVED.contains(&name.as_str()) {
        format!("`{name}` is a reserved problem member: rename the extension, `extension = \"..\"`")
    } else if is_member_name(&name) {
        return Some(name);
    } else {
        "an extension name must begin with a letter and contain only letters, digits and `_` (RFC 9457, section 3.2)"
            .to_owned()
    };
    errors.add(span, error);
    None
}

fn header(literal: &LitStr, errors: &mut ErrorStore) -> Option<String> {
    let name = literal.value().to_ascii_lowercase();
    let error = match name.as_str() {
        "content-type" | "content-length" | "transfer-encoding" => {
            "`content-type` of a problem is always `application/problem+json`"
        }
        name if !is_token(name) => "invalid header name",
        _ => return Some(name),
    };
    errors.add(literal.span(), error);
    None
}
