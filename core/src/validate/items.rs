//! Lists and maps, whose items have rules of their own.

use super::violations::Violations;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    rc::Rc,
    sync::Arc,
};

/// Lists and maps, for the rule `inner`.
#[diagnostic::on_unimplemented(
    message = "the rule `inner` does not apply to `{Self}`",
    label = "neither a list nor a map",
    note = "implement `lambda_api::validate::Items` for a type of your own; rules for an `Option` need no `inner`"
)]
pub trait Items {
    /// The type of an item, or of the value of an entry.
    type Item: ?Sized;

    /// Calls `check` for each item, [within](Violations::within) its index or key, until
    /// [nothing more](Violations::is_full) needs to be checked.
    fn each(
        &self,
        violations: &mut Violations,
        check: &mut dyn FnMut(&Self::Item, &mut Violations),
    );
}

/// Types of the keys of maps, as they are in the request.
///
/// ```
/// use lambda_api::validate::MapKey;
/// use std::borrow::Cow;
///
/// #[derive(PartialEq, Eq, Hash)]
/// enum Size { Small, Large }
///
/// impl MapKey for Size {
///     fn key(&self) -> Cow<'_, str> {
///         match self {
///             Size::Small => "small".into(),
///             Size::Large => "large".into(),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a map with the key `{Self}` cannot be validated",
    label = "its text in the request is unknown",
    note = "implement `lambda_api::validate::MapKey` for a type of your own"
)]
pub trait MapKey {
    /// The key as a text.
    fn key(&self) -> Cow<'_, str>;
}

impl MapKey for str {
    fn key(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl MapKey for String {
    fn key(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl<T: MapKey + ?Sized> MapKey for &T {
    fn key(&self) -> Cow<'_, str> {
        (**self).key()
    }
}

impl MapKey for Cow<'_, str> {
    fn key(&self) -> Cow<'_, str> {
        (**self).into()
    }
}

macro_rules! by_display {
    ($($key:ty)*) => { $(
        impl MapKey for $key {
            fn key(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }
    )* };
}

by_display!(Box<str> Arc<str> Rc<str> bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// Checks items by index.
fn in_order<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    violations: &mut Violations,
    check: &mut dyn FnMut(&T, &mut Violations),
) {
    for (index, item) in items.into_iter().enumerate() {
        if violations.is_full() {
            return;
        }
        violations.within(index, |violations| check(item, violations));
    }
}

/// Checks entries by key.
fn by_key<'a, K: MapKey + 'a, V: 'a>(
    entries: impl IntoIterator<Item = (&'a K, &'a V)>,
    violations: &mut Violations,
    check: &mut dyn FnMut(&V, &mut Violations),
) {
    for (key, value) in entries {
        if violations.is_full() {
            return;
        }
        violations.within(key.key(), |violations| check(value, violations));
    }
}

/// A set does not keep the order of the request, so its items have no index.
fn unordered<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    violations: &mut Violations,
    check: &mut dyn FnMut(&T, &mut Violations),
) {
    for item in items {
        if violations.is_full() {
            return;
        }
        check(item, violations);
    }
}

macro_rules! items {
    ($([$($generics:tt)*] $list:ty, $item:ty, $visit:ident;)*) => { $(
        impl<$($generics)*> Items for $list {
            type Item = $item;

            fn each(
                &self,
                violations: &mut Violations,
                check: &mut dyn FnMut(&$item, &mut Violations),
            ) {
                $visit(self, violations, check);
            }
        }
    )* };
}

items! {
    [T] [T], T, in_order;
    [T, const N: usize] [T; N], T, in_order;
    [T] Vec<T>, T, in_order;
    [T] VecDeque<T>, T, in_order;
    [T] LinkedList<T>, T, in_order;
    [T] BTreeSet<T>, T, unordered;
    [T, S] HashSet<T, S>, T, unordered;
    [K: MapKey, V] BTreeMap<K, V>, V, by_key;
    [K: MapKey, V, S] HashMap<K, V, S>, V, by_key;
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<T: Items + ?Sized> Items for $pointer {
            type Item = T::Item;

            fn each(
                &self,
                violations: &mut Violations,
                check: &mut dyn FnMut(&T::Item, &mut Violations),
            ) {
                (**self).each(violations, check);
            }
        }
    )* };
}

pointers!(&T Box<T> Arc<T> Rc<T>);

impl<T: ToOwned + Items + ?Sized> Items for Cow<'_, T> {
    type Item = T::Item;

    fn each(&self, violations: &mut Violations, check: &mut dyn FnMut(&T::Item, &mut Violations)) {
        (**self).each(violations, check);
    }
}

impl<T: Items> Items for Option<T> {
    type Item = T::Item;

    fn each(&self, violations: &mut Violations, check: &mut dyn FnMut(&T::Item, &mut Violations)) {
        if let Some(items) = self {
            items.each(violations, check);
        }
    }
}
