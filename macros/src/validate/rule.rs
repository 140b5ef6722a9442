//! Rules and what they expand to.

use crate::{error_store::ErrorStore, span_range::locate};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, LitInt, UnOp, ext::IdentExt};

/// One rule of a value.
pub(crate) struct Rule {
    /// The name of the rule, where errors are reported.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Range(Bounds),
    Length(Bounds),
    /// A rule for a text, without arguments.
    Text(&'static str),
    /// `contains`, `prefix` or `suffix`.
    Part(&'static str, Expr),
    Pattern(Expr),
    Matches(Ident),
    Required,
    Custom(Expr),
    Dive,
    Inner(Rules),
}

#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
}

/// The rules of a value, in their order.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) list: Vec<Rule>,
    /// `skip`: no rules, stated explicitly.
    pub(crate) skip: Option<Span>,
}

/// Finds the value and the wire name of a field beside the one with a rule.
pub(crate) type Siblings<'a> = &'a dyn Fn(&Ident) -> Option<(TokenStream, String)>;

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Range(_) => "range",
            Self::Length(_) => "length",
            Self::Text(name) | Self::Part(name, _) => name,
            Self::Pattern(_) => "pattern",
            Self::Matches(_) => "matches",
            Self::Required => "required",
            Self::Custom(_) => "custom",
            Self::Dive => "dive",
            Self::Inner(_) => "inner",
        }
    }

    /// The trait of `lambda_api` that a type needs for this rule, if a generic type may have it.
    pub(crate) fn bound(&self) -> Option<TokenStream> {
        match self {
            Self::Dive => Some(quote!(Validate)),
            Self::Length(_) => Some(quote!(validate::HasLength)),
            Self::Text(_) | Self::Part(..) | Self::Pattern(_) => Some(quote!(validate::AsText)),
            Self::Required => Some(quote!(validate::Optional)),
            Self::Range(_) | Self::Matches(_) | Self::Custom(_) | Self::Inner(_) => None,
        }
    }
}

impl Rules {
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Reports rules that refer to other fields where there are none.
    pub(crate) fn reject_siblings(&self, errors: &mut ErrorStore) {
        for rule in &self.list {
            match &rule.kind {
                Kind::Matches(_) => errors.add(
                    rule.span,
                    "`matches` compares two fields of a struct: an argument has none beside it",
                ),
                Kind::Inner(rules) => rules.reject_siblings(errors),
                _ => {}
            }
        }
    }

    /// Statements that check the value of an expression of a reference type.
    pub(crate) fn checks(
        &self,
        value: &TokenStream,
        private: &TokenStream,
        siblings: Siblings<'_>,
    ) -> TokenStream {
        self.list
            .iter()
            .map(|rule| rule.check(value, private, siblings))
            .collect()
    }

    /// The constraints as keywords of JSON Schema: an expression of the type `[(&'static str,
    /// serde_json::Value); N]`.
    ///
    /// A keyword applies to a schema of its own type: `minLength` to texts, `minItems` to lists.
    pub(crate) fn schema_tokens(&self, private: &TokenStream) -> TokenStream {
        let keywords = self.list.iter().flat_map(|rule| rule.kind.keywords());
        let pairs =
            keywords.map(|(keyword, value)| quote!((#keyword, #private::Value::from(#value))));
        quote!([#(#pairs),*])
    }
}

/// Where rules are, for the list of those that no schema has.
#[derive(Clone, Copy)]
pub(crate) enum Holder {
    /// A field, whose attributes schemars reads too.
    Field,
    /// An argument of a handler, with the keywords that [`Rules::schema_tokens`] adds.
    Argument,
}

impl Rules {
    /// Statements that list the rules without a keyword of JSON Schema, of the value of type `ty` at
    /// this path.
    pub(crate) fn unsaid(
        &self,
        holder: Holder,
        ty: &TokenStream,
        path: &[&str],
        krate: &TokenStream,
    ) -> TokenStream {
        let private = quote!(#krate::__private);
        let statements = self.list.iter().map(|rule| match &rule.kind {
            Kind::Inner(rules) => {
                let items = quote!(<#ty as #krate::validate::Items>::Item);
                let path: Vec<_> = path.iter().copied().chain(["*"]).collect();
                rules.unsaid(holder, &items, &path, krate)
            }
            Kind::Dive => quote! {
                #private::validate::Inside::<#ty>::new().unsaid(&[#(#path),*], __unsaid);
            },
            kind if kind.is_said(holder, path) => TokenStream::new(),
            kind => {
                let name = kind.name();
                quote!(__unsaid.rule(&[#(#path),*], #name);)
            }
        });
        statements.collect()
    }
}

impl Kind {
    /// The keywords of JSON Schema that say the same.
    fn keywords(&self) -> Vec<(&'static str, TokenStream)> {
        let bounds = |bounds: &Bounds, keywords: &[[&'static str; 2]]| {
            let mut all = Vec::new();
            for [min, max] in keywords {
                all.extend(bounds.min.as_ref().map(|value| (*min, wide(value))));
                all.extend(bounds.max.as_ref().map(|value| (*max, wide(value))));
            }
            all
        };
        match self {
            Self::Range(range) => bounds(range, &[["minimum", "maximum"]]),
            Self::Length(length) => bounds(
                length,
                &[["minLength", "maxLength"], ["minItems", "maxItems"]],
            ),
            Self::Pattern(Expr::Lit(literal)) => vec![("pattern", quote!(#literal))],
            Self::Pattern(regex) => vec![("pattern", quote!((#regex).to_string()))],
            Self::Text(name) => match *name {
                "email" | "ip" | "ipv4" | "ipv6" => vec![("format", quote!(#name))],
                "url" => vec![("format", quote!("uri"))],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Whether a schema has the rule.
    fn is_said(&self, holder: Holder, path: &[&str]) -> bool {
        match (self, holder) {
            // The items of an argument have no keywords.
            (_, Holder::Argument) if !path.is_empty() => false,
            (Self::Part("contains", _) | Self::Required, holder) => matches!(holder, Holder::Field),
            _ => !self.keywords().is_empty(),
        }
    }
}

impl Rule {
    fn check(
        &self,
        value: &TokenStream,
        private: &TokenStream,
        siblings: Siblings<'_>,
    ) -> TokenStream {
        // The compiler reports a type that the rule does not apply to at the name of the rule.
        let at = Span::call_site().located_at(self.span);
        let value = locate(value, at);
        let name = Ident::new(self.kind.name(), at);
        let call = quote_spanned!(at=> #private::validate::#name);
        let violations = quote_spanned!(at=> __violations);
        match &self.kind {
            Kind::Range(bounds) | Kind::Length(bounds) => {
                let min = option(bounds.min.as_ref());
                let max = option(bounds.max.as_ref());
                quote_spanned!(at=> #call(#value, #min, #max, #violations);)
            }
            Kind::Text(_) | Kind::Required | Kind::Dive => {
                quote_spanned!(at=> #call(#value, #violations);)
            }
            Kind::Part(_, part) => quote_spanned!(at=> #call(#value, #part, #violations);),
            Kind::Pattern(Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            })) => quote_spanned! {at=> {
                static __PATTERN: #private::validate::Pattern =
                    #private::validate::Pattern::new(#text);
                #call(#value, &__PATTERN, #violations);
            }},
            Kind::Pattern(regex) => quote_spanned!(at=> #call(#value, &#regex, #violations);),
            Kind::Matches(field) => match siblings(field) {
                Some((other, name)) => {
                    quote_spanned!(at=> #call(#value, #name, #other, #violations);)
                }
                None => TokenStream::new(),
            },
            Kind::Custom(function) => quote_spanned!(at=> #call(#value, #function, #violations);),
            Kind::Inner(rules) => {
                let item = quote_spanned!(at=> __item);
                let checks = rules.checks(&item, private, siblings);
                quote_spanned!(at=> #call(#value, #violations, |__item, __violations| { #checks });)
            }
        }
    }
}

fn option(value: Option<&Expr>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A bound without the type of its field: a literal without a type would be an `i32`.
fn wide(value: &Expr) -> TokenStream {
    let (minus, literal) = match value {
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(minus),
            expr,
            ..
        }) => (Some(minus), &**expr),
        literal => (None, literal),
    };
    let Expr::Lit(ExprLit {
        lit: Lit::Int(number),
        ..
    }) = literal
    else {
        return value.to_token_stream();
    };
    if !number.suffix().is_empty() || number.base10_parse::<i32>().is_ok() {
        return value.to_token_stream();
    }
    let is_signed = minus.is_some() || number.base10_parse::<i64>().is_ok();
    let suffix = if is_signed { "i64" } else { "u64" };
    let number = LitInt::new(
        &format!("{}{suffix}", number.base10_digits()),
        number.span(),
    );
    quote!(#minus #number)
}

/// The value of a literal, to compare bounds.
pub(crate) fn number(value: &Expr) -> Option<f64> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit {
            lit: Lit::Float(number),
            ..
        }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => number(expr).map(|number| -number),
        _ => None,
    }
}

/// Whether a type mentions one of these type parameters.
pub(crate) fn mentions(ty: &impl ToTokens, parameters: &[&Ident]) -> bool {
    fn any(tokens: TokenStream, parameters: &[&Ident]) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => parameters
                .iter()
                .any(|known| known.unraw() == ident.unraw()),
            proc_macro2::TokenTree::Group(group) => any(group.stream(), parameters),
            _ => false,
        })
    }
    any(ty.to_token_stream(), parameters)
}
