//! The AWS SAM template of an API: its gateway, its functions and what they need.
//!
//! The command `template` prints it, and [`Api::template`](crate::Api::template) returns it. The guide
//! has [a page about deploying](crate::guide::deploying).
//!
//! A description is complete without any item of this module. [`Function`] sets memory, variables and
//! policies of the function, and gives a nested API a function of its own. [`UserPool`],
//! [`UserPoolClient`] and [`Table`] declare resources that the template creates.

mod block;
#[cfg(any(debug_assertions, feature = "local"))]
mod blocks;
#[cfg(any(debug_assertions, feature = "local"))]
mod described;
mod errors;
mod function;
#[cfg(any(debug_assertions, feature = "local"))]
mod json;
mod options;
mod resource;
mod template;
#[cfg(any(debug_assertions, feature = "local"))]
mod tree;
#[cfg(any(debug_assertions, feature = "local"))]
mod yaml;

#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use described::Described;
pub use errors::TemplateErrors;
pub use function::Function;
pub(crate) use options::Settings;
pub use options::{Gateway, Options, Routing};
pub use resource::{KeyType, Resource, Table, UserPool, UserPoolClient};
pub use template::Template;

/// Writes the template.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn write(_: &Described<'_>) -> Result<Template, TemplateErrors> {
    Err(TemplateErrors(Vec::new()))
}
