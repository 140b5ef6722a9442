//! Whether a type has rules that JSON Schema cannot say.

use super::{unsaid::Unsaid, violations::Validate};
use std::{any::type_name, marker::PhantomData};

/// Asks for the rules of `T`: see [`NoRules`].
#[derive(Debug)]
pub struct Inside<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Inside<T> {
    /// Creates a probe.
    #[allow(clippy::new_without_default, reason = "generated code calls it")]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Validate + ?Sized> Inside<T> {
    /// Adds the rules of the value at a path.
    pub fn unsaid(&self, path: &[&str], unsaid: &mut Unsaid) {
        unsaid.inside(path, type_name::<T>(), T::__unsaid);
    }
}

/// The method of an [`Inside`] of a type without rules: the inherent method goes first.
///
/// With a bound instead, a type without rules would be a second error of the compiler.
pub trait NoRules {
    /// Adds nothing.
    fn unsaid(&self, _path: &[&str], _unsaid: &mut Unsaid) {}
}

impl<T: ?Sized> NoRules for Inside<T> {}
