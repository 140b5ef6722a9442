//! Checks of streams.

use crate::{
    environment::STREAM,
    event::Source,
    template::{
        Gateway,
        described::Described,
        streams::{lists, value},
    },
};

/// Reports streams that the gateway cannot send or the program excludes, and functions that would expect
/// another mode than that of the gateway.
pub(in crate::template) fn streams(api: &Described<'_>, errors: &mut Vec<String>) {
    if api.stream_on.is_none() && !variables(api, errors) {
        return;
    }
    let is_requested = api.options.stream;
    let Some(source) = api.streaming_source() else {
        if is_requested {
            let gateway = match api.options.gateway {
                Gateway::LoadBalancer => "a load balancer",
                _ => "an HTTP API",
            };
            errors.push(format!(
                "{gateway} buffers responses: only a function URL (`--kind url`) and a REST API (`--kind \
                 rest`) can stream"
            ));
        }
        return;
    };
    if let Some(declared) = api.declared_streams().filter(|one| !one.is_on) {
        let by = match declared.variable {
            Some(value) => format!("the variable `{STREAM}` of the function is {value:?}"),
            None => format!("`stream_on` does not list the source `{source}`"),
        };
        if is_requested {
            errors.push(format!(
                "the gateway is to stream responses, but {by}: add `{source}`, or remove the option"
            ));
        }
    }
    if api.stream_on.is_some() {
        return;
    }
    for (name, settings) in api.functions() {
        let called = called(name);
        if settings.parameters.iter().any(|name| name == STREAM) {
            errors.push(format!(
                "{called}: the variable `{STREAM}` is a parameter, but the template has to match its value: \
                 use `--stream`, or set a value"
            ));
        }
        let value = value(&settings);
        if let Some(value) = value.filter(|value| lists(value, source) != api.streams()) {
            let gateway = match api.streams() {
                true => "streams",
                false => "buffers",
            };
            errors.push(format!(
                "{called}: the variable `{STREAM}` is {value:?}, but the gateway {gateway} responses"
            ));
        }
    }
}

/// Reports values of the variable with which a function does not start, and returns whether there are none.
fn variables(api: &Described<'_>, errors: &mut Vec<String>) -> bool {
    let valid = errors.len();
    for (name, settings) in api.functions() {
        if let Some(Err(error)) = value(&settings).map(Source::streaming) {
            errors.push(format!(
                "{}: the variable `{STREAM}`: {error}",
                called(name)
            ));
        }
    }
    errors.len() == valid
}

fn called(function: Option<&str>) -> String {
    match function {
        Some(name) => format!("the function `{name}`"),
        None => "the function".to_owned(),
    }
}
