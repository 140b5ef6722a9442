//! Comparison of JSON Schemas: whether each value that fits one of them fits the other one.
//!
//! Both directions use it: what clients send must fit the new document, and what they receive must fit
//! the old one. Where that cannot be decided (`pattern`, `not`, `if`, ..), only equal keywords fit.

mod arrays;
mod bound;
mod comparer;
mod constraints;
mod expand;
mod gap;
mod kind;
mod objects;
mod same;
mod shape;
mod subset;
mod values;

pub(super) use comparer::{Comparer, Direction, Form};
pub(super) use shape::Composite;
