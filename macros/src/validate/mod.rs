//! Validation rules: `#[derive(Validate)]`, and `#[validate(..)]` on arguments of handlers.
//!
//! The derive reads the rules that schemars reads too, `#[garde(..)]`, and serde's attributes for the
//! names of fields in the request.

mod case;
mod expand;
mod parse;
mod rule;
mod serde_attrs;
mod wire;

pub(crate) use rule::{Holder, Rules};

use crate::error_store::ErrorStore;
use proc_macro2::TokenStream;
use syn::Attribute;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: syn::DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = ErrorStore::default();
    let container = parse::container(&input.attrs, &mut errors);
    let variants = wire::variants(&input, &mut errors);
    if errors.is_empty() {
        expand::implementation(&input, &container, &variants)
    } else {
        expand::stub(&input, &container, &errors)
    }
}

/// Whether an attribute of an argument has rules.
pub(crate) fn has_rules(attr: &Attribute) -> bool {
    attr.path().is_ident("validate")
}

/// Removes the rules of an argument from its attributes.
pub(crate) fn take(attrs: &mut Vec<Attribute>, errors: &mut ErrorStore) -> Rules {
    let found: Vec<_> = attrs.extract_if(.., |attr| has_rules(attr)).collect();
    let rules = parse::rules(found.iter(), errors);
    rules.reject_siblings(errors);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse::Parser;

    #[test]
    fn each_mistake_has_its_message() {
        for (field, expected) in [
            (quote!(#[garde(lenght(max = 1))]), "did you mean `length`?"),
            (
                quote!(#[garde(range(min = 2, max = 1))]),
                "`max` is less than `min`",
            ),
            (
                quote!(#[garde(range(min = -1.5, max = -2))]),
                "`max` is less than `min`",
            ),
            (
                quote!(#[garde(length(min = 1, equal = 2))]),
                "`equal` is both bounds",
            ),
            (
                quote!(#[garde(length(min = 1, min = 2))]),
                "this bound is repeated",
            ),
            (
                quote!(#[garde(length(utf16, min = 1))]),
                "counted in characters",
            ),
            (quote!(#[garde(range(least = 1))]), "unknown bound"),
            (
                quote!(#[garde(range())]),
                "expected `range(min = .., max = ..)`",
            ),
            (quote!(#[garde(length(chars))]), "expected a bound"),
            (
                quote!(#[garde(range)]),
                "expected `range(min = .., max = ..)`",
            ),
            (quote!(#[garde(email(true))]), "`email` has no arguments"),
            (
                quote!(#[garde(contains("a", "b"))]),
                "expected one argument",
            ),
            (quote!(#[garde(inner())]), "expected `inner(rules)`"),
            (
                quote!(#[garde(phone_number)]),
                "`phone_number` is not supported",
            ),
            (quote!(#[garde(dive, dive)]), "`dive` is repeated"),
            (
                quote!(#[garde(skip, ascii)]),
                "`skip` is for a value without rules",
            ),
            (quote!(#[garde(matches(b))]), "no other field has this name"),
            (
                quote!(#[garde(inner(matches(a)))]),
                "`matches` compares two fields",
            ),
            (
                quote!(#[validate(email)]),
                "the rules of a type are in `#[garde(..)]`",
            ),
            (
                quote!(#[serde(skip)] #[garde(email)]),
                "serde does not read this field",
            ),
        ] {
            let code = derive(quote!(struct A { #field a: String })).to_string();
            assert_eq!(code.matches("compile_error").count(), 1, "{code}");
            let message = expected.escape_debug().to_string();
            assert!(code.contains(&message), "{expected}: {code}");
            assert!(code.contains("Validate for A"), "{code}");
        }
    }

    #[test]
    fn several_custom_functions_are_no_mistake() {
        let code = derive(quote!(
            struct A(#[garde(custom(a), custom(b::c))] u8);
        ))
        .to_string();
        assert!(!code.contains("compile_error"), "{code}");
    }

    #[test]
    fn rules_are_keywords_of_json_schema() {
        let attrs = quote! {
            #[validate(range(min = 1, max = MOST), length(equal = 3), pattern("a"), email)]
            #[validate(pattern(REGEX), url, ascii, custom(check), inner(ascii))]
        };
        let mut attrs = Attribute::parse_outer.parse2(attrs).expect("attributes");
        let mut errors = ErrorStore::default();
        let rules = take(&mut attrs, &mut errors);
        assert!(attrs.is_empty());
        let expected = quote! {[
            ("minimum", private::Value::from(1)), ("maximum", private::Value::from(MOST)),
            ("minLength", private::Value::from(3)), ("maxLength", private::Value::from(3)),
            ("minItems", private::Value::from(3)), ("maxItems", private::Value::from(3)),
            ("pattern", private::Value::from("a")), ("format", private::Value::from("email")),
            ("pattern", private::Value::from((REGEX).to_string())),
            ("format", private::Value::from("uri"))
        ]};
        let tokens = rules.schema_tokens(&quote!(private));
        assert_eq!(tokens.to_string(), expected.to_string());
        assert_eq!(errors.messages(), ["`pattern` is repeated"]);
    }

    #[test]
    fn wide_bounds_have_a_type() {
        for (bound, expected) in [
            (quote!(2147483647), quote!(2147483647)),
            (quote!(-5), quote!(-5)),
            (quote!(3_000_000_000), quote!(3000000000i64)),
            (quote!(-3_000_000_000), quote!(-3000000000i64)),
            (quote!(0xffff_ffff), quote!(4294967295i64)),
            (quote!(9223372036854775808), quote!(9223372036854775808u64)),
            (quote!(7u8), quote!(7u8)),
            (quote!(1.5), quote!(1.5)),
            (quote!(-MOST), quote!(-MOST)),
        ] {
            let attrs = quote!(#[validate(range(max = #bound))]);
            let mut attrs = Attribute::parse_outer.parse2(attrs).expect("attributes");
            let mut errors = ErrorStore::default();
            let rules = take(&mut attrs, &mut errors);
            let expected = quote!([("maximum", private::Value::from(#expected))]);
            let tokens = rules.schema_tokens(&quote!(private));
            assert_eq!(tokens.to_string(), expected.to_string());
            assert!(errors.messages().is_empty());
        }
    }
}
