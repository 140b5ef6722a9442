//! The values that all invocations share.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
};

/// One value of each type.
#[derive(Default)]
pub(crate) struct States(pub(crate) HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl States {
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}
