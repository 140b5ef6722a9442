//! `#[ws_handler]`: parse, validate, expand.

use crate::{
    error_store::ErrorStore,
    event::{Attribute, Expansion, parse, stub},
    krate::Krate,
    suggest::similar,
};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, LitStr, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

const ATTRIBUTE: Attribute = Attribute {
    name: "ws_handler",
    what: "a handler of a WebSocket API",
};

const ROUTES: [&str; 4] = ["connect", "disconnect", "message", "route"];
const LIST: &str = "`connect`, `disconnect`, `message` or `route = \"..\"`";

/// The route of a handler.
enum Route {
    Connect,
    Disconnect,
    Message,
    Named(LitStr),
}

#[derive(Default)]
struct Options {
    route: Option<Route>,
    krate: Krate,
}

pub(crate) fn ws_handler(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let mut options = Options::default();
    let read = (|input: ParseStream<'_>| options.parse(input, &mut errors)).parse2(attribute);
    errors.keep(read);
    let (function, arguments) = match parse(ATTRIBUTE, item, &mut errors) {
        Ok(parsed) => parsed,
        Err(error) => return error,
    };
    let krate = &options.krate;
    let Some(route) = options.route.as_ref().filter(|_| errors.is_empty()) else {
        return stub(&errors, krate, &function);
    };
    let events = quote!(#krate::__private::events);
    let websocket = quote!(#krate::__private::websocket);
    let (key, kinds, around, respond) = match route {
        Route::Connect => (
            quote!(Connect),
            quote!(CONNECT),
            quote!(connection),
            quote!(connect_response),
        ),
        Route::Disconnect => (
            quote!(Disconnect),
            quote!(DISCONNECT),
            quote!(connection),
            quote!(connect_response),
        ),
        Route::Message => (
            quote!(Default),
            quote!(MESSAGE),
            quote!(message),
            quote!(message_response),
        ),
        Route::Named(key) => (
            quote!(Named(#key)),
            quote!(MESSAGE),
            quote!(message),
            quote!(message_response),
        ),
    };
    Expansion {
        attribute: ATTRIBUTE,
        krate,
        function: &function,
        arguments: &arguments,
        from: quote!(FromEvent),
        call: "event",
        variant: "Event",
        respond: quote!(#websocket::#respond),
        trigger: quote!(#events::Trigger::WebSocket(#events::SocketRoute::#key)),
        kinds: quote!(#events::Kinds::#kinds),
        concurrency: quote!(::core::option::Option::None),
        around: Some(quote!(#websocket::#around)),
        otherwise: Some(quote!(#websocket::otherwise)),
    }
    .tokens()
}

impl Options {
    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let span = if input.is_empty() {
                Span::call_site()
            } else {
                input.span()
            };
            return Err(syn::Error::new(span, format!("expected the route: {LIST}")));
        }
        self.route = Self::parse_route(input, errors)?;
        while !input.is_empty() {
            if input.peek(Token![|]) {
                return Err(input.error("a handler has one route: write another function for each"));
            }
            if !input.peek(Token![,]) {
                return Err(input.error("expected `,` and an option: `crate = path`"));
            }
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = input.call(Ident::parse_any)?;
            if name != "crate" {
                let message = format!("unknown option `{name}`: expected `crate = path`");
                return Err(syn::Error::new(name.span(), message));
            }
            self.krate = Krate::parse_value(input)?;
        }
        Ok(())
    }

    fn parse_route(input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<Option<Route>> {
        let name = input.call(Ident::parse_any)?;
        Ok(match name.to_string().as_str() {
            "connect" => Some(Route::Connect),
            "disconnect" => Some(Route::Disconnect),
            "message" => Some(Route::Message),
            "route" => {
                if !input.peek(Token![=]) {
                    return Err(input.error("expected `route = \"..\"`, the key of the route"));
                }
                input.parse::<Token![=]>()?;
                let key: LitStr = input.parse()?;
                if let Some(why) = invalid(&key.value()) {
                    errors.add(key.span(), why);
                }
                Some(Route::Named(key))
            }
            other => {
                let advice = match similar(other, ROUTES) {
                    Some("route") => "write `route = \"..\"`".to_owned(),
                    Some(meant) => format!("write `{meant}`"),
                    None if other == "default" => "write `message`".to_owned(),
                    None => format!(
                        "expected `connect`, `disconnect`, `message` or `route = \"{other}\"`"
                    ),
                };
                let message = format!("unknown route `{other}`: {advice}");
                return Err(syn::Error::new(name.span(), message));
            }
        })
    }
}

/// Why a text is not the key of a route.
fn invalid(key: &str) -> Option<&'static str> {
    match key {
        "" => Some("expected the key of a route, found \"\""),
        "$connect" => Some("write `connect`, without `route`"),
        "$disconnect" => Some("write `disconnect`, without `route`"),
        "$default" => Some("write `message`, without `route`"),
        key if key.starts_with('$') => Some("only API Gateway's own routes begin with `$`"),
        key if key.len() > 128 => Some("the key of a route has at most 128 bytes"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(attribute: &TokenStream) -> String {
        let item = quote!(
            async fn send(Json(message): Json<Message>) {}
        );
        ws_handler(attribute.clone(), &item).to_string()
    }

    #[test]
    fn each_route_is_a_trigger() {
        for (attribute, trigger) in [
            (quote!(connect), "SocketRoute :: Connect"),
            (quote!(disconnect), "SocketRoute :: Disconnect"),
            (quote!(message), "SocketRoute :: Default"),
            (quote!(route = "send",), "SocketRoute :: Named (\"send\")"),
        ] {
            let code = expanded(&attribute);
            assert!(code.contains(trigger), "{code}");
            assert!(!code.contains("compile_error"), "{code}");
        }
        let renamed = expanded(&quote!(message, crate = gateway));
        assert!(!renamed.contains(":: lambda_api"), "{renamed}");
    }

    #[test]
    fn mistakes_are_reported() {
        for (attribute, message) in [
            (quote!(), "expected the route: `connect`"),
            (quote!("send"), "expected the route: `connect`"),
            (quote!(conect), "unknown route `conect`: write `connect`"),
            (
                quote!(send),
                "unknown route `send`: expected `connect`, `disconnect`, `message` or `route = \"send\"`",
            ),
            (quote!(default), "unknown route `default`: write `message`"),
            (quote!(route = "a" | "b"), "a handler has one route"),
            (quote!(route), "expected `route = "),
            (quote!(route = ""), "expected the key of a route"),
            (
                quote!(route = "$default"),
                "write `message`, without `route`",
            ),
            (quote!(route = "$other"), "own routes begin with `$`"),
            (quote!(connect, batch), "unknown option `batch`"),
        ] {
            let code = expanded(&attribute);
            let message = message.replace('"', "\\\"");
            assert!(code.contains(&message), "{attribute}: {code}");
        }
    }
}
