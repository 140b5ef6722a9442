//! The structure of documents, as the specification has it.

use serde_json::Value;
use std::collections::BTreeSet;

const METHODS: [&str; 8] = [
    "get", "head", "post", "put", "patch", "delete", "options", "trace",
];

/// Asserts that references lead somewhere, names are unique, and parameters fit the paths.
pub(crate) fn assert_valid(json: &str) {
    let document: Value = serde_json::from_str(json).expect("JSON");
    references(&document, &document);
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let paths = document["paths"].as_object().expect("paths");
    for (path, item) in paths {
        let key: Vec<_> = path
            .split('/')
            .map(|one| if one.starts_with('{') { "{}" } else { one })
            .collect();
        assert!(keys.insert(key.join("/")), "{path} is there twice");
        for method in METHODS {
            let operation = &item[method];
            if operation.is_null() {
                continue;
            }
            let place = format!("{method} {path}");
            let id = operation["operationId"].as_str().expect(&place);
            assert!(ids.insert(id.to_owned()), "{place}: {id} is there twice");
            parameters(path, operation, &place);
            responses(operation, &place);
            security(&document, operation, &place);
        }
    }
    let tags: Vec<_> = list(&document["tags"])
        .map(|tag| tag["name"].clone())
        .collect();
    let operations = paths
        .values()
        .flat_map(|item| item.as_object().expect("an item").values());
    for tag in operations.flat_map(|operation| list(&operation["tags"])) {
        assert!(tags.contains(tag), "{tag}");
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn references(value: &Value, document: &Value) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let pointer = reference.strip_prefix('#').expect(reference);
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
    match value {
        Value::Object(members) => members.values().for_each(|one| references(one, document)),
        Value::Array(items) => items.iter().for_each(|one| references(one, document)),
        _ => {}
    }
}

fn parameters(path: &str, operation: &Value, place: &str) {
    let mut seen = BTreeSet::new();
    let mut in_path = BTreeSet::new();
    for parameter in list(&operation["parameters"]) {
        let name = parameter["name"].as_str().expect(place);
        let at = parameter["in"].as_str().expect(place);
        assert!(seen.insert((name, at)), "{place}: {name} is there twice");
        assert!(
            parameter["schema"].is_object(),
            "{place}: {name} has no schema"
        );
        if at == "path" {
            assert_eq!(parameter["required"], true, "{place}: {name}");
            in_path.insert(name);
        }
    }
    let names = path
        .split('/')
        .filter_map(|one| one.strip_prefix('{')?.strip_suffix('}'));
    assert_eq!(in_path, names.collect(), "{place}");
}

fn responses(operation: &Value, place: &str) {
    let responses = operation["responses"].as_object().expect(place);
    assert!(!responses.is_empty(), "{place} has no response");
    for (status, response) in responses {
        let is_status = status.len() == 3 && status.parse::<u16>().is_ok();
        assert!(is_status || status == "default", "{place}: {status}");
        let is_described = response["description"].is_string();
        assert!(
            is_described || response["$ref"].is_string(),
            "{place}: {status}"
        );
    }
}

fn security(document: &Value, operation: &Value, place: &str) {
    let schemes = &document["components"]["securitySchemes"];
    for requirement in list(&operation["security"]) {
        for name in requirement.as_object().expect(place).keys() {
            assert!(
                schemes[name].is_object(),
                "{place}: there is no scheme `{name}`"
            );
        }
    }
}

/// Asserts that no schema has a keyword of the other dialect.
pub(crate) fn assert_dialect(json: &str, is_3_0: bool) {
    let document: Value = serde_json::from_str(json).expect("JSON");
    let schemas = &document["components"]["schemas"];
    let foreign: &[&str] = match is_3_0 {
        true => &[
            "const",
            "examples",
            "prefixItems",
            "$defs",
            "propertyNames",
            "if",
        ],
        false => &["nullable", "example"],
    };
    keywords(schemas, foreign, is_3_0);
}

fn keywords(value: &Value, foreign: &[&str], is_3_0: bool) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!foreign.contains(&name.as_str()), "{name}: {value}");
                let types = name == "type" && value.is_array();
                assert!(!(is_3_0 && types), "{name}: {value}");
                let reference = name == "$ref" && members.len() > 1;
                assert!(!(is_3_0 && reference), "{members:?}");
                keywords(value, foreign, is_3_0);
            }
        }
        Value::Array(items) => items.iter().for_each(|one| keywords(one, foreign, is_3_0)),
        _ => {}
    }
}
