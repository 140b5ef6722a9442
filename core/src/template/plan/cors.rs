//! Who responds to preflight requests.

use super::{
    operations::{ANY, DEFAULT_ROUTE, Operation, PathItem},
    security::Security,
};
use crate::{
    middleware::CorsRules,
    template::{Gateway, Routing, described::Described},
};

/// Who responds to preflight requests.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::template) enum Preflights {
    /// The API has no CORS rules.
    Nobody,
    /// The gateway, with these methods, in capitals.
    Gateway { methods: Vec<String> },
    /// The function.
    Function,
}

/// Decides, and adds the operations that the function needs for preflights.
pub(super) fn plan(api: &Described<'_>, paths: &mut Vec<PathItem>) -> Preflights {
    let Some(rules) = &api.cors else {
        return Preflights::Nobody;
    };
    let is_open = |path: &PathItem| {
        let any = path.operations.iter().find(|one| one.method == ANY);
        any.is_some_and(|any| any.security == Security::Open)
    };
    if api.options.routing == Routing::Proxy && paths.iter().all(is_open) {
        return Preflights::Function;
    }
    let by_gateway = match api.options.gateway {
        Gateway::RestApi => rules.origins.len() == 1 && !has_wildcard(rules),
        _ => !has_wildcard(rules),
    };
    match (by_gateway, api.options.gateway) {
        (true, Gateway::RestApi) => {}
        // The gateway passes preflights to an operation for every method, which must be open for them.
        (true, _) => open_preflights(paths, |path| path.has(ANY) && !is_open(path)),
        (false, Gateway::RestApi) => open_preflights(paths, |path| !is_open(path)),
        (false, _) => {
            open_preflights(paths, |path| path.has(ANY) && !is_open(path));
            paths.push(PathItem {
                path: "/{proxy+}".to_owned(),
                operations: Vec::new(),
            });
            let is_new = |path: &PathItem| path.operations.is_empty();
            open_preflights(paths, |path| path.path == "/" || is_new(path));
        }
    }
    if by_gateway {
        Preflights::Gateway {
            methods: methods(paths),
        }
    } else {
        Preflights::Function
    }
}

/// Whether an origin matches subdomains, which no gateway can express.
fn has_wildcard(rules: &CorsRules) -> bool {
    rules.origins.iter().any(|origin| origin.contains("*."))
}

/// Adds an open `OPTIONS` to some paths.
fn open_preflights(paths: &mut [PathItem], wanted: impl Fn(&PathItem) -> bool) {
    for path in paths {
        if path.has("options") || path.path == DEFAULT_ROUTE || !wanted(path) {
            continue;
        }
        let function = path.operations.first().and_then(|one| one.function.clone());
        path.operations.push(Operation {
            method: "options",
            security: Security::Open,
            function,
            comments: vec!["preflight requests carry no credentials".to_owned()],
        });
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
