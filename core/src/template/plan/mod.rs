//! What a gateway knows of an API: operations, what closes each of them, and authorizers.

mod authorizers;
mod cors;
mod operations;
mod paths;
mod security;

pub(super) use authorizers::{Authorizer, Verifies};
pub(super) use cors::Preflights;
pub(super) use operations::{ANY, DEFAULT_ROUTE, Operation, PathItem};
pub(super) use security::Security;

use super::{Gateway, described::Described, values::Values};

/// What an API Gateway is told.
pub(super) struct Plan {
    pub(super) paths: Vec<PathItem>,
    pub(super) authorizers: Vec<Authorizer>,
    /// What closes an operation that says nothing: the name of an authorizer, or of IAM's scheme. `None`
    /// if the whole API is open.
    pub(super) default: Option<String>,
    pub(super) uses_iam: bool,
    pub(super) preflights: Preflights,
    pub(super) warnings: Vec<String>,
}

/// The scheme of requests that are signed with Signature Version 4, as SAM names it.
pub(super) const IAM: &str = "AWS_IAM";
/// The scheme of open operations in an API that is closed, as SAM names it.
pub(super) const NONE: &str = "NONE";

impl Plan {
    /// The plan for an HTTP API or a REST API.
    pub(super) fn new(api: &Described<'_>, values: &mut Values, errors: &mut Vec<String>) -> Self {
        let mut judge = security::Judge::new(api, values);
        let mut paths = operations::collect(api, &mut judge, errors);
        let preflights = cors::plan(api, &mut paths);
        if api.options.gateway == Gateway::RestApi {
            paths::check_rest(&paths, errors);
        } else {
            paths::check_http(&paths, errors);
        }
        let operations = || paths.iter().flat_map(|path| &path.operations);
        let is_closed = operations().any(|one| !matches!(one.security, Security::Open))
            && !api.manifest.authenticators.is_empty();
        let uses_iam = operations().any(|one| one.security == Security::Iam);
        let (authorizers, warnings) = judge.done();
        let default = authorizers.first().map_or(IAM, |first| &first.name);
        let default = is_closed.then(|| default.to_owned());
        Self {
            uses_iam: uses_iam || default.as_deref() == Some(IAM),
            default,
            authorizers,
            preflights,
            warnings,
            paths,
        }
    }
}
