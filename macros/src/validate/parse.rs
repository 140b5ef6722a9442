//! Parses `#[garde(..)]` of fields and types, and `#[validate(..)]` of arguments.

use super::rule::{Bounds, Kind, Rule, Rules, number};
use crate::{error_store::ErrorStore, krate::Krate, suggest::similar};
use syn::{
    Attribute, Expr, Token, ext::IdentExt, meta::ParseNestedMeta, parenthesized, parse::Parse,
    spanned::Spanned, token::Paren,
};

/// The rules without arguments that apply to texts.
const TEXT: [&str; 8] = [
    "alphanumeric",
    "ascii",
    "credit_card",
    "email",
    "ip",
    "ipv4",
    "ipv6",
    "url",
];
const OTHERS: [&str; 12] = [
    "contains", "custom", "dive", "inner", "length", "matches", "pattern", "prefix", "range",
    "required", "skip", "suffix",
];

/// The options of the type itself.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Krate,
    /// Functions that check the whole value.
    pub(crate) rules: Rules,
}

pub(crate) fn container(attrs: &[Attribute], errors: &mut ErrorStore) -> Container {
    let mut container = Container::default();
    for attr in garde(attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                container.krate = Krate::parse_value(meta.input)?;
            } else if meta.path.is_ident("custom") {
                container.rules.list.push(Rule {
                    span: meta.path.span(),
                    kind: Kind::Custom(argument(&meta, "custom(function)")?),
                });
            } else if !meta.path.is_ident("transparent") && !meta.path.is_ident("allow_unvalidated")
            {
                return Err(meta.error(
                    "unknown option of a type: expected `custom(function)`, `transparent`, \
                     `allow_unvalidated` or `crate = path`",
                ));
            }
            Ok(())
        });
        errors.keep(result);
    }
    reject_validate(attrs, errors);
    container
}

/// The rules of a field.
pub(crate) fn field(attrs: &[Attribute], errors: &mut ErrorStore) -> Rules {
    reject_validate(attrs, errors);
    rules(garde(attrs), errors)
}

fn garde(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("garde"))
}

/// schemars reads rules of the crate validator too: they would be in the schema, but not checked.
fn reject_validate(attrs: &[Attribute], errors: &mut ErrorStore) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("validate")) {
        errors.at(
            attr.path(),
            "the rules of a type are in `#[garde(..)]`; `#[validate(..)]` is for arguments of handlers",
        );
    }
}

pub(crate) fn rules<'a>(
    attrs: impl Iterator<Item = &'a Attribute>,
    errors: &mut ErrorStore,
) -> Rules {
    let mut rules = Rules::default();
    for attr in attrs {
        let result = attr.parse_nested_meta(|meta| rules.parse(&meta, errors));
        errors.keep(result);
    }
    if let (Some(skip), Some(_)) = (rules.skip, rules.list.first()) {
        errors.add(skip, "`skip` is for a value without rules");
    }
    rules
}

impl Rules {
    fn parse(&mut self, meta: &ParseNestedMeta<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        let name = meta.path.get_ident().map(|name| name.unraw().to_string());
        let name = name.unwrap_or_default();
        let span = meta.path.span();
        let kind = match name.as_str() {
            "skip" => {
                self.skip = Some(span);
                return Ok(());
            }
            "range" => Kind::Range(bounds(meta, &name, errors)?),
            "length" => Kind::Length(bounds(meta, &name, errors)?),
            "contains" => Kind::Part("contains", argument(meta, "contains(\"text\")")?),
            "prefix" => Kind::Part("prefix", argument(meta, "prefix(\"text\")")?),
            "suffix" => Kind::Part("suffix", argument(meta, "suffix(\"text\")")?),
            "pattern" => {
                let pattern = argument(meta, "pattern(\"regex\")")?;
                check_pattern(&pattern, errors);
                Kind::Pattern(pattern)
            }
            "matches" => Kind::Matches(argument(meta, "matches(field)")?),
            "custom" => Kind::Custom(argument(meta, "custom(function)")?),
            "required" => Kind::Required,
            "dive" => Kind::Dive,
            "inner" => {
                let mut inner = Rules::default();
                require_parentheses(meta, "inner(rules)")?;
                meta.parse_nested_meta(|meta| inner.parse(&meta, errors))?;
                if inner.is_empty() {
                    errors.add(span, "`inner` needs rules: `inner(length(max = 40))`");
                }
                Kind::Inner(inner)
            }
            other => match TEXT.iter().find(|known| **known == other) {
                Some(known) => Kind::Text(known),
                None => return Err(unknown(meta, other)),
            },
        };
        if meta.input.peek(Paren) || meta.input.peek(Token![=]) {
            return Err(meta.error(format!("`{name}` has no arguments")));
        }
        let repeated = self.list.iter().any(|rule| rule.kind.name() == name);
        if repeated && name != "custom" {
            errors.add(span, format!("`{name}` is repeated"));
        }
        self.list.push(Rule { span, kind });
        Ok(())
    }
}

fn unknown(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Error {
    let instead = match name {
        "phone_number" => "is not supported: use `pattern(..)` or `custom(..)`",
        "regex" => "is called `pattern(\"regex\")`",
        "if" | "adapt" | "message" | "code" | "context" => {
            "is not supported: use `custom(function)`, or implement `Validate`"
        }
        "rename" => "is not needed: names are those of `#[serde(..)]`",
        _ => {
            let known = TEXT.into_iter().chain(OTHERS);
            let meant = similar(name, known)
                .map(|meant| format!("; did you mean `{meant}`?"))
                .unwrap_or_default();
            return meta.error(format!("unknown rule `{name}`{meant}"));
        }
    };
    meta.error(format!("`{name}` {instead}"))
}

fn require_parentheses(meta: &ParseNestedMeta<'_>, usage: &str) -> syn::Result<()> {
    let fork = meta.input.fork();
    let is_empty = || {
        let content;
        parenthesized!(content in fork);
        Ok::<_, syn::Error>(content.is_empty())
    };
    if meta.input.peek(Paren) && !is_empty()? {
        return Ok(());
    }
    Err(meta.error(format!("expected `{usage}`")))
}

/// Reports a literal that is no regular expression. Without the feature, nothing can use the rule.
fn check_pattern(pattern: &Expr, errors: &mut ErrorStore) {
    #[cfg(feature = "validate")]
    if let Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(text),
        ..
    }) = pattern
        && let Err(error) = regex_syntax::parse(&text.value())
    {
        let kind = match error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            error => error.to_string(),
        };
        let message = format!("invalid regular expression: {kind}");
        errors.add(text.span(), message);
    }
    #[cfg(not(feature = "validate"))]
    let _ = (pattern, errors);
}

/// The only argument of a rule.
fn argument<T: Parse>(meta: &ParseNestedMeta<'_>, usage: &str) -> syn::Result<T> {
    require_parentheses(meta, usage)?;
    let content;
    parenthesized!(content in meta.input);
    let argument = content.parse()?;
    if content.is_empty() {
        Ok(argument)
    } else {
        Err(content.error(format!("expected one argument: `{usage}`")))
    }
}

/// `(min = 1, max = 100)` or `(equal = 7)`.
fn bounds(meta: &ParseNestedMeta<'_>, rule: &str, errors: &mut ErrorStore) -> syn::Result<Bounds> {
    let usage = format!("{rule}(min = .., max = ..)");
    require_parentheses(meta, &usage)?;
    let mut bounds = Bounds::default();
    let mut equal: Option<Expr> = None;
    meta.parse_nested_meta(|bound| {
        let name = bound.path.get_ident().map(ToString::to_string);
        let slot = match name.as_deref().unwrap_or_default() {
            "min" => &mut bounds.min,
            "max" => &mut bounds.max,
            "equal" => &mut equal,
            // Lengths are always counted like this.
            "chars" if rule == "length" => return Ok(()),
            "bytes" | "graphemes" | "utf16" | "simple" if rule == "length" => {
                return Err(bound.error(
                    "a length is counted in characters, as in JSON Schema: use `custom(function)` \
                     for others",
                ));
            }
            _ => {
                return Err(bound.error(format!(
                    "unknown bound: expected `min`, `max` or `equal` in `{rule}(..)`"
                )));
            }
        };
        if slot.replace(bound.value()?.parse()?).is_some() {
            errors.at(&bound.path, "this bound is repeated");
        }
        Ok(())
    })?;
    if let Some(equal) = equal {
        if let Some(other) = bounds.min.as_ref().or(bounds.max.as_ref()) {
            errors.at(other, "`equal` is both bounds: remove this one");
        }
        bounds = Bounds {
            min: Some(equal.clone()),
            max: Some(equal),
        };
    }
    match (&bounds.min, &bounds.max) {
        (None, None) => errors.at(&meta.path, format!("expected a bound: `{usage}`")),
        (Some(min), Some(max)) => {
            if let (Some(least), Some(most)) = (number(min), number(max))
                && least > most
            {
                errors.at(max, "`max` is less than `min`, so no value is valid");
            }
        }
        _ => {}
    }
    Ok(bounds)
}
