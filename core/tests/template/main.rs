//! The template of an API, by its text.

#![cfg(all(feature = "api-keys", feature = "jwt"))]

mod authenticators;
mod authorizers;
mod blocks;
mod cors;
mod events;
mod functions;
mod gateways;
mod paths;
mod quotas;
mod resources;
mod scopes;

use lambda_api::{
    __private::{INVALID, Route, Shape},
    Api, Routes,
    auth::Access,
    template::{Gateway, Options, Template},
};

const GATEWAYS: [Gateway; 4] = [
    Gateway::HttpApi,
    Gateway::RestApi,
    Gateway::FunctionUrl,
    Gateway::LoadBalancer,
];

/// Routes from values.
fn routes(list: &[(&'static str, &'static str, Access)]) -> Routes {
    let routes = list.iter().map(|&(method, path, access)| Route {
        method,
        path,
        shape: Shape::of(path),
        name: "handler",
        module: "shop::orders",
        access,
        ..INVALID
    });
    Routes::__new(Vec::leak(routes.collect()))
}

/// An API with open routes.
fn open(list: &[(&'static str, &'static str)]) -> Api {
    let list = list
        .iter()
        .map(|&(method, path)| (method, path, Access::public()));
    Api::new().routes(routes(&list.collect::<Vec<_>>()))
}

/// One closed route.
fn closed() -> Routes {
    routes(&[("GET", "/a", Access::authenticated())])
}

fn template(api: &Api, options: &Options) -> Template {
    let template = api.template(options);
    template.unwrap_or_else(|errors| panic!("{options:?}:\n{errors}"))
}

fn yaml(api: &Api, gateway: Gateway) -> String {
    template(api, &Options::new(gateway)).to_yaml()
}

/// The errors, one in a line; nothing if there is a template.
fn errors(api: &Api, options: &Options) -> String {
    let errors = api.template(options).err();
    errors.map_or(String::new(), |errors| errors.to_string())
}

fn warnings(api: &Api, options: &Options) -> Vec<String> {
    let template = template(api, options);
    template.warnings().map(str::to_owned).collect()
}

/// The lines of a path of the gateway.
fn path<'a>(yaml: &'a str, path: &str) -> Vec<&'a str> {
    let quoted = format!("{path:?}:");
    let plain = format!("{path}:");
    let mut lines = yaml.lines().skip_while(|line| {
        let line = line.trim_start();
        !line.starts_with(&quoted) && !line.starts_with(&plain)
    });
    let first = lines.next();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = first.map_or(0, indent);
    let below = lines.take_while(move |line| indent(line) > own);
    first.into_iter().chain(below).collect()
}

/// The lines of a resource, or of `Parameters` or `Outputs`.
fn resource(yaml: &str, id: &str) -> String {
    let begin = format!("# lambda-api: begin {id}\n");
    let end = format!("# lambda-api: end {id}\n");
    let own = yaml
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end));
    own.map_or_else(String::new, |(own, _)| own.trim_end().to_owned())
}

/// What closes an operation, and the comments above it: `{Cognito: [a]} # the function checks ..`.
fn security(yaml: &str, of: &str, method: &str) -> String {
    let lines = path(yaml, of);
    let start = format!("{method}:");
    let Some(at) = lines
        .iter()
        .position(|line| line.trim_start().starts_with(&start))
    else {
        return "no operation".to_owned();
    };
    let text = lines[at..].join(" ");
    let security = text
        .split_once("security: [")
        .and_then(|(_, rest)| rest.split_once("}]"));
    let is_own = |security: &&str| !security.contains("integration");
    let security = security.map(|(security, _)| security).filter(is_own);
    let comments = lines[..at].iter().rev().map(|line| line.trim_start());
    let comments: Vec<_> = comments.take_while(|line| line.starts_with('#')).collect();
    let mut found = security.map_or("nothing".to_owned(), |security| format!("{security}}}"));
    for comment in comments.iter().rev() {
        found = format!("{found} {comment}");
    }
    found
}

/// The methods of a path of the gateway, as the document names them.
fn methods(yaml: &str, of: &str) -> Vec<String> {
    let lines = path(yaml, of);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = lines.get(1) else {
        return Vec::new();
    };
    let own = lines
        .iter()
        .skip(1)
        .filter(|line| indent(line) == indent(first));
    let own = own.filter_map(|line| line.trim_start().split_once(':'));
    let own = own.filter(|(name, _)| !name.starts_with('#'));
    own.map(|(name, _)| name.replace("x-amazon-apigateway-any-method", "any"))
        .collect()
}

#[track_caller]
fn assert_contains(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}
