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

impl Described<'_> {
    /// All functions with their settings: that of the whole API, which has no name, and those of nested
    /// APIs.
    pub(super) fn functions(&self) -> impl Iterator<Item = (Option<&str>, Function)> {
        let merged = |own: Option<&Function>| Function::merged(&self.options.defaults, own);
        let nested = self.functions.iter();
        std::iter::once((None, merged(self.function)))
            .chain(nested.map(move |(name, own)| (Some(name.as_str()), merged(Some(own)))))
    }

    /// The clients of user pools that the template creates.
    pub(super) fn clients(&self) -> impl Iterator<Item = &UserPoolClient> {
        self.resources.iter().filter_map(|resource| match &resource.0 {
            Kind::UserPoolClient(client) => Some(client),
            _ => None,
        })
    }
}
