//! The route table, as the command line shows it.

/// One line of the route table.
#[derive(Clone, Debug)]
pub(crate) struct RouteInfo {
    /// An HTTP method in capitals, or `ANY`.
    pub(crate) method: &'static str,
    /// The full path, nest prefixes included, in API Gateway's syntax.
    pub(crate) path: String,
    /// `public`, `open` (no authenticator), `scopes(a b)`, ...
    pub(crate) access: String,
    /// `module::function`.
    pub(crate) handler: String,
    /// `file:line`.
    pub(crate) location: String,
}
