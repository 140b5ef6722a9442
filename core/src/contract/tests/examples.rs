//! Documents of the examples, and of changes that one would make to them.
//!
//! Each file of `tests/contract` has a change of an example: what changed in its source, how the document
//! changed (RFC 6902), and what the comparison finds. Those with `commits` are changes of the history:
//! `before` makes the old document from that of today. `UPDATE_CONTRACT=1` writes the findings.

use super::*;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

/// The document with the operations of RFC 6902 that the files use.
fn patched(mut document: Value, patch: &Value) -> Value {
    for operation in patch.as_array().expect("operations") {
        let path = operation["path"].as_str().expect("a path");
        let (parent, name) = path.rsplit_once('/').expect("a member");
        let name = name.replace("~1", "/").replace("~0", "~");
        let parent = document.pointer_mut(parent);
        let parent = parent.and_then(Value::as_object_mut).expect("an object");
        let known = match &operation["op"] {
            Value::String(op) if op == "remove" => parent.remove(&name),
            _ => parent.insert(name, operation["value"].clone()),
        };
        // A patch that no longer fits the example is wrong.
        assert_eq!(known.is_none(), operation["op"] == "add", "{operation}");
    }
    document
}

#[test]
fn documents_do_not_break_themselves() {
    for path in [
        "../examples/hello/openapi.json",
        "../examples/moving-over/openapi.json",
        "../examples/orders/openapi.json",
        "../examples/secured/openapi.json",
        "tests/openapi/shop-3.0.json",
        "tests/openapi/shop-3.1.json",
    ] {
        let document = read(&file(path));
        assert!(document["paths"].is_object(), "{path}");
        assert_eq!(changes(&document, &document), Ok(Vec::new()), "{path}");
    }
}

#[test]
fn changes_of_examples_are_found() {
    let directory = file("tests/contract");
    let entries = fs::read_dir(&directory).expect("a directory");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() > 10);
    for path in files {
        let mut pair = read(&path);
        let example = pair["document"].as_str().expect("an example");
        let mut old = read(&file(&format!("../examples/{example}/openapi.json")));
        if let Some(before) = pair.get("before") {
            old = patched(old, before);
        }
        let new = patched(old.clone(), &pair["patch"]);
        let found = Value::from(lines(&old, &new));
        if std::env::var_os("UPDATE_CONTRACT").is_some() {
            pair["expected"] = found;
            let text = serde_json::to_string_pretty(&pair).expect("JSON");
            fs::write(&path, text + "\n").expect("a writable file");
        } else {
            assert_eq!(found, pair["expected"], "{}", path.display());
        }
    }
}

#[test]
fn dialects_of_one_document_are_no_change() {
    let [old, new] = ["shop-3.0.json", "shop-3.1.json"]
        .map(|name| read(&file(&format!("tests/openapi/{name}"))));
    let none: [&str; 0] = [];
    assert_eq!(lines(&old, &new), none);
    for example in ["hello", "moving-over", "orders", "secured"] {
        let new = read(&file(&format!("../examples/{example}/openapi.json")));
        assert_eq!(
            lines(&with_security_of_3_0(new.clone()), &new),
            none,
            "{example}"
        );
    }
}

/// The document as 3.0 says who may call: scopes of `oauth2` and `openIdConnect` only, no `mutualTLS`.
fn with_security_of_3_0(mut document: Value) -> Value {
    document["openapi"] = json!("3.0.3");
    let mut named = Vec::new();
    let schemes = document.pointer_mut("/components/securitySchemes");
    for (name, scheme) in schemes.and_then(Value::as_object_mut).into_iter().flatten() {
        match scheme["type"].as_str() {
            Some("oauth2" | "openIdConnect") => continue,
            Some("mutualTLS") => *scheme = json!({"type": "http", "scheme": "mutualTLS"}),
            _ => {}
        }
        named.push(name.clone());
    }
    let paths = document["paths"].as_object_mut().expect("paths");
    let operations = paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flatten();
    for (_, operation) in operations {
        let ways = operation.get_mut("security").and_then(Value::as_array_mut);
        for way in ways.into_iter().flatten() {
            for name in &named {
                if let Some(scopes) = way.get_mut(name) {
                    *scopes = json!([]);
                }
            }
        }
    }
    document
}

/// Every reference in a value.
fn references(value: &Value) -> Vec<&str> {
    let own = value.get("$ref").and_then(Value::as_str);
    let members = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.values());
    let elements = value.as_array().into_iter().flatten();
    let below = members.chain(elements).flat_map(references);
    own.into_iter().chain(below).collect()
}

#[test]
fn documents_of_examples_are_merged() {
    let text = |example: &str| {
        let path = file(&format!("../examples/{example}/openapi.json"));
        fs::read_to_string(path).expect("a file")
    };
    let others = ["secured", "hello"].map(|name| (name, text(name)));
    let own = text("moving-over");
    let merged = merge(&own, &others).expect("no clash");
    let document: Value = serde_json::from_str(&merged.text).expect("JSON");
    let found = references(&document);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference
            .strip_prefix('#')
            .expect("a reference in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    // Clients of each notice nothing.
    let none: [&str; 0] = [];
    for text in [&own, &others[0].1, &others[1].1] {
        let old: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(lines(&old, &document), none);
    }
    let clashes = merge(&text("orders"), &others).unwrap_err();
    assert_eq!(
        clashes,
        [
            "secured: `POST /orders` is an operation already",
            "secured: another schema is named `Order`: rename one with `#[schemars(rename = \"..\")]`",
        ]
    );
}

#[test]
fn a_merged_document_is_written_like_one_of_a_program() {
    let path = file("../examples/orders/openapi.json");
    let own = fs::read_to_string(path).expect("a file");
    let empty = ("empty", "{\"openapi\": \"3.1.0\"}".to_owned());
    assert_eq!(merge(&own, &[empty]).expect("no clash").text, own);
}
