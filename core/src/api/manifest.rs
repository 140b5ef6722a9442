//! The manifest of an API, for programs that create its infrastructure: `routes --json`.
//!
//! `docs/routes.schema.json` is its schema.

use super::{
    Api, Fallback,
    flatten::{Kind, Scope, join, scopes},
    table::{handler, line, location, timeout},
};
use crate::auth::{Access, Installed, Required, description::Description};
use serde::Serialize;
use std::sync::Arc;

/// The version of the format. Members may be added to a version.
const VERSION: u32 = 1;

#[derive(Serialize)]
pub(crate) struct Manifest {
    version: u32,
    routes: Vec<Route>,
    mounts: Vec<Mount>,
    fallbacks: Vec<Fallbacks>,
    authenticators: Vec<Authenticator>,
}

#[derive(Serialize)]
struct Route {
    method: &'static str,
    path: String,
    access: Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u64>,
    handler: String,
    location: String,
}

/// A mounted service: it gets every method of its prefix and of all paths below.
#[derive(Serialize)]
struct Mount {
    prefix: String,
    access: Rule,
    service: &'static str,
    location: String,
}

/// What handles the paths without a route, and its prefix.
#[derive(Serialize)]
struct Fallbacks {
    prefix: String,
    access: Rule,
    /// Whether it also gets the methods that no route of a path has.
    every_method: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u64>,
    /// `None` for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// Who may call.
#[derive(Serialize)]
struct Rule {
    public: bool,
    /// The ids of the authenticators of which one must recognise the caller.
    authenticators: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Required>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Required>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<&'static str>,
}

#[derive(Serialize)]
struct Authenticator {
    /// The name, with `@` and the prefix of the nested API that it belongs to.
    id: String,
    #[serde(flatten)]
    description: Description,
}

impl Api {
    /// The manifest, which needs neither state nor environment.
    pub(crate) fn manifest(&self) -> Manifest {
        let mut manifest = Manifest {
            version: VERSION,
            routes: Vec::new(),
            mounts: Vec::new(),
            fallbacks: Vec::new(),
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
                            timeout_ms: timeout(route),
                            handler: handler(route),
                            location: location(route),
                        }));
                }
                Kind::Fallback(route, _) => self.fallbacks.push(Fallbacks {
                    prefix: scope.prefix.clone(),
                    access: rule(route.access),
                    every_method: false,
                    timeout_ms: timeout(route),
                    handler: Some(handler(route)),
                    location: Some(location(route)),
                }),
                Kind::Mount(mount) => self.mounts.push(Mount {
                    prefix: join(&scope.prefix, &mount.prefix),
                    access: rule(mount.access),
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
                every_method: *every_method,
                timeout_ms: None,
                handler: None,
                location: None,
            });
        }
    }

    /// The manifest as JSON that ends with a newline.
    pub(crate) fn json(&self) -> String {
        // Serialising strings and numbers cannot fail.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
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
