//! What a gateway knows of an API: operations, what closes each of them, and authorizers.

mod authorizers;
mod cors;
mod operation;
mod operations;
mod own;
mod paths;
mod pattern;
mod schemes;
mod security;
mod single;
mod verifiers;
mod wider;

pub(super) use authorizers::{Authorizer, Verifies};
pub(super) use cors::Preflights;
pub(super) use operation::{ANY, DEFAULT_ROUTE, Operation, PathItem};
pub(super) use own::{OwnAuthorizer, cached_by, of_gateway, of_socket};
pub(super) use schemes::{API_KEY, IAM, NONE};
pub(super) use security::Security;
pub(super) use single::is_signed;

use super::{
    Gateway, Routing,
    described::Described,
    tree::{Map, Node},
    values::Values,
};

/// The part of an API that its gateway knows.
pub(super) struct Plan {
    pub(super) paths: Vec<PathItem>,
    pub(super) authorizers: Vec<Authorizer>,
    /// What closes an operation that says nothing: the name of an authorizer, or of IAM's scheme. `None`
    /// if the whole API is open.
    pub(super) default: Option<String>,
    pub(super) uses_iam: bool,
    /// Whether closed operations require an API key of a usage plan.
    pub(super) needs_key: bool,
    pub(super) preflights: Preflights,
    pub(super) warnings: Vec<String>,
}

impl Plan {
    /// The plan for an HTTP API or a REST API.
    pub(super) fn new(api: &Described<'_>, values: &mut Values, errors: &mut Vec<String>) -> Self {
        let mut judge = security::Judge::new(api, values);
        let mut paths = operations::collect(api, &mut judge, errors);
        let (authorizers, mut warnings) = judge.done();
        let preflights = cors::plan(api, &mut paths, errors, &mut warnings);
        let paths = paths.0;
        if api.options.gateway == Gateway::RestApi {
            paths::check_rest(&paths, errors);
        } else if api.options.routing == Routing::Each {
            paths::check_http(api, errors);
        }
        let operations = || paths.iter().flat_map(|path| &path.operations);
        let is_closed = !api.manifest.authenticators.is_empty();
        let uses_iam = operations().any(|one| one.security == Security::Iam);
        let default = authorizers.first().map_or(IAM, |first| &first.name);
        let default = is_closed.then(|| default.to_owned());
        Self {
            uses_iam: uses_iam || default.as_deref() == Some(IAM),
            default,
            authorizers,
            preflights,
            needs_key: api.options.gateway == Gateway::RestApi && api.usage_plan().is_some(),
            warnings,
            paths,
        }
    }

    /// Whether the gateway asks an authorizer of the program.
    pub(super) fn asks_program(&self) -> bool {
        let mut all = self.authorizers.iter();
        all.any(|one| matches!(one.verifies, Verifies::Own(_)))
    }

    /// The security of an operation in a template; `None` if the API is open.
    pub(super) fn security(&self, operation: &Operation) -> Option<Node> {
        self.default.as_ref()?;
        let open = || vec![Node::Map(Map::new().with(NONE, Vec::new()))].into();
        Some(self.requirement(operation).unwrap_or_else(open))
    }

    /// What the gateway requires of the callers of an operation; `None` if it is open.
    pub(super) fn requirement(&self, operation: &Operation) -> Option<Node> {
        let mut schemes = match &operation.security {
            Security::Open => return None,
            Security::Iam => Map::new().with(IAM, Vec::new()),
            Security::Authorizer { name, scopes } => Map::new().with(name, Node::texts(scopes)),
        };
        // Beside the authorizer in the same requirement: a key alone opens nothing.
        if self.needs_key {
            schemes.push(API_KEY, Vec::new());
        }
        Some(vec![Node::Map(schemes)].into())
    }
}
