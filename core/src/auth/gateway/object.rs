//! Parts of a request context.

pub(super) use super::super::json::{Object, text, texts};
