//! The value of `example = path`: a constant, or what a function returns.

use serde::Serialize;
use serde_json::Value;

/// Marks a constant, and other values.
#[derive(Debug)]
pub struct Constant;

/// Marks a function that returns a `T`.
#[derive(Debug)]
pub struct Function<T>(std::marker::PhantomData<T>);

/// A value, or a function that returns it. `Kind` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the example of a request",
    label = "neither a value that implements `serde::Serialize`, nor a function that returns one"
)]
pub trait Example<Kind> {
    /// The value as JSON; `null` if it cannot be serialized.
    fn json(self) -> Value;
}

impl<T: Serialize> Example<Constant> for T {
    fn json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl<F: FnOnce() -> T, T: Serialize> Example<Function<T>> for F {
    fn json(self) -> Value {
        self().json()
    }
}

/// The value as JSON, for a document.
pub fn example<Kind>(value: impl Example<Kind>) -> Value {
    value.json()
}
