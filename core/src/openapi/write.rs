//! Writes the document of an API.

use super::{
    components::Definitions,
    content,
    document::{OpenApi, PathItem, Unspecified},
    errors::DocumentErrors,
    failures::{self, Circumstances, Failures, Writer},
    info::{Extensions, Info, Tag},
    names::{Named, operation_ids},
    operation::{Method, Operation},
    parameters::parameters,
    paths::Template,
    schemes::Schemes,
    settings::{self, Settings},
};
use crate::{
    auth::{Access, Installed},
    documentation::{Documentation, Documented},
    endpoint::Route,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The routes and the settings of an API, with those of nested ones.
#[derive(Debug)]
pub(crate) struct Described<'a> {
    pub(crate) routes: Vec<Listed<'a>>,
    pub(crate) mounts: Vec<Mounted>,
    pub(crate) settings: &'a Settings,
    /// Problems have members that the program chose.
    pub(crate) is_restyled: bool,
    /// A timeout is a 503 with `retry-after` instead of a 504.
    pub(crate) retry_after: bool,
}

/// A route, with what its API adds to it.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) route: &'static Route,
    /// The prefix of its API.
    pub(crate) prefix: String,
    /// Methods and full paths.
    pub(crate) places: Vec<(&'static str, String)>,
    pub(crate) tags: &'a [Cow<'static, str>],
    pub(crate) authenticators: Arc<[Installed]>,
    /// A middleware around it takes the identity.
    pub(crate) takes_identity: bool,
}

/// A mounted service.
#[derive(Debug)]
pub(crate) struct Mounted {
    pub(crate) prefix: String,
    pub(crate) access: Access,
}

/// A route with one of its methods and paths.
struct Entry<'a> {
    listed: &'a Listed<'a>,
    documented: &'a Documented,
    method: Method,
    path: &'a str,
    template: Template,
}

/// The schema of problems, as a type whose name others cannot have.
struct Problem;

impl JsonSchema for Problem {
    fn schema_name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schema_id() -> Cow<'static, str> {
        "lambda_api::Problem".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        failures::problem_schema()
    }
}

pub(crate) fn write(api: &Described<'_>) -> Result<OpenApi, DocumentErrors> {
    let mut documentation = Documentation::new();
    let documented: Vec<_> = api
        .routes
        .iter()
        .map(|listed| {
            let route = listed.route;
            (
                listed,
                documentation.of_route(route.describe, route.document),
            )
        })
        .collect();
    let problem = problem(api, &mut documentation.responses);
    let definitions = Definitions::take(&mut documentation.requests, &mut documentation.responses);
    let mut document = OpenApi::empty();
    let mut errors = Vec::new();
    let entries = entries(&documented, &mut document.notes, &mut errors);
    let names: Vec<_> = entries.iter().map(Entry::named).collect();
    let ids = operation_ids(&names, &mut errors);
    let failures: Vec<_> = entries.iter().map(|entry| entry.failures(api)).collect();
    let writer = Writer::new(problem, !api.is_restyled, failures.iter());
    let mut schemes = Schemes::default();
    // The first path of several that OpenAPI cannot distinguish names the parameters.
    let mut templates: BTreeMap<&str, &Template> = BTreeMap::new();
    for entry in &entries {
        templates
            .entry(&entry.template.key)
            .or_insert(&entry.template);
    }
    let secured = api.routes.iter().any(|one| !one.authenticators.is_empty());
    for ((entry, id), failures) in entries.iter().zip(ids).zip(&failures) {
        let template = templates.get(&*entry.template.key).copied();
        let template = template.unwrap_or(&entry.template);
        let mut operation = entry.operation(id, template, &definitions, &mut document);
        writer.add(failures, &mut operation, &mut document.components);
        if entry.has_other_failures() {
            writer.add_others(&mut operation);
        }
        if secured {
            let listed = entry.listed;
            schemes.secure(
                &mut operation,
                listed.route.access,
                &listed.authenticators,
                entry.takes_identity(),
                &listed.prefix,
            );
        }
        let paths = &mut document.paths;
        let item = paths.entry(template.text.clone()).or_default();
        item.operations.insert(entry.method, operation);
    }
    document.components.security_schemes = schemes.by_name;
    document.info = info(api);
    document.servers.clone_from(&api.settings.servers);
    document.extensions = mounts(&api.mounts);
    definitions.add_to(&mut document, &mut errors);
    amend(api.settings, &entries, &templates, &mut document);
    document.tags = tags(&document);
    for amend in &api.settings.amend_document {
        amend(&mut document);
    }
    match errors.is_empty() {
        true => Ok(document),
        false => Err(DocumentErrors(errors)),
    }
}

/// The media type and the schema of problems; `None` if they are unspecified.
fn problem(
    api: &Described<'_>,
    generator: &mut SchemaGenerator,
) -> Option<(String, Option<Schema>)> {
    match &api.settings.problem {
        Some(own) => Some((own.media_type.clone(), Some((own.schema)(generator)))),
        None if api.is_restyled => None,
        None => {
            let schema = generator.subschema_for::<Problem>();
            Some(("application/problem+json".to_owned(), Some(schema)))
        }
    }
}

/// The operations of all routes that are not hidden, without those that OpenAPI cannot express.
fn entries<'a>(
    documented: &'a [(&'a Listed<'a>, Documented)],
    notes: &mut Vec<String>,
    errors: &mut Vec<String>,
) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut any = Vec::new();
    for (listed, documented) in documented {
        if documented.options.hidden {
            continue;
        }
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
    // A route for any method handles those that no other route of the path has.
    let specific: BTreeSet<_> = entries.iter().map(Entry::place).collect();
    entries.extend(
        any.into_iter()
            .filter(|one| !specific.contains(&one.place())),
    );
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

    fn named(&self) -> Named<'_> {
        Named {
            explicit: self.documented.options.operation_id,
            function: self.listed.route.name,
            module: self.listed.route.module,
            prefix: &self.listed.prefix,
            path: self.path,
            method: self.method,
        }
    }

    fn route(&self) -> settings::Route<'_> {
        settings::Route {
            method: self.method,
            path: self.path,
            function: self.listed.route.name,
            module: self.listed.route.module,
        }
    }

    fn takes_identity(&self) -> bool {
        self.listed.takes_identity || self.documented.operation.takes_identity
    }

    /// Whether the handler has failures that it does not list.
    fn has_other_failures(&self) -> bool {
        let contents = self.documented.operation.contents.as_deref();
        contents.is_some_and(|contents| contents.any_failure)
    }

    fn failures(&self, api: &Described<'_>) -> Failures {
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
            retry_after: api.retry_after,
        };
        failures::failures(own.unwrap_or_default(), circumstances)
    }

    /// The operation without its failures and its security.
    fn operation(
        &self,
        id: String,
        template: &Template,
        definitions: &Definitions,
        document: &mut OpenApi,
    ) -> Operation {
        let (route, options) = (self.listed.route, &self.documented.options);
        let (summary, description) = texts(route.doc);
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
                let place = format!("{:?}", one.place).to_ascii_lowercase();
                unspecified.push(format!(
                    "the {place} parameter `{}` (`{}`)",
                    one.name, one.type_name
                ));
            }
        }
        let operation = Operation {
            tags: self.tags(),
            summary: options.summary.map(str::to_owned).or(summary),
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
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (text(first.trim()), text(rest.trim()))
}

/// The title that the program sets; otherwise the name of its crate.
fn info(api: &Described<'_>) -> Info {
    let of_crate = || {
        let module = api.routes.first().map(|listed| listed.route.module);
        let name = module.and_then(|module| module.split("::").next());
        Info::new(name.unwrap_or("api"), "0.0.0")
    };
    api.settings.info.clone().unwrap_or_else(of_crate)
}

fn mounts(mounts: &[Mounted]) -> Extensions {
    let list: Vec<Value> = mounts
        .iter()
        .map(|one| json!({ "access": one.access.to_string(), "prefix": one.prefix }))
        .collect();
    match list.is_empty() {
        true => Extensions::new(),
        false => Extensions::from([("x-lambda-api-mounts".to_owned(), list.into())]),
    }
}

/// Applies the changes of the program to the operations.
fn amend(
    settings: &Settings,
    entries: &[Entry<'_>],
    templates: &BTreeMap<&str, &Template>,
    document: &mut OpenApi,
) {
    for entry in entries {
        let template = templates.get(&*entry.template.key);
        let item: Option<&mut PathItem> =
            template.and_then(|template| document.paths.get_mut(&template.text));
        let operation = item.and_then(|item| item.operations.get_mut(&entry.method));
        if let Some(operation) = operation {
            for amend in &settings.amend_operation {
                amend(entry.route(), operation);
            }
        }
    }
}

/// The tags of all operations.
fn tags(document: &OpenApi) -> Vec<Tag> {
    let items = document.paths.values();
    let operations = items.flat_map(|item| item.operations.values());
    let names: BTreeSet<_> = operations.flat_map(|operation| &operation.tags).collect();
    names.into_iter().map(Tag::new).collect()
}
