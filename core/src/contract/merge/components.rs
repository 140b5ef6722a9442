//! Components of a merged document.

use super::{super::document::escaped, json::Json};
use std::collections::BTreeMap;

/// Components whose names mean nothing to clients. Responses contain examples.
const RENAMED: [&str; 2] = ["examples", "responses"];

/// Gives responses and examples another name if the document has a different one of that name.
pub(super) fn rename(document: &Json, other: &mut Json) {
    for section in RENAMED {
        let known = |name: &str| document.get("components")?.get(section)?.get(name);
        let Some(components) = other.get("components").and_then(|one| one.get(section)) else {
            continue;
        };
        let mut renamed = BTreeMap::new();
        for (name, component) in components.members() {
            let is_other = |name: &str| known(name).is_some_and(|own| own != component);
            if !is_other(name) {
                continue;
            }
            let taken = |name: &str| components.get(name).is_some() || is_other(name);
            let free = (2_u32..).map(|number| format!("{name}_{number}"));
            let free = { free }.find(|name| !taken(name));
            renamed.insert(name.clone(), free.unwrap_or_default());
        }
        if renamed.is_empty() {
            continue;
        }
        let members = other
            .get_mut("components")
            .and_then(|one| one.get_mut(section)?.members_mut());
        for (name, _) in members.into_iter().flatten() {
            if let Some(new) = renamed.get(name) {
                name.clone_from(new);
            }
        }
        let reference = |name: &str| format!("#/components/{section}/{}", escaped(name));
        let references: BTreeMap<_, _> = renamed
            .iter()
            .map(|(old, new)| (reference(old), reference(new)))
            .collect();
        other.each_text("$ref", &mut |text| {
            if let Some(new) = references.get(text) {
                text.clone_from(new);
            }
        });
    }
}

/// Adds components. Returns the clashes.
pub(super) fn add(document: &mut Json, other: &Json) -> Vec<String> {
    let mut clashes = Vec::new();
    let sections = other
        .get("components")
        .map(Json::members)
        .unwrap_or_default();
    for (section, components) in sections {
        let known = document
            .entry("components", Json::Object(Vec::new()))
            .and_then(|own| own.entry(section, Json::Object(Vec::new())));
        let Some(Json::Object(known)) = known else {
            continue;
        };
        for (name, component) in components.members() {
            match known.iter().find(|(own, _)| own == name) {
                None => known.push((name.clone(), component.clone())),
                Some((_, own)) if own == component => {}
                Some((_, own)) => {
                    let what = format!("another {} is named `{name}`", kind(section));
                    clashes.push(format!("{what}{}", advice(section, own, component)));
                }
            }
        }
        known.sort_by(|one, other| one.0.cmp(&other.0));
    }
    clashes
}

/// How to resolve a clash.
fn advice(section: &str, own: &Json, other: &Json) -> &'static str {
    match section {
        _ if own.without_texts() == other.without_texts() => {
            ", which differs in descriptions only: write the file again with the same types"
        }
        "schemas" => ": rename one with `#[schemars(rename = \"..\")]`",
        _ => "",
    }
}

/// What a section of the components contains.
fn kind(section: &str) -> &str {
    match section {
        "schemas" => "schema",
        "securitySchemes" => "security scheme",
        section => section.strip_suffix('s').unwrap_or(section),
    }
}
