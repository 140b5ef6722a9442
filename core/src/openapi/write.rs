//! Writes the document of an API.

use super::{
    bounds::Bounds,
    components::Definitions,
    content::is_unspecified,
    document::{OpenApi, PathItem},
    entry::{Entry, entries},
    failures::Writer,
    info::{Extensions, Info, Server, Tag},
    listed::{Described, Listed, Mounted},
    names::operation_ids,
    paths::Template,
    problem::Problem,
    routed::Routed,
    schemes::Schemes,
    settings::Settings,
};
use crate::documentation::{COMMA_SEPARATED, Documentation, Documented};
use schemars::{
    Schema, SchemaGenerator,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn write(api: &Described<'_>, errors: &mut Vec<String>) -> OpenApi {
    let mut documentation = Documentation::new();
    let documented: Vec<_> = api
        .routes
        .iter()
        .map(|listed| {
            let route = listed.route;
            let mut documented = documentation.of_route(route.describe, route.document);
            documented.add_layers(&listed.layers);
            (listed, documented)
        })
        .collect();
    let problem = problem(api, &mut documentation.responses);
    let definitions = Definitions::take(&mut documentation.requests, &mut documentation.responses);
    let mut document = OpenApi::empty();
    unsaid(&documented, &mut document.notes);
    let entries = entries(&documented, &mut document.notes, errors);
    let names: Vec<_> = entries.iter().map(Entry::named).collect();
    let ids = operation_ids(&names, errors);
    let failures: Vec<_> = entries
        .iter()
        .map(|entry| entry.failures(api.retry_after))
        .collect();
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
        document.routed.push(Routed {
            method: entry.method,
            route: entry.path.to_owned(),
            path: template.text.clone(),
            is_open: is_unspecified(&operation.responses),
        });
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
    #[cfg(all(feature = "docs", any(debug_assertions, feature = "local")))]
    {
        document.schemes = schemes.of;
    }
    document.info = info(api);
    document.servers.clone_from(&api.settings.servers);
    if document.servers.is_empty() {
        document.servers.push(Server::new("/"));
    }
    document.extensions = mounts(&api.mounts);
    definitions.add_to(&mut document, errors);
    document.each_schema(&mut |schema| {
        Bounds.transform(schema);
        // Only parameters use the mark.
        RecursiveTransform(|schema: &mut Schema| {
            schema.remove(COMMA_SEPARATED);
        })
        .transform(schema);
    });
    amend(api.settings, &entries, &templates, &mut document);
    document.tags = tags(&document);
    for amend in &api.settings.amend_document {
        amend(&mut document);
    }
    document
}

/// Notes the rules that no schema has.
fn unsaid(documented: &[(&Listed<'_>, Documented)], notes: &mut Vec<String>) {
    let shown = documented.iter().filter(|(_, one)| !one.options.hidden);
    for (listed, one) in shown {
        let place = listed.places.first();
        let place = place.map(|(method, path)| format!("`{method} {path}`"));
        let place = place.unwrap_or_default();
        let rules = one.unsaid.iter();
        notes.extend(rules.map(|rule| format!("{place}: no schema has {rule}")));
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
        .map(|one| json!({ "access": one.access, "prefix": one.prefix }))
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
