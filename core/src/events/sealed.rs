//! Traits that only this crate implements.

/// Supertrait of traits that only this crate implements, since their members are not public.
pub trait Sealed {}
