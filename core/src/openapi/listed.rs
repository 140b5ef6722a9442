//! The input of a document: routes, mounted services and settings.

use super::settings::Settings;
use crate::{Operation, auth::Installed, endpoint::Route};
use std::{borrow::Cow, sync::Arc};

/// The routes and the settings of an API, with those of nested ones.
#[derive(Debug)]
pub(crate) struct Described<'a> {
    pub(crate) routes: Vec<Listed<'a>>,
    pub(crate) mounts: Vec<Mounted>,
    pub(crate) settings: &'a Settings,
    /// Problems have members that the program chose.
    pub(crate) is_restyled: bool,
    /// A timeout is a 503 with `retry-after` instead of a 504.
    pub(crate) retry_after: bool,
}

/// A route, with what its API adds to it.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) route: &'static Route,
    /// The prefix of its API.
    pub(crate) prefix: String,
    /// Methods and full paths.
    pub(crate) places: Vec<(&'static str, String)>,
    pub(crate) tags: &'a [Cow<'static, str>],
    pub(crate) authenticators: Arc<[Installed]>,
    /// A middleware around it takes the identity.
    pub(crate) takes_identity: bool,
    /// The descriptions of the middleware around it.
    pub(crate) layers: Vec<fn(&mut Operation)>,
}

/// A mounted service.
#[derive(Debug)]
pub(crate) struct Mounted {
    pub(crate) prefix: String,
    pub(crate) access: String,
}
