//! What is checked before a template is written, besides the routes.

mod functions;
mod names;
mod readers;
mod streams;

pub(super) use functions::functions;
pub(super) use names::names;
pub(super) use readers::readers;
pub(super) use streams::streams;
