//! `Validate` of values that contain others.

use super::{
    inside::Inside,
    items::{Items, MapKey},
    unsaid::Unsaid,
    violations::{Validate, Violations},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    rc::Rc,
    sync::Arc,
};

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => { $(
        impl<$($generics)*> Validate for $list {
            fn validate(&self, violations: &mut Violations) {
                self.each(violations, &mut |item, violations| item.validate(violations));
            }

            fn __unsaid(unsaid: &mut Unsaid) {
                Inside::<<Self as Items>::Item>::new().unsaid(&["*"], unsaid);
            }
        }
    )* };
}

lists! {
    [T: Validate] [T];
    [T: Validate, const N: usize] [T; N];
    [T: Validate] Vec<T>;
    [T: Validate] VecDeque<T>;
    [T: Validate] LinkedList<T>;
    [T: Validate] BTreeSet<T>;
    [T: Validate, S] HashSet<T, S>;
    [K: MapKey, V: Validate] BTreeMap<K, V>;
    [K: MapKey, V: Validate, S] HashMap<K, V, S>;
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<T: Validate + ?Sized> Validate for $pointer {
            fn validate(&self, violations: &mut Violations) {
                (**self).validate(violations);
            }

            fn __unsaid(unsaid: &mut Unsaid) {
                Inside::<T>::new().unsaid(&[], unsaid);
            }
        }
    )* };
}

pointers!(&T Box<T> Arc<T> Rc<T>);

impl<T: ToOwned + Validate + ?Sized> Validate for Cow<'_, T> {
    fn validate(&self, violations: &mut Violations) {
        (**self).validate(violations);
    }

    fn __unsaid(unsaid: &mut Unsaid) {
        Inside::<T>::new().unsaid(&[], unsaid);
    }
}

impl<T: Validate> Validate for Option<T> {
    fn validate(&self, violations: &mut Violations) {
        if let Some(value) = self {
            value.validate(violations);
        }
    }

    fn __unsaid(unsaid: &mut Unsaid) {
        Inside::<T>::new().unsaid(&[], unsaid);
    }
}
