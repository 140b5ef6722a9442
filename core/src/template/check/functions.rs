//! Checks of the settings of functions.

use crate::template::{Function, Gateway, described::Described, values::RESERVED};
use std::{collections::BTreeSet, time::Duration};

/// The numbers of days that CloudWatch Logs accepts.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTION: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Reports settings that Lambda or CloudWatch Logs would reject, and functions of Cargo.toml that the API
/// does not have.
pub(in crate::template) fn functions(
    api: &Described<'_>,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    let mut names = BTreeSet::new();
    for (name, settings) in api.functions() {
        let called = called(name);
        errors.extend(name_of(api, name).map(|error| format!("{called}: {error}")));
        if !names.insert(name) {
            errors.push(format!(
                "{called}: two nested APIs have a function of this name: set another one with \
                 `Function::name`"
            ));
        }
        errors.extend(settings_of(&settings).map(|error| format!("{called}: {error}")));
        let resources = api.resources.iter().filter_map(|one| one.variable());
        for variable in resources {
            if settings
                .environment
                .iter()
                .any(|(name, _)| name == variable)
            {
                errors.push(format!(
                    "{called}: the variable `{variable}` has a value, but it is that of a resource: remove \
                     one"
                ));
            }
        }
        if settings.role.is_some() && !settings.policies.is_empty() {
            warnings.push(format!(
                "{called}: its policies are not added to the role, which this template does not create"
            ));
        }
    }
    if api.has_one_function() && !api.functions.is_empty() {
        let gateway = match api.options.gateway {
            Gateway::FunctionUrl => "a function URL",
            Gateway::LoadBalancer => "the target group",
            _ => "one route for everything",
        };
        warnings.push(format!(
            "{gateway} has one function, which serves the nested APIs with functions of their own, too"
        ));
    }
    for unknown in api.options.nested_defaults.keys() {
        if !api.functions.iter().any(|(name, _)| name == unknown) {
            errors.push(format!(
                "Cargo.toml has settings of a function `{unknown}`, but no nested API has a function of \
                 this name"
            ));
        }
    }
}

fn called(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("the function `{name}`"),
        None => "the function".to_owned(),
    }
}

/// The errors of the name of a function.
fn name_of(api: &Described<'_>, name: Option<&str>) -> impl Iterator<Item = String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_odd = name.is_some_and(|name| name.is_empty() || !name.bytes().all(is_allowed));
    let odd = is_odd.then(|| {
        "its name consists of letters, digits, `-` and `_`: set one with `Function::name`"
            .to_owned()
    });
    let long = (api.longest_stack_name(name) == 0).then(|| {
        format!(
            "`{}` leaves no character of 64 for the name of the stack: set a shorter name",
            api.function_name(name)
        )
    });
    odd.into_iter().chain(long)
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
pub(super) fn variable(name: &str) -> Option<String> {
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
            "{name:?} is not the name of a variable of a function: expected a letter, then at least one letter, digit \
             or `_`"
        )),
        _ => None,
    }
}
