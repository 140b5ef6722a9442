//! Rules for values: what [`Validate`] checks, and what it finds.
//!
//! [`#[derive(Validate)]`](macro@crate::Validate) reads the rules of a type, and
//! [`Valid`](crate::Valid) checks what an extractor has read. The traits of this module are for types
//! of your own: [`Validate`] for rules that attributes cannot express,
//! [`AsNumber`], [`AsText`], [`HasLength`], [`Items`] and [`MapKey`] so that rules apply to a type.
//! [The guide](crate::guide::validation) has all rules.

mod adapter;
mod containers;
pub(crate) mod inside;
mod items;
pub(crate) mod pattern;
pub(crate) mod rules;
pub(crate) mod unsaid;
mod values;
mod violations;

pub use adapter::Garde;
/// The crate of the rules. Derive `garde::Validate` of this version for [`Garde`].
pub use garde;
pub use items::{Items, MapKey};
pub use values::{AsNumber, AsText, HasLength, Optional, Scalar};
pub use violations::{Validate, Violation, Violations};
