//! Macro input. The first line contains the arguments of an attribute, the rest is the item below
//! it.

use crate::calls::first_line;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::str::FromStr;

/// The maximum nesting of brackets. The compiler has its own limit for macro input, and the parser
/// (`syn`) uses stack space for each level.
const MAX_DEPTH: usize = 40;

/// Expands the input with each macro.
///
/// # Panics
/// Panics if a macro expands a valid item to invalid code.
pub fn run(data: &[u8]) {
    let (attribute, item) = first_line(data);
    let (Some(attribute), Some(item)) = (tokens(attribute), tokens(item)) else {
        return;
    };
    // If an item does not parse, the macros emit it unchanged, so the output is not checked.
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let handler = crate::handler::api_handler(attribute.clone(), &item);
    let main = crate::main_fn::main(attribute.clone(), &item);
    let error = crate::error::derive(item.clone());
    let rules = crate::validate::derive(item.clone());
    let event = crate::event::event_handler(attribute.clone(), &item);
    let authorizer = crate::authorizer::authorizer(attribute.clone(), &item);
    for (name, expanded) in [
        ("handler", handler),
        ("event", event),
        ("authorizer", authorizer),
        ("main", main),
        ("error", error),
        ("rules", rules),
    ] {
        if is_item {
            let file = syn::parse2::<syn::File>(expanded.clone());
            assert!(file.is_ok(), "{name}: {expanded}");
        }
    }
    let routes = crate::routes::routes(attribute.clone());
    let events = crate::event::events(attribute);
    for list in [routes, events] {
        let expression = syn::parse2::<syn::Expr>(list.clone());
        assert!(expression.is_ok(), "{list}");
    }
    if let Ok(item) = syn::parse2::<syn::Item>(item) {
        // The parsed item must be printable.
        let _ = item.into_token_stream();
    }
}

fn tokens(data: &[u8]) -> Option<TokenStream> {
    let text = std::str::from_utf8(data).ok()?;
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' | b'<' | b'&' | b'*' | b'-' | b'!' | b'|' => depth += 1,
            b')' | b']' | b'}' | b'>' | b',' | b';' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return None;
        }
    }
    TokenStream::from_str(text).ok()
}
