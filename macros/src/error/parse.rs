//! The `#[api(..)]` attributes of a type, its variants and their fields, as they are written.

use crate::{faults::Faults, krate::Krate, similar::similar};
use proc_macro2::Span;
use syn::{
    Attribute, Data, DeriveInput, Expr, ExprLit, Field, Fields, Ident, Lit, LitInt, LitStr, Token,
    ext::IdentExt, meta::ParseNestedMeta, parse::ParseStream, spanned::Spanned,
};

const REPLY_KEYS: [&str; 6] = ["status", "code", "title", "type", "absent", "transparent"];
const REPLY_LIST: &str = "`status = 404`, `code = \"..\"`, `title = \"..\"`, `type = \"https://..\"`, \
                          `absent` or `transparent`";
const FIELD_KEYS: [&str; 2] = ["extension", "header"];
const FIELD_LIST: &str = "`extension`, `extension = \"name\"` or `header = \"name\"`";

/// What stands on the type itself and is no reply.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Krate,
}

/// One variant, or the struct.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    /// Whether this is a variant of an enum.
    pub(crate) in_enum: bool,
    pub(crate) reply: Reply,
    pub(crate) fields: &'a Fields,
    pub(crate) marks: Vec<Marked<'a>>,
}

/// The keys of a variant's attribute.
#[derive(Default)]
pub(crate) struct Reply {
    pub(crate) status: Option<LitInt>,
    pub(crate) code: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) kind: Option<LitStr>,
    pub(crate) absent: Option<Span>,
    pub(crate) transparent: Option<Span>,
    /// Something could not be read: what is missing is no further mistake.
    pub(crate) broken: bool,
}

/// A field with an attribute.
pub(crate) struct Marked<'a> {
    pub(crate) index: usize,
    pub(crate) field: &'a Field,
    pub(crate) mark: Mark,
    pub(crate) span: Span,
}

/// What a field is put into.
pub(crate) enum Mark {
    Extension(Option<LitStr>),
    Header(LitStr),
}

fn api_attrs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("api"))
}

pub(crate) fn container(input: &DeriveInput, faults: &mut Faults) -> Container {
    let mut container = Container::default();
    let is_enum = matches!(input.data, Data::Enum(_));
    for attr in api_attrs(&input.attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                if container.krate.is_set() {
                    faults.add(meta.path.span(), "`crate` is given twice");
                }
                container.krate = Krate::parse_value(meta.input)?;
                return Ok(());
            }
            if is_enum {
                let known = REPLY_KEYS.iter().any(|key| meta.path.is_ident(key));
                return Err(meta.error(if known {
                    "each variant has an attribute of its own: on the enum stands only `crate = path`"
                } else {
                    "unknown key: on an enum stands only `crate = path`"
                }));
            }
            // The keys of a struct are read with its only variant.
            skip_value(meta.input)
        });
        // A fault of a struct's attribute is found again, and reported, by `reply`.
        if is_enum {
            faults.keep(result);
        }
    }
    container
}

pub(crate) fn variants<'a>(input: &'a DeriveInput, faults: &mut Faults) -> Vec<Variant<'a>> {
    let mut variant = |ident, in_enum, attrs: &'a [Attribute], fields| Variant {
        ident,
        in_enum,
        reply: reply(attrs, !in_enum, faults),
        fields,
        marks: marks(fields, faults),
    };
    match &input.data {
        Data::Struct(data) => vec![variant(&input.ident, false, &input.attrs, &data.fields)],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|v| variant(&v.ident, true, &v.attrs, &v.fields))
            .collect(),
        Data::Union(data) => {
            faults.add(
                data.union_token.span,
                "`ApiError` can be derived for enums and structs",
            );
            Vec::new()
        }
    }
}

fn reply(attrs: &[Attribute], is_struct: bool, faults: &mut Faults) -> Reply {
    let mut reply = Reply::default();
    for attr in api_attrs(attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if is_struct && meta.path.is_ident("crate") {
                return skip_value(meta.input);
            }
            reply.key(&meta, faults)
        });
        if faults.keep(result).is_none() {
            reply.broken = true;
        }
    }
    reply
}

impl Reply {
    fn key(&mut self, meta: &ParseNestedMeta<'_>, faults: &mut Faults) -> syn::Result<()> {
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
            _ => return Err(unknown(meta, &name, &REPLY_KEYS, REPLY_LIST)),
        };
        if repeated {
            faults.add(span, format!("`{name}` is given twice"));
        }
        Ok(())
    }
}

fn marks<'a>(fields: &'a Fields, faults: &mut Faults) -> Vec<Marked<'a>> {
    let mut marks = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        for attr in api_attrs(&field.attrs) {
            let result = attr.parse_nested_meta(|meta| {
                let mark = field_key(&meta)?;
                let span = meta.path.span();
                marks.push(Marked {
                    index,
                    field,
                    mark,
                    span,
                });
                Ok(())
            });
            faults.keep(result);
        }
    }
    marks
}

fn field_key(meta: &ParseNestedMeta<'_>) -> syn::Result<Mark> {
    let name = meta
        .path
        .get_ident()
        .map(|name| name.unraw().to_string())
        .unwrap_or_default();
    match name.as_str() {
        "extension" if meta.input.peek(Token![=]) => {
            Ok(Mark::Extension(Some(text(meta.value()?)?)))
        }
        "extension" => Ok(Mark::Extension(None)),
        "header" if meta.input.peek(Token![=]) => Ok(Mark::Header(text(meta.value()?)?)),
        "header" => Err(meta.error("which header? write `header = \"retry-after\"`")),
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
        "a status is written as a number, which can be checked here: `status = 404`",
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

/// Goes on to the next key.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<Expr>()?;
    }
    Ok(())
}
