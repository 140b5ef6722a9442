//! What rules apply to: numbers, texts, things with a length, and values that may be absent.
//!
//! A rule does not apply to an absent value, which is therefore valid.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque},
    fmt::Display,
    num::NonZero,
    rc::Rc,
    sync::Arc,
};

/// A primitive number.
pub trait Scalar: Copy + PartialOrd + Display + sealed::Bounds {}

pub(super) mod sealed {
    use garde::rules::range::{self, Bounds as GardeBounds};

    pub trait Bounds: Sized {
        /// Checks the bounds with garde's rule.
        fn check(self, min: Option<Self>, max: Option<Self>) -> Result<(), garde::Error>;
    }

    impl<T: GardeBounds<Size = T>> Bounds for T {
        fn check(self, min: Option<T>, max: Option<T>) -> Result<(), garde::Error> {
            range::apply(&self, (min, max))
        }
    }
}

/// Types with one number, for the rule `range`.
///
/// ```
/// use lambda_api::{Validate, Violations, validate::AsNumber};
///
/// struct Cents(i64);
///
/// impl AsNumber for Cents {
///     type Number = i64;
///
///     fn as_number(&self) -> Option<i64> {
///         Some(self.0)
///     }
/// }
///
/// #[derive(Validate)]
/// struct Price(#[garde(range(min = 1))] Cents);
///
/// assert!(!Violations::of(&Price(Cents(0))).is_empty());
/// ```
#[diagnostic::on_unimplemented(
    message = "the rule `range` does not apply to `{Self}`",
    label = "not a number",
    note = "implement `lambda_api::validate::AsNumber` for a type of your own"
)]
pub trait AsNumber {
    /// The type of the number, and of the bounds in the rule.
    type Number: Scalar;

    /// The number; `None` if the value is absent.
    fn as_number(&self) -> Option<Self::Number>;
}

/// Types with one text, for the rules `pattern`, `email`, `url`, `contains`, `prefix`, `suffix`,
/// `ascii`, `alphanumeric`, `ip`, `ipv4`, `ipv6` and `credit_card`.
///
/// ```
/// use lambda_api::validate::AsText;
///
/// struct Sku(String);
///
/// impl AsText for Sku {
///     fn as_text(&self) -> Option<&str> {
///         Some(&self.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this rule does not apply to `{Self}`",
    label = "not a text",
    note = "implement `lambda_api::validate::AsText` for a type of your own; use `inner(..)` for the items of a list or map"
)]
pub trait AsText {
    /// The text; `None` if the value is absent.
    fn as_text(&self) -> Option<&str>;
}

/// Types with a length, for the rule `length`: the characters of a text, the items of a list, the
/// entries of a map.
///
/// ```
/// use lambda_api::validate::HasLength;
///
/// struct Sku(String);
///
/// impl HasLength for Sku {
///     fn length(&self) -> Option<usize> {
///         self.0.length()
///     }
/// }
///
/// assert_eq!(Sku("thé".to_owned()).length(), Some(3));
/// ```
#[diagnostic::on_unimplemented(
    message = "the rule `length` does not apply to `{Self}`",
    label = "neither a text, a list nor a map",
    note = "implement `lambda_api::validate::HasLength` for a type of your own; use `range(..)` for numbers"
)]
pub trait HasLength {
    /// The length; `None` if the value is absent.
    fn length(&self) -> Option<usize>;
}

/// Types whose value may be absent, for the rule `required`.
#[diagnostic::on_unimplemented(
    message = "the rule `required` does not apply to `{Self}`",
    label = "neither `Option` nor `Patch`",
    note = "any other field is required by its type: without `#[serde(default)]`, a request without it is rejected"
)]
pub trait Optional {
    /// Whether there is a value.
    fn is_present(&self) -> bool;
}

macro_rules! scalars {
    ($($number:ty)*) => { $(
        impl Scalar for $number {}

        impl AsNumber for $number {
            type Number = Self;

            fn as_number(&self) -> Option<Self> {
                Some(*self)
            }
        }
    )* };
}

scalars!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

macro_rules! non_zero {
    ($($number:ty)*) => { $(
        impl AsNumber for NonZero<$number> {
            type Number = $number;

            fn as_number(&self) -> Option<$number> {
                Some(self.get())
            }
        }
    )* };
}

non_zero!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl AsText for str {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl AsText for String {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl HasLength for str {
    fn length(&self) -> Option<usize> {
        Some(self.chars().count())
    }
}

impl HasLength for String {
    fn length(&self) -> Option<usize> {
        self.as_str().length()
    }
}

macro_rules! counted {
    ($([$($generics:tt)*] $list:ty)*) => { $(
        impl<$($generics)*> HasLength for $list {
            fn length(&self) -> Option<usize> {
                Some(self.len())
            }
        }
    )* };
}

counted! {
    [T] [T]
    [T, const N: usize] [T; N]
    [T] Vec<T>
    [T] VecDeque<T>
    [T] LinkedList<T>
    [T] BinaryHeap<T>
    [T] BTreeSet<T>
    [T, S] HashSet<T, S>
    [K, V] BTreeMap<K, V>
    [K, V, S] HashMap<K, V, S>
}

macro_rules! pointers {
    ($([$($generics:tt)*] $pointer:ty)*) => { $(
        impl<$($generics)* T: AsNumber + ?Sized> AsNumber for $pointer {
            type Number = T::Number;

            fn as_number(&self) -> Option<T::Number> {
                (**self).as_number()
            }
        }

        impl<$($generics)* T: AsText + ?Sized> AsText for $pointer {
            fn as_text(&self) -> Option<&str> {
                (**self).as_text()
            }
        }

        impl<$($generics)* T: HasLength + ?Sized> HasLength for $pointer {
            fn length(&self) -> Option<usize> {
                (**self).length()
            }
        }

        impl<$($generics)* T: Optional + ?Sized> Optional for $pointer {
            fn is_present(&self) -> bool {
                (**self).is_present()
            }
        }
    )* };
}

pointers! {
    ['a,] &'a T
    [] Box<T>
    [] Rc<T>
    [] Arc<T>
}

impl<T: ToOwned + AsText + ?Sized> AsText for Cow<'_, T> {
    fn as_text(&self) -> Option<&str> {
        (**self).as_text()
    }
}

impl<T: ToOwned + HasLength + ?Sized> HasLength for Cow<'_, T> {
    fn length(&self) -> Option<usize> {
        (**self).length()
    }
}

impl<T: AsNumber> AsNumber for Option<T> {
    type Number = T::Number;

    fn as_number(&self) -> Option<T::Number> {
        self.as_ref()?.as_number()
    }
}

impl<T: AsText> AsText for Option<T> {
    fn as_text(&self) -> Option<&str> {
        self.as_ref()?.as_text()
    }
}

impl<T: HasLength> HasLength for Option<T> {
    fn length(&self) -> Option<usize> {
        self.as_ref()?.length()
    }
}

impl<T> Optional for Option<T> {
    fn is_present(&self) -> bool {
        self.is_some()
    }
}
