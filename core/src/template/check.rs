//! Checks of settings of functions, and of names.

use super::{
    Function, Options,
    block::Block,
    described::Described,
    resource::Kind,
    values::{RESERVED, Values},
};
use std::{collections::BTreeSet, time::Duration};

/// The numbers of days that CloudWatch Logs accepts.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTION: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Logical ids that SAM adds for the resources of a template.
const OF_SAM: [&str; 6] = [
    "ApiApiKey",
    "ApiApiGatewayDefaultStage",
    "ApiUsagePlan",
    "ApiUsagePlanKey",
    "FunctionUrl",
    "FunctionUrlPublicPermissions",
];

/// Reports settings that Lambda or CloudWatch Logs would reject, and functions of Cargo.toml that the API
/// does not have.
pub(super) fn functions(api: &Described<'_>, errors: &mut Vec<String>, warnings: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    for (name, settings) in api.functions() {
        let called = name.map_or("the function".to_owned(), |name| {
            format!("the function `{name}`")
        });
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_some_and(|name| name.is_empty() || !name.bytes().all(is_allowed)) {
            errors.push(format!(
                "{called}: its name consists of letters, digits, `-` and `_`: set one with \
                 `Function::name`"
            ));
        }
        if !names.insert(name) {
            errors.push(format!(
                "{called}: two nested APIs have a function of this name: set another one with \
                 `Function::name`"
            ));
        }
        if api.longest_stack_name(name) == 0 {
            errors.push(format!(
                "{called}: `{}` leaves no character of 64 for the name of the stack: set a shorter name",
                api.function_name(name)
            ));
        }
        errors.extend(settings_of(&settings).map(|error| format!("{called}: {error}")));
        if settings.role.is_some() && !settings.policies.is_empty() {
            warnings.push(format!(
                "{called}: its policies are not added to the role, which this template does not create"
            ));
        }
    }
    let Options {
        nested_defaults, ..
    } = api.options;
    for unknown in nested_defaults
        .keys()
        .filter(|name| !names.contains(&Some(name.as_str())))
    {
        errors.push(format!(
            "Cargo.toml has settings of a function `{unknown}`, but no nested API has a function of this \
             name"
        ));
    }
}

fn settings_of(settings: &Function) -> impl Iterator<Item = String> {
    let memory = settings
        .memory
        .filter(|memory| !(128..=10_240).contains(memory));
    let memory = memory.map(|found| format!("memory is 128 to 10,240 MiB, found {found}"));
    let timeout = settings
        .timeout
        .filter(|time| time.subsec_nanos() > 0 || !(1..=900).contains(&time.as_secs()));
    let timeout = timeout
        .map(|found: Duration| format!("the timeout is 1 to 900 whole seconds, found {found:?}"));
    let retention = settings
        .log_retention
        .filter(|days| !RETENTION.contains(days));
    let retention = retention.map(|found| {
        format!("CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90 .. days, found {found}")
    });
    let variables = settings.environment.iter().map(|(name, _)| name);
    let variables: Vec<_> = variables
        .chain(&settings.parameters)
        .filter_map(|name| variable(name))
        .collect();
    memory
        .into_iter()
        .chain(timeout)
        .chain(retention)
        .chain(variables)
}

/// The error of the name of a variable.
fn variable(name: &str) -> Option<String> {
    let is_word = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    match (
        RESERVED.contains(&name),
        is_word && starts && name.len() > 1,
    ) {
        (true, _) => Some(format!("Lambda sets the variable `{name}` itself")),
        (false, false) => Some(format!(
            "{name:?} is no name of a variable: it begins with a letter, and letters, digits and `_` follow"
        )),
        _ => None,
    }
}

/// Reports logical ids that are invalid or used twice, and clients without a pool.
pub(super) fn names(
    api: &Described<'_>,
    blocks: &[Block],
    values: &Values,
    errors: &mut Vec<String>,
) {
    for id in api.resources.iter().filter_map(|resource| resource.id()) {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            errors.push(format!(
                "{id:?} is no logical id: it consists of letters and digits"
            ));
        }
    }
    let (_, whole) = api.whole();
    let is_set = |name: &String| {
        let mut set = whole.environment.iter().map(|(name, _)| name);
        set.any(|known| known == name) || whole.parameters.contains(name)
    };
    let variables = values.environment.keys().filter(|name| !is_set(name));
    errors.extend(variables.filter_map(|name| variable(name)));
    let mut known = BTreeSet::new();
    let roles = blocks
        .iter()
        .filter(|block| block.name.ends_with("Function"));
    let roles: Vec<_> = roles.map(|block| format!("{}Role", block.name)).collect();
    let own = blocks
        .iter()
        .filter(|block| block.indent > 0)
        .map(|block| block.name.as_str());
    let all = own
        .chain(values.names())
        .chain(OF_SAM)
        .chain(roles.iter().map(String::as_str));
    for id in all.filter(|id| !known.insert(*id)) {
        errors.push(format!(
            "two parts of the template have the logical id `{id}`: rename the resource, the variable or \
             the function that has it"
        ));
    }
    for client in api.clients() {
        let is_pool = |kind: &Kind| matches!(kind, Kind::UserPool(pool) if pool.id == client.pool);
        if !api.resources.iter().any(|resource| is_pool(&resource.0)) {
            errors.push(format!(
                "the client `{}` belongs to the user pool `{}`, which the API does not declare",
                client.id, client.pool
            ));
        }
    }
}
