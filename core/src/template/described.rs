//! What a template is made of.

use super::{Function, Options, Resource};
use crate::{manifest::Manifest, middleware::CorsRules};

/// An API, and what to write of it.
pub(crate) struct Described<'a> {
    pub(crate) manifest: Manifest,
    pub(crate) cors: Option<CorsRules>,
    /// The function of the whole API.
    pub(crate) function: Option<&'a Function>,
    /// The functions of nested APIs: their names in the manifest, and settings.
    pub(crate) functions: Vec<(String, &'a Function)>,
    pub(crate) resources: Vec<&'a Resource>,
    pub(crate) options: &'a Options,
}
