//! The error of a value that could not be read.

use super::{
    field_error::code,
    truncate::{quote, truncate},
    untyped,
};
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

/// The error of the deserializers of this module. It is boxed so that results stay small.
#[derive(Debug)]
pub(crate) struct ValueError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    name: Option<String>,
    /// The number of a value whose name is not known yet.
    number: Option<usize>,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Missing { expected: Option<String> },
    NotUtf8,
    Repeated { times: usize },
    Unexpected { expected: String, found: String },
    UnknownVariant { expected: String, found: String },
    UnknownName { expected: String },
    Mismatch(String),
    Custom(String),
}

/// Whether a message may contain the invalid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    Value,
    /// For headers and cookies: proxies and browsers add secrets to requests, which the reader of
    /// the response should not see.
    Nothing,
}

impl ValueError {
    fn new(reason: Reason) -> Self {
        Self(Box::new(Inner {
            name: None,
            number: None,
            reason,
        }))
    }

    #[cold]
    pub(crate) fn missing(expected: &dyn Expected) -> Self {
        let expected = match expected.to_string() {
            // serde's names for owned and borrowed strings, which are the same for clients.
            text if text == "a string" || text == "a borrowed string" => "a string".to_owned(),
            other => truncate(&other),
        };
        Self::new(Reason::Missing {
            expected: Some(expected),
        })
    }

    #[cold]
    pub(crate) fn not_utf8() -> Self {
        Self::new(Reason::NotUtf8)
    }

    #[cold]
    pub(crate) fn repeated(times: usize) -> Self {
        Self::new(Reason::Repeated { times })
    }

    /// The text is not a valid value of the type.
    #[cold]
    pub(crate) fn unexpected(text: &str, expected: &str) -> Self {
        Self::new(Reason::Unexpected {
            expected: expected.to_owned(),
            found: quote(text),
        })
    }

    /// The handler requests what its route cannot provide: not an error of the client.
    #[cold]
    pub(crate) fn mismatch(text: String) -> Self {
        Self::new(Reason::Mismatch(text))
    }

    /// Sets the name of the parameter, unless it is known.
    #[cold]
    pub(crate) fn of(mut self, name: &str) -> Self {
        self.0.name.get_or_insert_with(|| truncate(name));
        self
    }

    pub(super) fn numbered(mut self, number: Option<usize>) -> Self {
        self.0.number = number;
        self
    }

    pub(super) fn number(&self) -> Option<usize> {
        self.0.number
    }

    /// Whether the value is known.
    pub(super) fn is_located(&self) -> bool {
        self.0.name.is_some() || self.0.number.is_some()
    }

    /// Whether a value has another type than requested.
    pub(super) fn is_unexpected(&self) -> bool {
        matches!(
            self.0.reason,
            Reason::Unexpected { .. } | Reason::UnknownVariant { .. }
        )
    }

    /// Whether no request can provide the requested type.
    pub(crate) fn is_impossible(&self) -> bool {
        matches!(self.0.reason, Reason::Mismatch(_))
    }

    /// Whether the type requests names or numbers of values that the route does not have.
    pub(crate) fn is_mismatch(&self) -> bool {
        matches!(
            self.0.reason,
            Reason::Mismatch(_) | Reason::Missing { .. } | Reason::UnknownName { .. }
        )
    }

    /// The stable name of the error for clients.
    pub(crate) fn code(&self) -> &'static str {
        match &self.0.reason {
            Reason::Missing { .. } => code::MISSING,
            Reason::Unexpected { .. } => code::TYPE,
            Reason::UnknownVariant { .. } => code::ENUM,
            Reason::Repeated { .. } => code::REPEATED,
            Reason::UnknownName { .. } => code::UNKNOWN_FIELD,
            Reason::NotUtf8 | Reason::Mismatch(_) | Reason::Custom(_) => code::INVALID,
        }
    }

    /// Returns the name of the parameter, if it is known, and a description of the error.
    pub(crate) fn explain(self, echo: Echo) -> (Option<String>, String) {
        let detail = self.detail(echo);
        (self.0.name, detail)
    }

    fn detail(&self, echo: Echo) -> String {
        match &self.0.reason {
            Reason::Missing {
                expected: Some(expected),
            } => format!("missing, expected {expected}"),
            Reason::Missing { expected: None } => "missing".to_owned(),
            Reason::NotUtf8 => "not UTF-8".to_owned(),
            Reason::Repeated { times } => format!("expected one value, found {times}"),
            Reason::Unexpected { expected, found } | Reason::UnknownVariant { expected, found } => {
                match echo {
                    Echo::Value => format!("expected {expected}, found {found}"),
                    Echo::Nothing => format!("expected {expected}"),
                }
            }
            Reason::UnknownName { expected } => format!("unknown name, expected {expected}"),
            Reason::Mismatch(text) | Reason::Custom(text) => text.clone(),
        }
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "none at all".to_owned(),
        [name] => format!("`{name}`"),
        names => format!("one of `{}`", names.join("`, `")),
    }
}

/// Describes what a type expects, without Rust's type names.
fn plainly(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    macro_rules! whole {
        ($($type:ident)*) => {
            match text.as_str() {
                $(stringify!($type) => {
                    let whole = Whole { min: $type::MIN as i128, max: $type::MAX as u128 };
                    (&whole as &dyn Expected).to_string()
                })*
                "f32" | "f64" => "a number".to_owned(),
                "a boolean" => "`true` or `false`".to_owned(),
                other => truncate(other),
            }
        };
    }
    whole!(i8 i16 i32 i64 isize i128 u8 u16 u32 u64 usize u128)
}

/// Describes an integer type.
pub(super) struct Whole {
    pub(super) min: i128,
    pub(super) max: u128,
}

impl Expected for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {} to {}", self.min, self.max)
    }
}

impl Error for ValueError {
    #[cold]
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(Reason::Custom(truncate(&text.to_string())))
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = plainly(expected);
        let number = untyped::missed(&found, &expected);
        Self::new(Reason::Unexpected {
            expected,
            found: match found {
                Unexpected::Str(text) => quote(text),
                other => truncate(&other.to_string()),
            },
        })
        .numbered(number)
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    #[cold]
    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(Reason::Unexpected {
            expected: truncate(&expected.to_string()),
            found: length.to_string(),
        })
    }

    #[cold]
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let expected = one_of(expected);
        let number = untyped::missed(&Unexpected::Str(variant), &expected);
        Self::new(Reason::UnknownVariant {
            expected,
            found: quote(variant),
        })
        .numbered(number)
    }

    #[cold]
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownName {
            expected: one_of(expected),
        })
        .of(field)
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        Self::new(Reason::Missing { expected: None }).of(field)
    }
}

/// The message for types that convert this error into their own. The value may be from a header, so
/// the message does not contain it.
impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail(Echo::Nothing))
    }
}

impl std::error::Error for ValueError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_was_expected_and_what_was_found() {
        let error = || ValueError::unexpected("abc", "u32").of("page");
        assert_eq!(
            error().explain(Echo::Value),
            (
                Some("page".into()),
                "expected u32, found \"abc\"".to_owned()
            )
        );
        assert_eq!(error().explain(Echo::Nothing).1, "expected u32");
    }

    #[test]
    fn the_innermost_name_is_kept() {
        let error = ValueError::not_utf8().of("inner").of("outer");
        assert_eq!(error.explain(Echo::Value).0.as_deref(), Some("inner"));
    }

    #[test]
    fn an_unknown_variant_lists_the_known_ones() {
        let error = ValueError::unknown_variant("up", &["asc", "desc"]);
        assert_eq!(
            error.explain(Echo::Value).1,
            "expected one of `asc`, `desc`, found \"up\""
        );
    }
}
