//! `#[authorizer]`: parse, validate, expand.

use crate::{
    error_store::ErrorStore,
    event::{Attribute, Expansion, parse, stub},
    krate::Krate,
    suggest::similar,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Ident, Token, Type, ext::IdentExt, parse::ParseStream, parse::Parser};

const ATTRIBUTE: Attribute = Attribute {
    name: "authorizer",
    what: "an authorizer",
};

/// The kinds of events, and the variants of `AuthorizerKind`.
const KINDS: [(&str, &[&str]); 4] = [
    ("token", &["Token"]),
    ("request", &["Request"]),
    ("http", &["Http", "HttpV1"]),
    ("websocket", &["WebSocket"]),
];

const OPTIONS: [&str; 8] = [
    "token",
    "request",
    "http",
    "websocket",
    "api",
    "simple",
    "per_request",
    "crate",
];

const LIST: &str = "`token`, `request`, `http`, `websocket`, `api = env(\"API_ID\")`, `simple`, `per_request` or `crate = path`";

/// The options of an authorizer that could be parsed.
#[derive(Default)]
struct Options {
    kinds: Vec<&'static str>,
    api: Option<Expr>,
    simple: Option<Ident>,
    per_request: bool,
    krate: Krate,
    seen: Vec<String>,
}

pub(crate) fn authorizer(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let options = Options::read(attribute, &mut errors);
    let (function, arguments) = match parse(ATTRIBUTE, item, &mut errors) {
        Ok(parsed) => parsed,
        Err(error) => return error,
    };
    let krate = &options.krate;
    if !errors.is_empty() {
        return stub(&errors, krate, &function);
    }
    let private = quote!(#krate::__private);
    Expansion {
        attribute: ATTRIBUTE,
        krate,
        function: &function,
        arguments: &arguments,
        from: quote!(FromEvent),
        call: "event",
        variant: "Event",
        respond: quote!(#private::authorizer::decided),
        around: Some(quote!(#private::authorizer::authorize)),
        trigger: options.trigger(&arguments),
        kinds: quote!(#private::events::Kinds::AUTHORIZER),
        concurrency: quote!(::core::option::Option::None),
        otherwise: None,
    }
    .tokens()
}

impl Options {
    fn read(tokens: TokenStream, errors: &mut ErrorStore) -> Self {
        let mut options = Self::default();
        let result = (|input: ParseStream<'_>| options.parse(input, errors)).parse2(tokens);
        errors.keep(result);
        if let Some(simple) = &options.simple
            && !options.kinds.is_empty()
            && !options.kinds.contains(&"Http")
        {
            errors.at(
                simple,
                "only an HTTP API reads simple responses: add `http`",
            );
        }
        options
    }

    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected {LIST}")));
            }
            let name = input.call(Ident::parse_any)?;
            self.parse_option(&name, input, errors)?;
            if !input.is_empty() {
                if !input.peek(Token![,]) {
                    return Err(input.error(format!("expected `,` and {LIST}")));
                }
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn parse_option(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        let text = name.to_string();
        if self.seen.contains(&text) {
            errors.at(name, format!("`{text}` is given twice"));
        }
        match text.as_str() {
            "api" => {
                input.parse::<Token![=]>()?;
                self.api = Some(input.parse()?);
            }
            "simple" => self.simple = Some(name.clone()),
            "per_request" => self.per_request = true,
            "crate" => self.krate = Krate::parse_value(input)?,
            other => match KINDS.iter().find(|(kind, _)| *kind == other) {
                Some((_, variants)) => self.kinds.extend(*variants),
                None => {
                    let advice = match similar(other, OPTIONS) {
                        // The types of the authorizers of a REST API.
                        _ if other == "rest" => "write `token, request`".to_owned(),
                        Some(meant) => format!("write `{meant}`"),
                        None => format!("expected {LIST}"),
                    };
                    let message = format!("unknown option `{other}`: {advice}");
                    return Err(syn::Error::new(name.span(), message));
                }
            },
        }
        self.seen.push(text);
        Ok(())
    }

    /// The expression of the `Trigger` of core.
    fn trigger(&self, arguments: &[Type]) -> TokenStream {
        let Self {
            kinds,
            api,
            per_request,
            krate,
            ..
        } = self;
        let private = quote!(#krate::__private);
        let kinds = kinds.iter().map(|kind| {
            let kind = format_ident!("{kind}");
            quote!(#private::authorizer::AuthorizerKind::#kind)
        });
        let api = match api {
            Some(api) => quote!(::core::option::Option::Some(#krate::Setting::from(#api))),
            None => quote!(::core::option::Option::None),
        };
        let simple = self.simple.is_some();
        quote! {
            #private::events::Trigger::Authorizer(#private::authorizer::AuthorizerTrigger {
                kinds: &[#(#kinds),*],
                api: #api,
                simple: #simple,
                per_request: #per_request,
                reads_request: false #(|| <#arguments as #private::events::FromEvent<'_>>::READS_EVENT)*,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(attribute: TokenStream) -> Vec<String> {
        let mut errors = ErrorStore::default();
        let _ = Options::read(attribute, &mut errors);
        errors.messages()
    }

    #[test]
    fn options_are_checked() {
        for (attribute, expected) in [
            (quote!(), None),
            (
                quote!(token, request, http, websocket, api = env("A"), per_request),
                None,
            ),
            (quote!(http, simple), None),
            (quote!(simple), None),
            (
                quote!(token, simple),
                Some("only an HTTP API reads simple responses: add `http`"),
            ),
            (quote!(token, token), Some("`token` is given twice")),
            (
                quote!(tokens),
                Some("unknown option `tokens`: write `token`"),
            ),
            (
                quote!(rest),
                Some("unknown option `rest`: write `token, request`"),
            ),
            (
                quote!(per_reqest),
                Some("unknown option `per_reqest`: write `per_request`"),
            ),
        ] {
            let found = errors(attribute.clone());
            assert_eq!(found.first().map(String::as_str), expected, "{attribute}");
        }
        assert!(errors(quote!("token"))[0].starts_with("expected `token`"));
        assert!(errors(quote!(token request))[0].starts_with("expected `,` and"));
    }
}
