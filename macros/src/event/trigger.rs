//! The kind of event of `#[event_handler]`, and what narrows it.

use super::schedule;
use crate::{error_store::ErrorStore, krate::Krate, suggest::similar};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    BinOp, Expr, ExprBinary, Ident, LitStr, Token, ext::IdentExt, parse::ParseStream,
    spanned::Spanned, token::Paren,
};

pub(crate) const KINDS: [&str; 8] = [
    "sqs",
    "s3",
    "sns",
    "dynamodb",
    "kinesis",
    "event_bridge",
    "schedule",
    "any",
];

/// The filters that may have alternatives.
const ALTERNATIVES: [&str; 2] = ["source", "detail_type"];
const NO_ALTERNATIVES: &str =
    "only `source` and `detail_type` have alternatives: write a handler for each";

/// The options that stand behind the kind.
pub(super) const OPTIONS: [&str; 3] = ["batch", "concurrency", "crate"];

/// What a route begins with.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY",
];

/// The kind of event.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Records of a service: the variant of `RecordKind`.
    Records(&'static str),
    EventBridge,
    Schedule,
    Any,
}

/// The kind, and what narrows it.
pub(crate) struct Trigger {
    pub(crate) kind: Kind,
    /// `from = ..`.
    from: Option<Expr>,
    source: Vec<LitStr>,
    detail_type: Vec<LitStr>,
    detail: Vec<(LitStr, LitStr)>,
    /// The expression of a schedule.
    expression: Option<LitStr>,
    rule: Option<LitStr>,
    key: Option<LitStr>,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "sqs" => Self::Records("Sqs"),
            "s3" => Self::Records("S3"),
            "sns" => Self::Records("Sns"),
            "dynamodb" => Self::Records("DynamoDb"),
            "kinesis" => Self::Records("Kinesis"),
            "event_bridge" => Self::EventBridge,
            "schedule" => Self::Schedule,
            "any" => Self::Any,
            _ => return None,
        })
    }

    pub(super) fn is_stream(self) -> bool {
        matches!(self, Self::Records("DynamoDb" | "Kinesis"))
    }

    /// The names that may stand in the parentheses.
    pub(super) fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Records(_) => &["from"],
            Self::EventBridge => &["source", "detail_type", "detail"],
            Self::Schedule => &["rule"],
            Self::Any => &["key"],
        }
    }

    /// What may stand in the parentheses, for errors.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Records(_) => "expected `from = ..`",
            Self::EventBridge => "expected `source = ..`, `detail_type = ..` or `detail(..)`",
            Self::Schedule => "expected an expression such as `\"rate(1 day)\"`, or `rule = ..`",
            Self::Any => "expected `key = ..`",
        }
    }
}

impl Trigger {
    /// Parses `(from = ..)` behind the name of a kind. `None` after an error that was added.
    pub(crate) fn parse(
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<Option<Self>> {
        let kind = Kind::of(&name.to_string());
        if kind.is_none() {
            let advice = match similar(&name.to_string(), KINDS) {
                _ if name == "authorizer" => "write `#[authorizer]`".to_owned(),
                _ if name == "websocket" => "write `#[ws_handler(..)]`".to_owned(),
                _ if METHODS.iter().any(|method| name == method) => {
                    format!("write `#[api_handler({name} \"..\")]`")
                }
                Some(meant) => format!("write `{meant}`"),
                None => format!("expected one of {}", KINDS.join(", ")),
            };
            errors.add(
                name.span(),
                format!("unknown kind of event `{name}`: {advice}"),
            );
        }
        let mut trigger = Self {
            kind: kind.unwrap_or(Kind::Any),
            from: None,
            source: Vec::new(),
            detail_type: Vec::new(),
            detail: Vec::new(),
            expression: None,
            rule: None,
            key: None,
        };
        if input.peek(Paren) {
            let inside;
            syn::parenthesized!(inside in input);
            match kind {
                Some(kind) => trigger.parse_filters(kind, &inside)?,
                None => drop(inside.parse::<TokenStream>()?),
            }
        }
        Ok(kind.map(|_| trigger))
    }

    fn parse_filters(&mut self, kind: Kind, input: ParseStream<'_>) -> syn::Result<()> {
        let mut seen = Vec::new();
        while !input.is_empty() {
            if matches!(kind, Kind::Schedule) && input.peek(LitStr) {
                let expression = schedule::check(input.parse()?)?;
                if self.expression.is_some() {
                    let message = "a handler has one expression: write a handler for each schedule";
                    return Err(syn::Error::new(expression.span(), message));
                }
                self.expression = Some(expression);
            } else {
                self.parse_filter(kind, input, &mut seen)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn parse_filter(
        &mut self,
        kind: Kind,
        input: ParseStream<'_>,
        seen: &mut Vec<Ident>,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(kind.expected()));
        }
        let name = input.call(Ident::parse_any)?;
        let text = name.to_string();
        let filters = kind.filters();
        if !filters.contains(&text.as_str()) {
            let advice = match similar(&text, filters.iter().copied()) {
                _ if OPTIONS.contains(&text.as_str()) => {
                    "it is an option, which stands behind the kind: `sqs, batch`".to_owned()
                }
                Some(meant) => format!("write `{meant}`"),
                None => kind.expected().to_owned(),
            };
            let message = format!("unknown filter `{text}`: {advice}");
            return Err(syn::Error::new(name.span(), message));
        }
        if seen.contains(&name) {
            let advice = match ALTERNATIVES.contains(&text.as_str()) {
                true => ": write alternatives as `\"a\" | \"b\"`",
                false => "",
            };
            let message = format!("`{text}` is repeated{advice}");
            return Err(syn::Error::new(name.span(), message));
        }
        seen.push(name);
        if text == "detail" {
            return self.parse_detail(input);
        }
        input.parse::<Token![=]>()?;
        match text.as_str() {
            "from" => {
                let from: Expr = input.parse()?;
                if let Expr::Binary(ExprBinary {
                    op: BinOp::BitOr(or),
                    ..
                }) = &from
                {
                    return Err(syn::Error::new(or.span(), NO_ALTERNATIVES));
                }
                self.from = Some(from);
            }
            "source" => self.source = alternatives(input)?,
            "detail_type" => self.detail_type = alternatives(input)?,
            "rule" => self.rule = Some(schedule::check_name(single(input)?)?),
            _ => self.key = Some(single(input)?),
        }
        Ok(())
    }

    /// Parses `("bucket.name" = "uploads")`.
    fn parse_detail(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![-]) {
            return Err(input.error("write `detail_type`"));
        }
        if !input.peek(Paren) {
            return Err(input.error(
                "expected paths into the detail and their texts: `detail(\"bucket.name\" = \"uploads\")`",
            ));
        }
        let inside;
        syn::parenthesized!(inside in input);
        while !inside.is_empty() {
            let path: LitStr = inside.parse()?;
            let value = path.value();
            if value.split('.').any(str::is_empty) {
                let message =
                    "expected names of members with dots between them, such as `bucket.name`";
                return Err(syn::Error::new(path.span(), message));
            }
            if self.detail.iter().any(|(known, _)| known.value() == value) {
                let message = format!("`{value}` is repeated: no detail has two texts there");
                return Err(syn::Error::new(path.span(), message));
            }
            inside.parse::<Token![=]>()?;
            self.detail.push((path, single(&inside)?));
            if !inside.is_empty() {
                inside.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    /// The expression of the `Trigger` of core.
    pub(crate) fn tokens(&self, krate: &Krate) -> TokenStream {
        let private = quote!(#krate::__private::events);
        let option = |value: &Option<LitStr>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        match self.kind {
            Kind::Records(kind) => {
                let kind = format_ident!("{kind}");
                let from = match &self.from {
                    Some(from) => {
                        // A value of another type is reported there.
                        let span = Span::call_site().located_at(from.span());
                        let convert = quote_spanned!(span=> ::core::convert::Into::into);
                        quote!(::core::option::Option::Some(#convert(#from)))
                    }
                    None => quote!(::core::option::Option::None),
                };
                quote!(#private::Trigger::Records { kind: #private::RecordKind::#kind, from: #from })
            }
            Kind::EventBridge => {
                let Self {
                    source,
                    detail_type,
                    ..
                } = self;
                let detail = self
                    .detail
                    .iter()
                    .map(|(path, text)| quote!((#path, #text)));
                quote! {
                    #private::Trigger::EventBridge {
                        source: &[#(#source),*],
                        detail_type: &[#(#detail_type),*],
                        detail: &[#(#detail),*],
                    }
                }
            }
            Kind::Schedule => {
                let (expression, rule) = (option(&self.expression), option(&self.rule));
                quote!(#private::Trigger::Schedule { expression: #expression, rule: #rule })
            }
            Kind::Any => {
                let key = option(&self.key);
                quote!(#private::Trigger::Any { key: #key })
            }
        }
    }

    /// The expression of the `Kinds` of core.
    pub(crate) fn kinds(&self, private: &TokenStream) -> TokenStream {
        let name = match self.kind {
            Kind::Records(kind) => format_ident!("{}", kind.to_uppercase()),
            Kind::EventBridge => format_ident!("EVENT_BRIDGE"),
            Kind::Schedule => format_ident!("SCHEDULE"),
            Kind::Any => format_ident!("OTHER"),
        };
        quote!(#private::Kinds::#name)
    }
}

/// A text without alternatives.
fn single(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text = input.parse()?;
    match input.peek(Token![|]) {
        true => Err(input.error(NO_ALTERNATIVES)),
        false => Ok(text),
    }
}

/// `"a" | "b"`.
fn alternatives(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let mut all = Vec::new();
    loop {
        if !input.peek(LitStr) {
            return Err(input.error(
                "expected a text, or alternatives such as `\"a\" | \"b\"`: the pattern of a rule is part of the program",
            ));
        }
        all.push(input.parse()?);
        if !input.peek(Token![|]) {
            return Ok(all);
        }
        input.parse::<Token![|]>()?;
    }
}
