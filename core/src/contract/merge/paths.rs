//! Paths and operations of a merged document.

use super::{
    super::operations::{METHODS, shape},
    json::{Json, Members},
};
use std::collections::BTreeMap;

/// The operations of a document: method, path, operation.
fn operations(document: &Json) -> impl Iterator<Item = (&str, &str, &Json)> {
    let paths = document.get("paths").map(Json::members).unwrap_or_default();
    paths.iter().flat_map(|(path, item)| {
        let members = item.members().iter();
        let operations = members.filter(|(method, _)| METHODS.contains(&&**method));
        operations.map(move |(method, operation)| (&**method, &**path, operation))
    })
}

fn name(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

/// Says in each operation who may call it, unless both documents say the same of all operations. An
/// operation without `security` would have that of the other document.
pub(super) fn push_security(document: &Json, other: &mut Json) {
    let of_all = other.get("security").cloned();
    if of_all.as_ref() == document.get("security") {
        return;
    }
    let of_all = of_all.unwrap_or(Json::Array(Vec::new()));
    let Some(paths) = other.get_mut("paths").and_then(Json::members_mut) else {
        return;
    };
    let items = paths.iter_mut().filter_map(|(_, item)| item.members_mut());
    for (method, operation) in items.flatten() {
        if METHODS.contains(&&**method) {
            operation.entry("security", of_all.clone());
        }
    }
}

/// Adds paths and operations. Returns the clashes.
pub(super) fn add(document: &mut Json, other: &Json) -> Vec<String> {
    let mut clashes = Vec::new();
    let mut known: BTreeMap<_, _> = operations(document)
        .filter_map(|(method, path, one)| {
            let id = one.get("operationId")?.text()?;
            Some((id.to_owned(), name(method, path)))
        })
        .collect();
    for (method, path, operation) in operations(other) {
        let mut same =
            operations(document).filter(|(own, at, _)| *own == method && shape(at) == shape(path));
        let name = name(method, path);
        if let Some((_, at, _)) = same.next() {
            // Another spelling of the path is reported below.
            if at == path {
                clashes.push(format!("`{name}` is an operation already"));
            }
        } else if let Some(id) = operation.get("operationId").and_then(Json::text) {
            if let Some(place) = known.get(id) {
                clashes.push(format!(
                    "the operation id `{id}` of `{name}` is that of `{place}`: set another one with \
                     `operation_id = \"..\"`"
                ));
            } else {
                known.insert(id.to_owned(), name);
            }
        }
    }
    let items = other.get("paths").map(Json::members).unwrap_or_default();
    let Some(Json::Object(paths)) = document.entry("paths", Json::Object(Vec::new())) else {
        return clashes;
    };
    for (path, item) in items {
        let same = paths.iter_mut().find(|(own, _)| shape(own) == shape(path));
        match same {
            None => paths.push((path.clone(), item.clone())),
            Some((own, _)) if own != path => clashes.push(format!(
                "`{path}` and `{own}` are one path: give their parameters the same names"
            )),
            Some((_, own)) => clashes.extend(add_item(path, own, item)),
        }
    }
    paths.sort_by(|one, other| one.0.cmp(&other.0));
    clashes
}

/// Adds the operations of a path that both documents have.
fn add_item(path: &str, own: &mut Json, item: &Json) -> Option<String> {
    let is_method = |member: &&(String, Json)| METHODS.contains(&&*member.0);
    let of_all = |item: &Json| -> Members {
        let members = item.members().iter();
        members
            .filter(|member| !is_method(member))
            .cloned()
            .collect()
    };
    // What one document says of all operations of the path is not true of the others.
    if Json::Object(of_all(own)) != Json::Object(of_all(item)) {
        return Some(format!(
            "`{path}` has members beside its operations, such as `parameters`, that differ"
        ));
    }
    for (method, operation) in item.members().iter().filter(is_method) {
        own.entry(method, operation.clone());
    }
    if let Some(members) = own.members_mut() {
        // In the order of a document that was written at once.
        members.sort_by_key(|(name, _)| METHODS.iter().position(|one| one == name));
    }
    None
}
