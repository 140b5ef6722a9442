//! The manifest of an API.

use super::{
    Api, Fallback,
    flatten::{Kind, Scope, function, join, scopes},
    table::{handler, line, location, timeout},
};
use crate::{
    auth::{Access, Installed},
    events::{Handler, Listed, Trigger},
    manifest::{Authenticator, EventHandler, Fallbacks, Manifest, Mount, Route, Rule, VERSION},
};
use std::sync::Arc;

impl Api {
    /// The manifest, which needs neither state nor environment.
    pub(crate) fn manifest(&self) -> Manifest {
        let mut manifest = Manifest {
            version: VERSION,
            streams: self
                .stream_on
                .as_ref()
                .map(|sources| sources.iter().map(|source| source.name()).collect()),
            routes: Vec::new(),
            mounts: Vec::new(),
            fallbacks: Vec::new(),
            events: self.listed_events().iter().map(event).collect(),
            authenticators: Vec::new(),
        };
        let scopes = scopes(self);
        for scope in &scopes {
            // Nested APIs share the authenticators of the one around them, which comes first.
            let mut owners = scopes.iter();
            let owner = owners
                .find(|owner| Arc::ptr_eq(&owner.authenticators, &scope.authenticators))
                .unwrap_or(scope);
            let prefix = owner.prefix.as_str();
            let rule = |access| Rule::new(access, &scope.authenticators, prefix);
            if std::ptr::eq(owner, scope) {
                let own = scope.authenticators.iter();
                manifest.authenticators.extend(own.map(|one| Authenticator {
                    id: id(one.name(), prefix),
                    description: one.describe(),
                }));
            }
            manifest.add(scope, rule);
        }
        manifest
    }
}

impl Manifest {
    fn add(&mut self, scope: &Scope<'_>, rule: impl Fn(Access) -> Rule) {
        for kind in scope.contents() {
            match kind {
                Kind::Route(route, _) => {
                    self.routes
                        .extend(scope.places(route).map(|(method, path)| Route {
                            method,
                            path,
                            access: rule(route.access),
                            function: function(scope),
                            timeout_ms: timeout(route),
                            handler: handler(route),
                            location: location(route),
                        }));
                }
                Kind::Fallback(route, _) => self.fallbacks.push(Fallbacks {
                    prefix: scope.prefix.clone(),
                    access: rule(route.access),
                    function: function(scope),
                    every_method: false,
                    timeout_ms: timeout(route),
                    handler: Some(handler(route)),
                    location: Some(location(route)),
                }),
                Kind::Mount(mount) => self.mounts.push(Mount {
                    prefix: join(&scope.prefix, &mount.prefix),
                    access: rule(mount.access),
                    function: function(scope),
                    service: mount.name,
                    location: line(mount.location),
                }),
            }
        }
        if let Some(Fallback::Service {
            access,
            every_method,
            ..
        }) = &scope.api.fallback
        {
            self.fallbacks.push(Fallbacks {
                prefix: scope.prefix.clone(),
                access: rule(*access),
                function: function(scope),
                every_method: *every_method,
                timeout_ms: None,
                handler: None,
                location: None,
            });
        }
    }
}

fn event(listed: &Listed) -> EventHandler {
    let Handler {
        name,
        module,
        file,
        line,
        ..
    } = listed.handler;
    let mut event = EventHandler {
        handler: format!("{module}::{name}"),
        location: format!("{file}:{line}"),
        ..EventHandler::default()
    };
    match &listed.trigger {
        Trigger::Records { kind, from } => {
            event.kind = kind.name();
            event.from.clone_from(from);
        }
        Trigger::EventBridge {
            source,
            detail_type,
            detail,
        } => {
            event.kind = "event_bridge";
            event.source = source;
            event.detail_type = detail_type;
            event.detail = detail.iter().copied().collect();
        }
        Trigger::Schedule { expression, rule } => {
            event.kind = "schedule";
            event.schedule = *expression;
            event.rule = *rule;
        }
        Trigger::Authorizer(authorizer) => {
            event.kind = "authorizer";
            event.from.clone_from(&authorizer.api);
            event.authorizer_kinds = authorizer.names().collect();
            event.per_request = authorizer.per_request;
        }
        Trigger::WebSocket(route) => {
            event.kind = "websocket";
            event.route = Some(route.key());
        }
        Trigger::Any { key } => {
            event.kind = "any";
            event.key = *key;
        }
    }
    event
}

impl Rule {
    fn new(access: Access, authenticators: &[Installed], prefix: &str) -> Self {
        let mut ids = Vec::new();
        if !access.public {
            let names = authenticators.iter().map(Installed::name);
            let names = names.filter(|name| access.authenticator.is_none_or(|own| own == *name));
            ids.extend(names.map(|name| id(name, prefix)));
        }
        Self {
            // Without an authenticator, everybody may call.
            public: access.public || authenticators.is_empty(),
            authenticators: ids,
            scopes: access.scopes,
            groups: access.groups,
            guard: access.guard.map(|guard| guard.name()),
        }
    }
}

fn id(name: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{name}@{prefix}")
    }
}

#[cfg(test)]
mod tests;
