//! Access options: `public`, `scopes(..)`, `groups(..)`, `guard = ..`, `authenticator = ".."`.

use crate::error_store::ErrorStore;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Expr, Ident, LitStr, Path, Token, ext::IdentExt, parenthesized, parse::ParseStream,
    punctuated::Punctuated, spanned::Spanned, token::Paren,
};

/// The access rule of one handler.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) public: bool,
    pub(crate) scopes: Option<Rule>,
    pub(crate) groups: Option<Rule>,
    pub(crate) guard: Option<Path>,
    pub(crate) authenticator: Option<LitStr>,
}

impl Access {
    pub(crate) fn set_public(&mut self, span: Span, errors: &mut ErrorStore) {
        if self.public {
            errors.add(span, "`public` is repeated");
        } else if self.has_rule() {
            errors.add(span, CONTRADICTION);
        }
        self.public = true;
    }

    fn has_rule(&self) -> bool {
        self.scopes.is_some()
            || self.groups.is_some()
            || self.guard.is_some()
            || self.authenticator.is_some()
    }

    /// Reads what follows `guard`.
    pub(crate) fn parse_guard(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        const FORM: &str = "write `guard = path::to::function`: a function of `&Identity` and \
                            `&Request` that returns `bool`";
        self.check_single(name, self.guard.is_some(), errors);
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), FORM));
        }
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        match value {
            Expr::Path(path) if path.qself.is_none() => self.guard = Some(path.path),
            other => return Err(syn::Error::new_spanned(other, FORM)),
        }
        Ok(())
    }

    /// Reads what follows `authenticator`.
    pub(crate) fn parse_authenticator(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        self.check_single(name, self.authenticator.is_some(), errors);
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(
                name.span(),
                "write `authenticator = \"..\"`",
            ));
        }
        input.parse::<Token![=]>()?;
        if !input.peek(LitStr) {
            return Err(input.error("expected the name of an authenticator as a string literal"));
        }
        let literal: LitStr = input.parse()?;
        if literal.value().trim().is_empty() {
            errors.add(literal.span(), "the authenticator's name is empty");
        }
        self.authenticator = Some(literal);
        Ok(())
    }

    fn check_single(&self, name: &Ident, repeated: bool, errors: &mut ErrorStore) {
        if repeated {
            errors.add(name.span(), format!("`{name}` is repeated"));
        } else if self.public {
            errors.add(name.span(), CONTRADICTION);
        }
    }

    pub(crate) fn set_scopes(&mut self, rule: Rule, errors: &mut ErrorStore) {
        let repeated = self.scopes.is_some();
        self.check(&rule, repeated, errors);
        self.scopes = Some(rule);
    }

    pub(crate) fn set_groups(&mut self, rule: Rule, errors: &mut ErrorStore) {
        let repeated = self.groups.is_some();
        self.check(&rule, repeated, errors);
        self.groups = Some(rule);
    }

    fn check(&self, rule: &Rule, repeated: bool, errors: &mut ErrorStore) {
        let name = &rule.kind;
        if repeated {
            errors.add(
                name.span(),
                format!("`{name}` is repeated: put all names into one"),
            );
        } else if self.public {
            errors.add(name.span(), CONTRADICTION);
        }
    }

    /// The value of `Route::access`.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        if self.public {
            return quote!(#private::Access::public());
        }
        let mut access = quote!(#private::Access::authenticated());
        if let Some(name) = &self.authenticator {
            access.extend(quote!(.authenticator(#name)));
        }
        for (rule, method) in [
            (&self.scopes, quote!(__scopes)),
            (&self.groups, quote!(__groups)),
        ] {
            if let Some(Rule { any, names, .. }) = rule {
                access.extend(quote!(.#method(#any, &[#(#names),*])));
            }
        }
        if let Some(path) = &self.guard {
            let name = path.to_token_stream().to_string().replace(' ', "");
            // Uses the span of the path, so that a wrong function signature is reported there.
            let call = quote_spanned! {path.span()=>
                |identity, request| #private::guard(#path(identity, request))
            };
            access.extend(quote!(.__guard(#name, #call)));
        }
        access
    }
}

const CONTRADICTION: &str = "`public` cannot be combined with an access rule";

/// A list of required names: all of them, or any one.
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
        errors: &mut ErrorStore,
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
                return Err(content.error("`any(..)` cannot be combined with other names"));
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
            rule.reject_empty(kind.span(), errors);
        }
        for literal in &literals {
            rule.add(literal, errors);
        }
        Ok(rule)
    }

    fn add(&mut self, literal: &LitStr, errors: &mut ErrorStore) {
        let text = literal.value();
        // A scope contains no space (RFC 6749, section 3.3); a group name can.
        let words: Vec<&str> = if self.kind == "scopes" {
            text.split_whitespace().collect()
        } else {
            Some(text.trim())
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect()
        };
        if words.is_empty() {
            self.reject_empty(literal.span(), errors);
        } else if self.any && words.len() > 1 {
            errors.add(
                literal.span(),
                "expected one name per literal in `any(..)`: `any(\"a\", \"b\")`",
            );
        }
        for word in words {
            if self.names.iter().any(|name| name == word) {
                errors.add(literal.span(), format!("`{word}` is repeated"));
            }
            self.names.push(word.to_owned());
        }
    }

    fn reject_empty(&self, span: Span, errors: &mut ErrorStore) {
        let kind = &self.kind;
        let one = kind.to_string();
        let one = one.trim_end_matches('s');
        errors.add(
            span,
            format!("expected at least one {one}: write `{kind}(\"..\")`, or leave it out"),
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
