//! Parses the arguments of `#[event_handler]`: `sqs(from = env("ORDERS_QUEUE")), batch`.

use super::trigger::{KINDS, Kind, OPTIONS, Trigger};
use crate::{error_store::ErrorStore, krate::Krate, suggest::similar};
use proc_macro2::{Span, TokenStream};
use syn::{Ident, LitInt, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

const LIST: &str = "`batch`, `concurrency = 4` or `crate = path`";

/// The options of a handler that could be parsed.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) trigger: Option<Trigger>,
    pub(crate) batch: bool,
    pub(crate) concurrency: Option<LitInt>,
    pub(crate) krate: Krate,
    /// The names of options so far.
    seen: Vec<Ident>,
}

impl Options {
    pub(crate) fn read(tokens: TokenStream, errors: &mut ErrorStore) -> Self {
        let mut options = Self::default();
        let result = (|input: ParseStream<'_>| options.parse(input, errors)).parse2(tokens);
        errors.keep(result);
        if let (true, Some(number)) = (options.batch, &options.concurrency) {
            errors.add(
                number.span(),
                "a handler of batches is called once: `concurrency` has no effect",
            );
        }
        options
    }

    /// Whether the handler is called once for each record.
    pub(super) fn is_for_each_record(&self) -> bool {
        let kind = self.trigger.as_ref().map(|trigger| trigger.kind);
        !self.batch && matches!(kind, Some(Kind::Records(_)))
    }

    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let span = if input.is_empty() {
                Span::call_site()
            } else {
                input.span()
            };
            let message = format!("expected the kind of event: {}", KINDS.join(", "));
            return Err(syn::Error::new(span, message));
        }
        let kind = input.call(Ident::parse_any)?;
        self.trigger = Trigger::parse(&kind, input, errors)?;
        if let Some(trigger) = &self.trigger
            && input.peek(Token![=])
        {
            let expected = trigger.kind.expected();
            let message = format!("filters stand in parentheses, `{kind}(..)`: {expected}");
            return Err(input.error(message));
        }
        if self.trigger.is_none() && !input.peek(Token![,]) {
            // What another attribute has here, such as the path of a route.
            input.parse::<TokenStream>()?;
        }
        while !input.is_empty() {
            if !input.peek(Token![,]) {
                return Err(input.error(format!("expected `,` and an option: {LIST}")));
            }
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                self.parse_option(input, errors)?;
            }
        }
        Ok(())
    }

    fn parse_option(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an option: {LIST}")));
        }
        let name = input.call(Ident::parse_any)?;
        let kind = self.trigger.as_ref().map(|trigger| trigger.kind);
        let is_records = kind.is_none_or(|kind| matches!(kind, Kind::Records(_)));
        if self.seen.contains(&name) {
            errors.add(name.span(), format!("`{name}` is repeated"));
        }
        self.seen.push(name.clone());
        match name.to_string().as_str() {
            "batch" => {
                self.batch = true;
                if input.peek(Token![=]) {
                    return Err(input.error("`batch` has no value"));
                }
                if !is_records {
                    errors.add(name.span(), "only records come in batches");
                }
            }
            "concurrency" => {
                input.parse::<Token![=]>()?;
                let number: LitInt = input.parse()?;
                if number
                    .base10_parse::<usize>()
                    .is_ok_and(|number| number > 0)
                {
                    self.concurrency = Some(number);
                } else {
                    errors.add(number.span(), "expected a number of records, 1 or more");
                }
                if !is_records {
                    errors.add(name.span(), "only records are handled at the same time");
                }
                if kind.is_some_and(Kind::is_stream) {
                    errors.add(
                        name.span(),
                        "the records of a stream are handled in order, one after the other",
                    );
                }
            }
            "crate" => self.krate = Krate::parse_value(input)?,
            other if KINDS.contains(&other) => {
                let message = format!(
                    "a handler takes one kind of event: write another function for `{other}`"
                );
                return Err(syn::Error::new(name.span(), message));
            }
            other => {
                let is_filter = kind.is_some_and(|kind| kind.filters().contains(&other));
                let advice = match similar(other, OPTIONS) {
                    _ if is_filter => {
                        "it is a filter, which stands in the parentheses of the kind".to_owned()
                    }
                    Some(meant) => format!("write `{meant}`"),
                    None => format!("expected {LIST}"),
                };
                return Err(syn::Error::new(
                    name.span(),
                    format!("unknown option `{other}`: {advice}"),
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn mistakes_are_reported() {
        let alternatives = "expected a text, or alternatives such as `\"a\" | \"b\"`: the pattern of a rule is \
                            part of the program";
        for (attribute, expected) in [
            (
                quote!(sqs = "orders"),
                "filters stand in parentheses, `sqs(..)`: expected `from = ..`",
            ),
            (
                quote!(sqs, sns),
                "a handler takes one kind of event: write another function for `sns`",
            ),
            (quote!(sqs, batch = true), "`batch` has no value"),
            (
                quote!(authorizer),
                "unknown kind of event `authorizer`: write `#[authorizer]`",
            ),
            (
                quote!(websocket),
                "unknown kind of event `websocket`: write `#[ws_handler(..)]`",
            ),
            (
                quote!(GET "/orders", public),
                "unknown kind of event `GET`: write `#[api_handler(GET \"..\")]`",
            ),
            (quote!(event_bridge(source = env("SOURCE"))), alternatives),
            (quote!(event_bridge(source = "a" | B)), alternatives),
        ] {
            let mut errors = ErrorStore::default();
            let _ = Options::read(attribute.clone(), &mut errors);
            assert_eq!(errors.messages(), [expected], "{attribute}");
        }
    }
}
