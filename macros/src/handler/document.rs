//! The options for the document: `summary = ".."`, `tag = ".."`, `returns = Json<Order>`,
//! `response(404, "..")` and others.

use super::lifetimes;
use crate::error_store::ErrorStore;
use proc_macro2::{Ident, Span};
use syn::{
    LitInt, LitStr, Path, Token, Type, ext::IdentExt, parenthesized, parse::ParseStream,
    token::Paren,
};

pub(crate) const NAMES: [&str; 8] = [
    "operation_id",
    "summary",
    "tag",
    "deprecated",
    "hidden",
    "returns",
    "response",
    "example",
];
const RESPONSE: &str = "write `response(404, \"..\")`, or `response(409, Json<Conflict>, \"..\")`";

/// What a document shows of a handler beside its signature.
#[derive(Default)]
pub(crate) struct DocumentOptions {
    pub(crate) operation_id: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) deprecated: bool,
    pub(crate) hidden: bool,
    /// The type of the response, where the function's type does not say it.
    pub(crate) returns: Option<Type>,
    pub(crate) responses: Vec<ExtraResponse>,
    pub(crate) example: Option<Path>,
}

/// A further response: `response(409, Json<Conflict>, "the order was changed")`.
pub(crate) struct ExtraResponse {
    pub(crate) status: u16,
    pub(crate) ty: Option<Type>,
    pub(crate) text: String,
}

impl DocumentOptions {
    /// Parses what follows one of [`NAMES`].
    pub(crate) fn parse(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        let repeated = match name.to_string().as_str() {
            "operation_id" => {
                let id = text(name, input, errors)?;
                reject_invalid_id(&id, errors);
                self.operation_id.replace(id.value()).is_some()
            }
            "summary" => {
                let summary = text(name, input, errors)?;
                if summary.value().contains('\n') {
                    errors.add(summary.span(), "a summary is one line: use the doc comment");
                }
                self.summary.replace(summary.value()).is_some()
            }
            "tag" => {
                let tag = text(name, input, errors)?;
                if self.tags.contains(&tag.value()) {
                    errors.add(tag.span(), format!("`{}` is repeated", tag.value()));
                }
                self.tags.push(tag.value());
                false
            }
            "deprecated" => flag(name, input, &mut self.deprecated)?,
            "hidden" => flag(name, input, &mut self.hidden)?,
            "returns" => {
                let ty = returns(name, input, errors)?;
                self.returns.replace(ty).is_some()
            }
            "response" => {
                let response = ExtraResponse::parse(name, input, errors)?;
                let mut known = self.responses.iter();
                let repeated = known.any(|known| known.status == response.status);
                if repeated {
                    let message = format!("the response {} is repeated", response.status);
                    errors.add(name.span(), message);
                }
                self.responses.push(response);
                false
            }
            _ => {
                let path = example(name, input)?;
                self.example.replace(path).is_some()
            }
        };
        if repeated {
            errors.add(name.span(), format!("`{name}` is repeated"));
        }
        Ok(())
    }
}

impl ExtraResponse {
    fn parse(name: &Ident, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<Self> {
        if !input.peek(Paren) {
            return Err(syn::Error::new(name.span(), RESPONSE));
        }
        let content;
        parenthesized!(content in input);
        if !content.peek(LitInt) {
            return Err(at(&content, name, "expected a status: "));
        }
        let literal: LitInt = content.parse()?;
        let status = literal.base10_parse().ok();
        let status = status.filter(|status| (200..=599).contains(status));
        if status.is_none() {
            errors.add(
                literal.span(),
                format!("`{literal}` is not the status of a response: expected 200 to 599"),
            );
        }
        comma(&content, name)?;
        let ty = if content.peek(LitStr) {
            None
        } else {
            let ty = response_type(&content, errors)?;
            comma(&content, name)?;
            Some(ty)
        };
        if !content.peek(LitStr) {
            return Err(at(&content, name, "expected a text as a string literal: "));
        }
        let text: LitStr = content.parse()?;
        reject_empty(name, &text, errors);
        content.parse::<Option<Token![,]>>()?;
        if !content.is_empty() {
            return Err(at(&content, name, "unexpected tokens: "));
        }
        Ok(Self {
            status: status.unwrap_or(200),
            ty,
            text: text.value(),
        })
    }
}

/// An error at the next token, or at the name if there is none.
fn at(content: ParseStream<'_>, name: &Ident, message: &str) -> syn::Error {
    let span: Span = match content.is_empty() {
        true => name.span(),
        false => content.span(),
    };
    syn::Error::new(span, format!("{message}{RESPONSE}"))
}

fn comma(content: ParseStream<'_>, name: &Ident) -> syn::Result<()> {
    if !content.peek(Token![,]) {
        return Err(at(content, name, "expected `,`: "));
    }
    content.parse::<Token![,]>().map(|_| ())
}

/// Parses `= ".."`.
fn text(name: &Ident, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<LitStr> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(
            name.span(),
            format!("write `{name} = \"..\"`"),
        ));
    }
    input.parse::<Token![=]>()?;
    if !input.peek(LitStr) {
        return Err(input.error(format!("expected a string literal: `{name} = \"..\"`")));
    }
    let literal: LitStr = input.parse()?;
    reject_empty(name, &literal, errors);
    Ok(literal)
}

fn reject_empty(name: &Ident, literal: &LitStr, errors: &mut ErrorStore) {
    if literal.value().trim().is_empty() {
        errors.add(literal.span(), format!("the text of `{name}` is empty"));
    }
}

/// Generators make names of it.
fn reject_invalid_id(id: &LitStr, errors: &mut ErrorStore) {
    let allowed = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
    if !id.value().chars().all(allowed) {
        errors.add(
            id.span(),
            "`operation_id` has letters, digits, `_`, `-` and `.` only",
        );
    }
}

fn flag(name: &Ident, input: ParseStream<'_>, set: &mut bool) -> syn::Result<bool> {
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(format!("`{name}` takes no value")));
    }
    Ok(std::mem::replace(set, true))
}

fn returns(name: &Ident, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<Type> {
    const EXPECTED: &str = "write `returns = Type`, such as `returns = Json<Order>`";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), EXPECTED));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) || input.peek(LitStr) {
        return Err(syn::Error::new(name.span(), EXPECTED));
    }
    response_type(input, errors)
}

fn response_type(input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<Type> {
    let ty: Type = input.parse()?;
    if let Some(unnamed) = lifetimes::find_impl_trait(&ty) {
        errors.at(
            unnamed,
            "`impl ..` does not say what the response is: name the type",
        );
    }
    Ok(lifetimes::erase(&ty))
}

fn example(name: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    const EXPECTED: &str = "write `example = path::to::constant`, or the path of a function";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), EXPECTED));
    }
    input.parse::<Token![=]>()?;
    let is_path = input.peek(Ident::peek_any) || input.peek(Token![::]);
    if !is_path {
        let span = if input.is_empty() {
            name.span()
        } else {
            input.span()
        };
        return Err(syn::Error::new(span, EXPECTED));
    }
    let path = Path::parse_mod_style(input)?;
    if input.peek(Paren) {
        return Err(input.error("name the function without calling it: `example = path`"));
    }
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(EXPECTED));
    }
    Ok(path)
}
