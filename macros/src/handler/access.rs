//! Who may call: `public`, `scopes(..)`, `groups(..)`.

use crate::faults::Faults;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Ident, LitStr, Token, ext::IdentExt, parenthesized, parse::ParseStream, punctuated::Punctuated,
    token::Paren,
};

/// The access rule of one handler.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) public: bool,
    pub(crate) scopes: Option<Rule>,
    pub(crate) groups: Option<Rule>,
}

impl Access {
    pub(crate) fn set_public(&mut self, span: Span, faults: &mut Faults) {
        if self.public {
            faults.add(span, "`public` is given twice");
        } else if self.scopes.is_some() || self.groups.is_some() {
            faults.add(span, CONTRADICTION);
        }
        self.public = true;
    }

    pub(crate) fn set_scopes(&mut self, rule: Rule, faults: &mut Faults) {
        let repeated = self.scopes.is_some();
        self.check(&rule, repeated, faults);
        self.scopes = Some(rule);
    }

    pub(crate) fn set_groups(&mut self, rule: Rule, faults: &mut Faults) {
        let repeated = self.groups.is_some();
        self.check(&rule, repeated, faults);
        self.groups = Some(rule);
    }

    fn check(&self, rule: &Rule, repeated: bool, faults: &mut Faults) {
        let name = &rule.kind;
        if repeated {
            faults.add(
                name.span(),
                format!("`{name}` is given twice: put all names into one"),
            );
        } else if self.public {
            faults.add(name.span(), CONTRADICTION);
        }
    }

    /// The value of `Route::access`.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let public = self.public;
        let [scopes, groups] = [&self.scopes, &self.groups].map(|rule| match rule {
            None => quote!(::core::option::Option::None),
            Some(Rule { any, names, .. }) => quote! {
                ::core::option::Option::Some(#private::Require { any: #any, names: &[#(#names),*] })
            },
        });
        quote!(#private::Access { public: #public, scopes: #scopes, groups: #groups })
    }
}

const CONTRADICTION: &str =
    "`public` lets everybody in, and `scopes` or `groups` do not: write one of them";

/// Names of which all, or any one, must be there.
pub(crate) struct Rule {
    kind: Ident,
    pub(crate) any: bool,
    pub(crate) names: Vec<String>,
}

impl Rule {
    /// Reads what follows `scopes` or `groups`.
    pub(crate) fn parse(
        kind: &Ident,
        input: ParseStream<'_>,
        faults: &mut Faults,
    ) -> syn::Result<Self> {
        if !input.peek(Paren) {
            let message = format!("write `{kind}(\"..\")`, or `{kind}(any(\"..\", \"..\"))`");
            return Err(syn::Error::new(kind.span(), message));
        }
        let content;
        parenthesized!(content in input);
        let any = content.peek(Ident::peek_any) && content.fork().call(Ident::parse_any)? == "any";
        let literals = if any {
            content.call(Ident::parse_any)?;
            let alternatives;
            parenthesized!(alternatives in content);
            content.parse::<Option<Token![,]>>()?;
            if !content.is_empty() {
                return Err(content.error("`any(..)` stands alone"));
            }
            literals(&alternatives)?
        } else {
            literals(&content)?
        };
        let mut rule = Self {
            kind: kind.clone(),
            any,
            names: Vec::new(),
        };
        if literals.is_empty() {
            rule.refuse_empty(kind.span(), faults);
        }
        for literal in &literals {
            rule.add(literal, faults);
        }
        Ok(rule)
    }

    fn add(&mut self, literal: &LitStr, faults: &mut Faults) {
        let text = literal.value();
        // A scope has no space in it (RFC 6749, section 3.3), the name of a group may.
        let words: Vec<&str> = if self.kind == "scopes" {
            text.split_whitespace().collect()
        } else {
            Some(text.trim())
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect()
        };
        if words.is_empty() {
            self.refuse_empty(literal.span(), faults);
        } else if self.any && words.len() > 1 {
            faults.add(
                literal.span(),
                "`any(..)` has one name in each literal: `any(\"a\", \"b\")`",
            );
        }
        for word in words {
            if self.names.iter().any(|name| name == word) {
                faults.add(literal.span(), format!("`{word}` is named twice"));
            }
            self.names.push(word.to_owned());
        }
    }

    fn refuse_empty(&self, span: Span, faults: &mut Faults) {
        let kind = &self.kind;
        let one = kind.to_string();
        let one = one.trim_end_matches('s');
        faults.add(
            span,
            format!("this names no {one}: write `{kind}(\"..\")`, or leave it out"),
        );
    }
}

fn literals(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let one = |input: ParseStream<'_>| {
        if input.peek(LitStr) {
            input.parse::<LitStr>()
        } else {
            Err(input.error("expected a string literal, or `any(\"..\", \"..\")` alone"))
        }
    };
    Ok(
        Punctuated::<LitStr, Token![,]>::parse_terminated_with(input, one)?
            .into_iter()
            .collect(),
    )
}
