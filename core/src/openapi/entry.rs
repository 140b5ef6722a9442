//! The operations of routes.

use super::{
    components::Definitions,
    content,
    document::{OpenApi, Unspecified},
    failures::{self, Circumstances, Failures},
    info::Extensions,
    listed::Listed,
    names::Named,
    operation::{Method, Operation},
    parameters::parameters,
    paths::Template,
    settings,
};
use crate::documentation::Documented;
use std::collections::BTreeSet;

/// A route with one of its methods and paths.
pub(super) struct Entry<'a> {
    pub(super) listed: &'a Listed<'a>,
    pub(super) documented: &'a Documented,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) template: Template,
}

/// The operations of all routes that are not hidden, without those that OpenAPI cannot express.
pub(super) fn entries<'a>(
    documented: &'a [(&'a Listed<'a>, Documented)],
    notes: &mut Vec<String>,
    errors: &mut Vec<String>,
) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut any = Vec::new();
    for (listed, documented) in documented {
        for (method, path) in &listed.places {
            let entry = |method| Entry {
                listed,
                documented,
                method,
                path,
                template: Template::of(path),
            };
            match Method::of(method) {
                Some(method) => entries.push(entry(method)),
                None => any.extend(Method::ANY.map(entry)),
            }
        }
    }
    // A route for any method handles those that no other route of the path has, hidden or not.
    let routed = |one: &Entry<'_>| (one.template.is_greedy(), one.place());
    let specific: BTreeSet<_> = entries.iter().map(routed).collect();
    entries.extend(
        any.into_iter()
            .filter(|one| !specific.contains(&routed(one))),
    );
    entries.retain(|one| !one.documented.options.hidden);
    distinct(entries, notes, errors)
}

/// Leaves out the greedy one of two operations that OpenAPI cannot distinguish.
fn distinct<'a>(
    entries: Vec<Entry<'a>>,
    notes: &mut Vec<String>,
    errors: &mut Vec<String>,
) -> Vec<Entry<'a>> {
    let exact = entries.iter().filter(|one| !one.template.is_greedy());
    let exact: BTreeSet<_> = exact.map(Entry::place).collect();
    let mut kept: Vec<Entry<'a>> = Vec::new();
    for entry in entries {
        let (method, path) = (entry.method, entry.path);
        if entry.template.is_greedy() && exact.contains(&entry.place()) {
            notes.push(format!(
                "`{method} {path}` is left out: OpenAPI cannot distinguish its path from another one"
            ));
            continue;
        }
        if let Some(other) = kept.iter().find(|one| one.place() == entry.place()) {
            errors.push(format!(
                "`{}` and `{}` both handle {method} {path}",
                other.named().handler(),
                entry.named().handler(),
            ));
            continue;
        }
        kept.push(entry);
    }
    kept
}

impl Entry<'_> {
    /// The path without the names of its parameters, and the method: unique among operations.
    fn place(&self) -> (String, Method) {
        (self.template.key.clone(), self.method)
    }

    pub(super) fn named(&self) -> Named<'_> {
        Named {
            explicit: self.documented.options.operation_id,
            function: self.listed.route.name,
            module: self.listed.route.module,
            prefix: &self.listed.prefix,
            path: self.path,
            method: self.method,
        }
    }

    pub(super) fn route(&self) -> settings::Route<'_> {
        settings::Route {
            method: self.method,
            path: self.path,
            function: self.listed.route.name,
            module: self.listed.route.module,
        }
    }

    pub(super) fn takes_identity(&self) -> bool {
        self.listed.takes_identity || self.documented.operation.takes_identity
    }

    /// Whether the handler has failures that it does not list.
    pub(super) fn has_other_failures(&self) -> bool {
        let contents = self.documented.operation.contents.as_deref();
        contents.is_some_and(|contents| contents.any_failure)
    }

    pub(super) fn failures(&self, retry_after: bool) -> Failures {
        let access = self.listed.route.access;
        let is_authenticated =
            !self.listed.authenticators.is_empty() && (!access.public || self.takes_identity());
        let contents = self.documented.operation.contents.as_deref();
        let takes_body = contents.is_some_and(|contents| !contents.bodies.is_empty());
        let own = contents.map(|contents| contents.failures.as_slice());
        let circumstances = Circumstances {
            body: takes_body || !matches!(self.method, Method::Get | Method::Head),
            optional_identity: is_authenticated.then_some(access.public),
            scopes: is_authenticated && access.scopes.is_some(),
            retry_after,
        };
        failures::failures(own.unwrap_or_default(), circumstances)
    }

    /// The operation without its failures and its security.
    pub(super) fn operation(
        &self,
        id: String,
        template: &Template,
        definitions: &Definitions,
        document: &mut OpenApi,
    ) -> Operation {
        let (route, options) = (self.listed.route, &self.documented.options);
        let (summary, description) = match options.summary {
            Some(summary) => (Some(summary.to_owned()), text(route.doc)),
            None => texts(route.doc),
        };
        let mut unspecified = Vec::new();
        let mut parameters = parameters(&self.template.parameters, self.documented, definitions);
        for (parameter, (name, _)) in parameters.iter_mut().zip(&template.parameters) {
            parameter.name.clone_from(name);
        }
        for name in &self.documented.unspecified {
            unspecified.push(format!("`{name}`"));
        }
        for one in &self.documented.parameters {
            if one.schema.is_none() {
                let place = one.place.name();
                unspecified.push(format!(
                    "the {place} parameter `{}` (`{}`)",
                    one.name, one.type_name
                ));
            }
        }
        let operation = Operation {
            tags: self.tags(),
            summary,
            description,
            operation_id: id,
            parameters,
            request_body: content::request_body(self.documented),
            responses: content::responses(self.documented, &mut unspecified),
            deprecated: options.deprecated,
            security: None,
            extensions: Extensions::new(),
        };
        let name = format!("{} {}", self.method, self.path);
        document
            .unspecified
            .extend(unspecified.into_iter().map(|subject| Unspecified {
                operation: name.clone(),
                subject,
            }));
        operation
    }

    /// The tags of the attribute and of the list; otherwise the module.
    fn tags(&self) -> Vec<String> {
        let own = self.documented.options.tags.iter().copied();
        let of_list = self.listed.tags.iter().map(AsRef::as_ref);
        let mut tags: Vec<String> = Vec::new();
        for tag in own.chain(of_list) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        if tags.is_empty() {
            let module = self.listed.route.module.rsplit("::").next();
            tags.extend(module.map(str::to_owned));
        }
        tags
    }
}

/// The first line of a doc comment, and the rest.
fn texts(doc: &str) -> (Option<String>, Option<String>) {
    let doc = doc.trim();
    let (first, rest) = doc.split_once("\n").unwrap_or((doc, ""));
    (text(first), text(rest))
}

fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
