//! Who responds to preflight requests.

use super::{
    operation::{ANY, DEFAULT_ROUTE, Operation, PathItem, Paths},
    security::Security,
    verifiers::is_in_function,
};
use crate::template::{Gateway, Routing, described::Described};

/// Who responds to preflight requests.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::template) enum Preflights {
    /// The API has no CORS rules.
    None,
    /// The gateway, with these methods, in capitals.
    Gateway { methods: Vec<String> },
    /// The function.
    Function,
}

/// Everything below the root.
const GREEDY: &str = "/{proxy+}";

/// Decides, and adds the operations that preflight requests need.
pub(super) fn plan(
    api: &Described<'_>,
    paths: &mut Paths,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Preflights {
    let Some(rules) = &api.cors else {
        return Preflights::None;
    };
    let is_proxy = api.options.routing == Routing::Proxy;
    if is_proxy && paths.0.iter().all(is_open) {
        return Preflights::Function;
    }
    let is_rest = api.options.gateway == Gateway::RestApi;
    // At a REST API, the gateway would respond to all of them, whatever route the program has.
    let own = api.manifest.routes.iter();
    let own = || own.clone().filter(|route| route.method == "OPTIONS");
    let has_own = is_proxy && own().next().is_some();
    let by_gateway = !rules.has_wildcard() && (!is_rest || rules.origins.len() == 1 && !has_own);
    for route in own().filter(|route| is_proxy && !route.access.public) {
        let mut accepted = api.accepted(&route.access);
        if accepted.all(|one| !is_in_function(one.description.kind)) {
            errors.push(format!(
                "`OPTIONS {}`: the gateway must verify the caller, but one route for everything leaves \
                 `OPTIONS` open for preflight requests: use `--routes each`",
                route.path
            ));
        }
    }
    let mut all = paths.0.iter().filter(|_| is_rest || !by_gateway);
    let is_closed = |one: &Operation| one.method == "options" && one.security != Security::Open;
    if let Some(closed) = all.find(|path| path.operations.iter().any(is_closed)) {
        warnings.push(format!(
            "`OPTIONS {}`: the gateway rejects preflight requests for this path, which carry no \
             credentials: make the route `public`",
            closed.path
        ));
    }
    let default = paths.0.iter().find(|path| path.path == DEFAULT_ROUTE);
    let default_is_open = default.map(is_open);
    for path in &mut paths.0 {
        let is_wanted = match (is_rest, path.path.as_str()) {
            (_, DEFAULT_ROUTE) => false,
            // SAM adds the operation that the gateway responds to.
            (true, _) => !by_gateway,
            // The gateway passes preflights to an operation for every method.
            (false, _) => path.has(ANY),
        };
        if is_wanted && !is_open(path) && !path.has("options") {
            path.operations.push(preflight(path));
        }
    }
    // What no other route takes: the authorizer of the default route would reject a preflight, and
    // without one the gateway would respond to it itself.
    let needs_greedy = default_is_open == Some(false) || default_is_open.is_none() && !by_gateway;
    if !is_rest && needs_greedy {
        for path in ["/", GREEDY] {
            paths.add(path, open_preflight(None));
        }
    }
    match by_gateway {
        true => Preflights::Gateway {
            methods: methods(&paths.0),
        },
        false => Preflights::Function,
    }
}

/// Whether every method of a path is open.
fn is_open(path: &PathItem) -> bool {
    let any = path.operations.iter().find(|one| one.method == ANY);
    any.is_some_and(|any| any.security == Security::Open)
}

fn preflight(path: &PathItem) -> Operation {
    let first = path.operations.first();
    open_preflight(first.and_then(|one| one.function.clone()))
}

fn open_preflight(function: Option<String>) -> Operation {
    Operation {
        method: "options",
        security: Security::Open,
        function,
        comments: vec!["preflight requests carry no credentials".to_owned()],
    }
}

/// The methods of all operations.
fn methods(paths: &[PathItem]) -> Vec<String> {
    let all = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    let operations = || paths.iter().flat_map(|path| &path.operations);
    let has_any = operations().any(|one| one.method == ANY);
    let used = all.into_iter().filter(|method| {
        has_any || operations().any(|one| one.method.eq_ignore_ascii_case(method))
    });
    used.map(str::to_owned).collect()
}
