//! Where code of ours is reported: stable Rust joins no spans, but the compiler does.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The first and the last token of something the user wrote.
pub(crate) struct Ends {
    first: Span,
    last: Span,
}

impl Ends {
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

    /// Code that is reported from the first token to the last; its names stay ours.
    pub(crate) fn put(&self, first: &TokenStream, last: &TokenStream) -> TokenStream {
        let mut tokens = locate(first, self.first);
        tokens.extend(locate(last, self.last));
        tokens
    }
}

fn locate(tokens: &TokenStream, span: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.clone().into_iter().map(located).collect()
}
