//! Parses the `#[api(..)]` attributes of a type, its variants and their fields.

use super::text::error_text;
use crate::{error_store::ErrorStore, handler::doc_text, krate::Krate, suggest::similar};
use proc_macro2::Span;
use syn::{
    Attribute, Data, DeriveInput, Expr, ExprLit, Field, Fields, Ident, Lit, LitInt, LitStr, Token,
    ext::IdentExt, meta::ParseNestedMeta, parse::ParseStream, spanned::Spanned,
};

const RESPONSE_KEYS: [&str; 6] = ["status", "code", "title", "type", "absent", "transparent"];
const RESPONSE_LIST: &str = "`status = 404`, `code = \"..\"`, `title = \"..\"`, `type = \"https://..\"`, \
                          `absent` or `transparent`";
const FIELD_KEYS: [&str; 2] = ["extension", "header"];
const FIELD_LIST: &str = "`extension`, `extension = \"name\"` or `header = \"name\"`";

/// The options of the type itself.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Krate,
}

/// One variant, or the struct.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    /// Whether this is a variant of an enum.
    pub(crate) in_enum: bool,
    pub(crate) response: Response,
    /// The doc comment.
    pub(crate) doc: String,
    /// The text of `#[error("..")]` without arguments.
    pub(crate) text: Option<String>,
    pub(crate) fields: &'a Fields,
    pub(crate) attr_fields: Vec<AttrField<'a>>,
}

/// The keys of a variant's attribute.
#[derive(Default)]
pub(crate) struct Response {
    pub(crate) status: Option<LitInt>,
    pub(crate) code: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) absent: Option<Span>,
    pub(crate) transparent: Option<Span>,
    /// A key could not be parsed, so missing keys are not reported.
    pub(crate) invalid: bool,
}

/// A field with an attribute.
pub(crate) struct AttrField<'a> {
    pub(crate) index: usize,
    pub(crate) field: &'a Field,
    pub(crate) attr: FieldAttr,
    pub(crate) span: Span,
}

/// The part of the response that a field is written to.
pub(crate) enum FieldAttr {
    Extension(Option<LitStr>),
    Header(LitStr),
}

fn api_attrs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("api"))
}

pub(crate) fn container(input: &DeriveInput, errors: &mut ErrorStore) -> Container {
    let mut container = Container::default();
    let is_enum = matches!(input.data, Data::Enum(_));
    for attr in api_attrs(&input.attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                if container.krate.is_set() {
                    errors.add(meta.path.span(), "`crate` is repeated");
                }
                container.krate = Krate::parse_value(meta.input)?;
                return Ok(());
            }
            if is_enum {
                let known = RESPONSE_KEYS.iter().any(|key| meta.path.is_ident(key));
                return Err(meta.error(if known {
                    "expected `crate = path`: on an enum, put `#[api(..)]` on each variant"
                } else {
                    "unknown key: expected `crate = path` on an enum"
                }));
            }
            // The keys of a struct are read with its only variant.
            skip_value(meta.input)
        });
        // `response` parses the attribute of a struct again and reports its errors.
        if is_enum {
            errors.keep(result);
        }
    }
    container
}

pub(crate) fn variants<'a>(input: &'a DeriveInput, errors: &mut ErrorStore) -> Vec<Variant<'a>> {
    let mut variant = |ident, in_enum, attrs: &'a [Attribute], fields| Variant {
        ident,
        in_enum,
        response: response(attrs, !in_enum, errors),
        doc: doc_text(attrs),
        text: error_text(attrs),
        fields,
        attr_fields: attr_fields(fields, errors),
    };
    match &input.data {
        Data::Struct(data) => vec![variant(&input.ident, false, &input.attrs, &data.fields)],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|v| variant(&v.ident, true, &v.attrs, &v.fields))
            .collect(),
        Data::Union(data) => {
            errors.add(
                data.union_token.span,
                "`ApiError` can only be derived for enums and structs",
            );
            Vec::new()
        }
    }
}

fn response(attrs: &[Attribute], is_struct: bool, errors: &mut ErrorStore) -> Response {
    let mut response = Response::default();
    for attr in api_attrs(attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if is_struct && meta.path.is_ident("crate") {
                return skip_value(meta.input);
            }
            response.key(&meta, errors)
        });
        if errors.keep(result).is_none() {
            response.invalid = true;
        }
    }
    response
}

impl Response {
    fn key(&mut self, meta: &ParseNestedMeta<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        let name = meta
            .path
            .get_ident()
            .map(|name| name.unraw().to_string())
            .unwrap_or_default();
        let span = meta.path.span();
        let repeated = match name.as_str() {
            "status" => self.status.replace(status(meta.value()?)?).is_some(),
            "code" => self.code.replace(text(meta.value()?)?).is_some(),
            "title" => self.title.replace(text(meta.value()?)?).is_some(),
            "type" => self.kind.replace(text(meta.value()?)?).is_some(),
            "absent" => self.absent.replace(span).is_some(),
            "transparent" => self.transparent.replace(span).is_some(),
            _ => return Err(unknown(meta, &name, &RESPONSE_KEYS, RESPONSE_LIST)),
        };
        if repeated {
            errors.add(span, format!("`{name}` is repeated"));
        }
        Ok(())
    }
}

fn attr_fields<'a>(fields: &'a Fields, errors: &mut ErrorStore) -> Vec<AttrField<'a>> {
    let mut attr_fields = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        for attr in api_attrs(&field.attrs) {
            let result = attr.parse_nested_meta(|meta| {
                let attr = field_key(&meta)?;
                let span = meta.path.span();
                attr_fields.push(AttrField {
                    index,
                    field,
                    attr,
                    span,
                });
                Ok(())
            });
            errors.keep(result);
        }
    }
    attr_fields
}

fn field_key(meta: &ParseNestedMeta<'_>) -> syn::Result<FieldAttr> {
    let name = meta
        .path
        .get_ident()
        .map(|name| name.unraw().to_string())
        .unwrap_or_default();
    match name.as_str() {
        "extension" if meta.input.peek(Token![=]) => {
            Ok(FieldAttr::Extension(Some(text(meta.value()?)?)))
        }
        "extension" => Ok(FieldAttr::Extension(None)),
        "header" if meta.input.peek(Token![=]) => Ok(FieldAttr::Header(text(meta.value()?)?)),
        "header" => Err(meta.error("expected a header name: `header = \"retry-after\"`")),
        _ => Err(unknown(meta, &name, &FIELD_KEYS, FIELD_LIST)),
    }
}

fn unknown(meta: &ParseNestedMeta<'_>, name: &str, keys: &[&str], list: &str) -> syn::Error {
    let meant = match similar(name, keys.iter().copied()) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => String::new(),
    };
    syn::Error::new(
        meta.path.span(),
        format!("unknown key `{name}`: expected {list}{meant}"),
    )
}

fn status(input: ParseStream<'_>) -> syn::Result<LitInt> {
    if input.peek(LitInt) {
        return input.parse();
    }
    let other: Expr = input.parse()?;
    Err(syn::Error::new_spanned(
        other,
        "`status` must be an integer literal: `status = 404`",
    ))
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    match input.parse()? {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text),
        other => Err(syn::Error::new_spanned(other, "expected a string literal")),
    }
}

/// Skips to the next key.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<Expr>()?;
    }
    Ok(())
}
