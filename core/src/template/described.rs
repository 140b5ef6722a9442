//! What a template is made of.

use super::{
    Function, Gateway, Options, Routing,
    resource::{Kind, Resource, UsagePlan, UserPoolClient},
};
use crate::{
    event::Source,
    events::Listed,
    manifest::{Authenticator, Manifest, Rule},
    middleware::CorsRules,
    setting::Setting,
};

/// The name of the stack in names of functions.
const STACK: &str = "${AWS::StackName}";
/// The most characters of the name of a function.
const LONGEST_NAME: usize = 64;

/// An API, and what to write of it.
pub(crate) struct Described<'a> {
    pub(crate) manifest: Manifest,
    /// The sources that stream, if the program says so.
    pub(crate) stream_on: Option<&'a [Source]>,
    /// The handlers of events that are not HTTP requests: the function of the whole API gets these events.
    pub(crate) handlers: &'a [Listed],
    /// The URL of the WebSocket API, and what names the route of a message.
    pub(crate) socket_endpoint: Option<&'a Setting>,
    pub(crate) route_selection: Option<&'static str>,
    pub(crate) cors: Option<CorsRules>,
    /// The function of the whole API.
    pub(crate) function: Option<&'a Function>,
    /// The functions of nested APIs: their names in the manifest, and settings.
    pub(crate) functions: Vec<(String, &'a Function)>,
    pub(crate) resources: Vec<&'a Resource>,
    pub(crate) options: &'a Options,
}

impl Described<'_> {
    /// Whether the gateway calls one function, that of the whole API.
    pub(super) fn has_one_function(&self) -> bool {
        let is_api = matches!(self.options.gateway, Gateway::HttpApi | Gateway::RestApi);
        !is_api || self.options.routing == Routing::Proxy
    }

    /// Whether the program handles events only, so that it has no gateway.
    pub(super) fn has_no_gateway(&self) -> bool {
        let manifest = &self.manifest;
        let has_paths = !manifest.routes.is_empty()
            || !manifest.mounts.is_empty()
            || !manifest.fallbacks.is_empty();
        !has_paths && !self.handlers.is_empty()
    }

    /// All functions with their settings: that of the whole API, which has no name, and those of nested
    /// APIs, which inherit its settings.
    pub(super) fn functions(&self) -> impl Iterator<Item = (Option<&str>, Function)> {
        let (_, whole) = self.whole();
        let nested = self.functions.iter().filter(|_| !self.has_one_function());
        let nested = nested.map({
            let whole = whole.clone();
            move |(name, own)| {
                let defaults = self.options.nested_defaults.get(name);
                let defaults = Function::merged(&whole, defaults);
                (Some(name.as_str()), Function::merged(&defaults, Some(own)))
            }
        });
        std::iter::once((None, whole)).chain(nested)
    }

    /// The function of the whole API, which has no name.
    pub(super) fn whole(&self) -> (Option<&str>, Function) {
        let defaults = &self.options.defaults;
        (None, Function::merged(defaults, self.function))
    }

    /// The access rules of all routes, mounted services and fallbacks, each with a text that names it.
    pub(super) fn rules(&self) -> impl Iterator<Item = (String, &Rule)> {
        let manifest = &self.manifest;
        let routes = manifest.routes.iter();
        let routes = routes.map(|one| (format!("`{} {}`", one.method, one.path), &one.access));
        let mounts = manifest.mounts.iter();
        let mounts = mounts.map(|one| (mount(&one.prefix), &one.access));
        let fallbacks = manifest.fallbacks.iter();
        let fallbacks = fallbacks.map(|one| (fallback(&one.prefix), &one.access));
        routes.chain(mounts).chain(fallbacks)
    }

    /// The authenticators that a rule accepts.
    pub(super) fn accepted<'r>(
        &'r self,
        rule: &'r Rule,
    ) -> impl Iterator<Item = &'r Authenticator> {
        let all = self.manifest.authenticators.iter();
        all.filter(|one| rule.authenticators.contains(&one.id))
    }

    /// The clients of user pools that the template creates.
    pub(super) fn clients(&self) -> impl Iterator<Item = &UserPoolClient> {
        self.resources
            .iter()
            .filter_map(|resource| match &resource.0 {
                Kind::UserPoolClient(client) => Some(client),
                _ => None,
            })
    }

    /// The usage plan, if one is declared.
    pub(super) fn usage_plan(&self) -> Option<&UsagePlan> {
        self.resources
            .iter()
            .find_map(|resource| match &resource.0 {
                Kind::UsagePlan(plan) => Some(plan),
                _ => None,
            })
    }

    /// The name of the binary: without one, that of the crate with the first handler.
    pub(super) fn binary(&self) -> &str {
        let routes = self.manifest.routes.iter().map(|route| &route.handler);
        let fallbacks = self.manifest.fallbacks.iter();
        let handlers = routes.chain(fallbacks.filter_map(|one| one.handler.as_ref()));
        let modules = self.handlers.iter().map(|listed| listed.handler.module);
        let mut handlers = handlers.map(String::as_str).chain(modules);
        let crate_name = || handlers.next()?.split("::").next();
        let named = self.options.binary.as_deref();
        named.or_else(crate_name).unwrap_or("app")
    }

    /// The name of a function, with the name of the stack to substitute.
    pub(super) fn function_name(&self, name: Option<&str>) -> String {
        format!("{STACK}{}", self.suffix(name))
    }

    /// The length of the longest name of a stack with which the name of a function is valid.
    pub(super) fn longest_stack_name(&self, name: Option<&str>) -> usize {
        LONGEST_NAME.saturating_sub(self.suffix(name).len())
    }

    fn suffix(&self, name: Option<&str>) -> String {
        let name = name.map_or(String::new(), |name| format!("-{name}"));
        format!("-{}{name}", self.binary())
    }
}

/// Names a mounted service in messages.
pub(super) fn mount(prefix: &str) -> String {
    format!("the service at `{prefix}`")
}

/// Names a fallback in messages.
pub(super) fn fallback(prefix: &str) -> String {
    match prefix {
        "" => "the fallback".to_owned(),
        prefix => format!("the fallback of `{prefix}`"),
    }
}
