//! Checks of logical ids, of variables, and of clients of user pools.

use super::functions::variable;
use crate::template::{
    block::Block, described::Described, resource::Kind, sam::scopes_of, values::Values,
};
use std::collections::BTreeSet;

/// Logical ids that SAM adds for the resources of a template, and keys of outputs.
const GENERATED: [&str; 9] = [
    "ApiApiGatewayDefaultStage",
    "ApiApiKey",
    "ApiId",
    "ApiUrl",
    "ApiUsagePlan",
    "ApiUsagePlanKey",
    "FunctionUrl",
    "FunctionUrlId",
    "FunctionUrlPublicPermissions",
];

/// Reports logical ids that are invalid or used twice, invalid names of variables, and clients without a
/// pool or scopes.
pub(in crate::template) fn names(
    api: &Described<'_>,
    blocks: &[Block],
    values: &Values,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    for id in api.resources.iter().filter_map(|resource| resource.id()) {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            errors.push(format!(
                "{id:?} is not a logical id: that consists of letters and digits"
            ));
        } else if GENERATED.contains(&id) {
            errors.push(format!(
                "the template has an entry `{id}` of its own: rename the resource"
            ));
        }
    }
    let roles = blocks.iter().map(|block| block.name.as_str());
    let roles = roles.filter(|name| name.ends_with("Function"));
    let roles: Vec<_> = roles.map(|name| format!("{name}Role")).collect();
    let own = blocks.iter().filter(|block| block.indent > 0);
    let own = own.map(|block| block.name.as_str());
    let mut known = BTreeSet::new();
    let all = own
        .chain(values.names())
        .chain(roles.iter().map(String::as_str));
    for id in all.filter(|id| !known.insert(*id)) {
        errors.push(format!(
            "two parts of the template have the logical id `{id}`: rename the resource, the variable, the \
             function or the scope that it comes from"
        ));
    }
    let parameters: Vec<_> = api
        .functions()
        .flat_map(|(_, one)| one.parameters)
        .collect();
    // Those of functions are reported with their function.
    let others = values
        .environment
        .keys()
        .filter(|name| !parameters.contains(name));
    errors.extend(others.filter_map(|name| variable(name)));
    errors.extend(values.clashes.iter().cloned());
    clients(api, values, errors, warnings);
}

fn clients(
    api: &Described<'_>,
    values: &Values,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    for client in api.clients() {
        let (id, pool) = (&client.id, &client.pool);
        let is_pool = |kind: &Kind| matches!(kind, Kind::UserPool(one) if one.id == *pool);
        let has_scopes = !scopes_of(api, values, pool).is_empty();
        if !api.resources.iter().any(|resource| is_pool(&resource.0)) {
            errors.push(format!(
                "the client `{id}` belongs to the user pool `{pool}`, which the API does not declare"
            ));
        } else if client.is_program && !has_scopes {
            errors.push(format!(
                "the client `{id}` of `client_credentials` needs a scope, but no route requires one such as \
                 `orders/write` of tokens of `{pool}`"
            ));
        } else if !client.is_program && has_scopes {
            warnings.push(format!(
                "tokens of the client `{id}` have no scope of a resource server: users get them by managed \
                 login only, which this template does not set up"
            ));
        }
    }
}
