//! Spans of several tokens: stable Rust cannot join spans, but the compiler joins them in errors.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The spans of the first and the last token.
pub(crate) struct SpanRange {
    first: Span,
    last: Span,
}

impl SpanRange {
    pub(crate) fn of(tokens: &impl ToTokens) -> Self {
        let mut tokens = tokens.to_token_stream().into_iter();
        let first = tokens.next();
        let last = tokens.last().or_else(|| first.clone());
        let span = |token: Option<TokenTree>| token.map_or_else(Span::call_site, |t| t.span());
        Self {
            first: span(first),
            last: span(last),
        }
    }

    /// Locates generated code from the first token to the last, with call-site hygiene.
    pub(crate) fn put(&self, first: &TokenStream, last: &TokenStream) -> TokenStream {
        let mut tokens = locate(first, self.first);
        tokens.extend(locate(last, self.last));
        tokens
    }
}

/// The same tokens, located elsewhere, with their own hygiene.
pub(crate) fn locate(tokens: &TokenStream, span: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.clone().into_iter().map(located).collect()
}
