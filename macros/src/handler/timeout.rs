//! How long a route may take: `timeout = "3s"`.

use crate::faults::Faults;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr, Token, parse::ParseStream};

/// A function of Lambda runs for 15 minutes at most.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const MOST: u64 = 15 * 60 * 1000;

/// The timeout of one handler.
pub(crate) struct Timeout {
    pub(crate) millis: u64,
}

impl Timeout {
    /// Reads what follows `timeout`; a wrong value is a fault, and stands for the longest one.
    pub(crate) fn parse(
        name: &Ident,
        input: ParseStream<'_>,
        faults: &mut Faults,
    ) -> syn::Result<Self> {
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), "write `timeout = \"3s\"`"));
        }
        input.parse::<Token![=]>()?;
        if !input.peek(LitStr) {
            return Err(input.error("expected a time, a string literal such as `\"3s\"`"));
        }
        let literal: LitStr = input.parse()?;
        let millis = match millis(&literal.value()) {
            Ok(millis) => millis,
            Err(message) => {
                faults.add(literal.span(), message);
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
        other => return Err(format!("`{other}` is no unit: write `s`, `ms` or `m`")),
    };
    // A number too large for the type is too long a time.
    let number = number.parse().unwrap_or(u64::MAX);
    match number.saturating_mul(unit) {
        0 => Err("this is no time at all: leave it out, or say how long it may take".to_owned()),
        1..=MOST => Ok(number.saturating_mul(unit)),
        _ => Err("a function of Lambda runs for 15 minutes at most".to_owned()),
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
