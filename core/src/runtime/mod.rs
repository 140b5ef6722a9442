//! The process on Lambda.

pub(crate) mod log;
