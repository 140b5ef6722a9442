//! The timeout of a route: `timeout = "3s"`.

use crate::error_store::ErrorStore;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr, Token, parse::ParseStream};

/// The longest timeout of a Lambda function, 15 minutes.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const MOST: u64 = 15 * 60 * 1000;

/// The timeout of one handler.
pub(crate) struct Timeout {
    pub(crate) millis: u64,
}

impl Timeout {
    /// Parses what follows `timeout`. An invalid value is reported, and the longest timeout returned.
    pub(crate) fn parse(
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<Self> {
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), "write `timeout = \"3s\"`"));
        }
        input.parse::<Token![=]>()?;
        if !input.peek(LitStr) {
            return Err(input.error("expected a duration as a string literal, such as `\"3s\"`"));
        }
        let literal: LitStr = input.parse()?;
        let millis = match millis(&literal.value()) {
            Ok(millis) => millis,
            Err(message) => {
                errors.add(literal.span(), message);
                MOST
            }
        };
        Ok(Self { millis })
    }

    /// The value of `Route::timeout`.
    pub(crate) fn expand(timeout: Option<&Self>) -> TokenStream {
        match timeout {
            Some(Self { millis }) => quote! {
                ::core::option::Option::Some(::core::time::Duration::from_millis(#millis))
            },
            None => quote!(::core::option::Option::None),
        }
    }
}

fn millis(text: &str) -> Result<u64, String> {
    const FORM: &str = "expected a whole number and a unit: `3s`, `500ms` or `2m`";
    let end = text.find(|char: char| !char.is_ascii_digit());
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let unit = rest.trim_start();
    if number.is_empty() || !unit.starts_with(|char: char| char.is_ascii_alphabetic()) {
        return Err(FORM.to_owned());
    }
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        other => {
            return Err(format!(
                "`{other}` is not a unit: expected `ms`, `s` or `m`"
            ));
        }
    };
    // An overflow is longer than any valid timeout.
    let number = number.parse().unwrap_or(u64::MAX);
    match number.saturating_mul(unit) {
        0 => Err("`timeout` must be greater than zero".to_owned()),
        1..=MOST => Ok(number.saturating_mul(unit)),
        _ => Err("`timeout` must be at most 15 minutes, the limit of a Lambda function".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, expected) in [
            ("3s", 3000),
            ("500ms", 500),
            ("2m", 120_000),
            ("15m", 900_000),
            ("900 s", 900_000),
            ("1ms", 1),
        ] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
    }
}
