//! Schemas of operations as models of a REST API.

use super::{plan::ANY, values::pascal};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMAS: &str = "#/components/schemas/";
/// The methods that may describe the operation for every method.
const METHODS: [&str; 5] = ["post", "put", "patch", "delete", "get"];
/// The keywords of a model. API Gateway rejects the others, such as `anyOf`, `oneOf`,
/// `additionalProperties`, `example`, `exclusiveMinimum`, `nullable` and `readOnly`.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>
const KEYWORDS: [&str; 21] = [
    "$ref",
    "allOf",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "uniqueItems",
];

/// Adds the schemas of an OpenAPI 3.0 document to the operations of `body`.
///
/// A model accepts whatever the schema accepts: keywords are left out only where they restrict it.
pub(super) fn add(body: &mut Value, document: &Value, warnings: &mut Vec<String>) {
    let mut models = Models::new(document);
    let paths = body.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        // OpenAPI does not distinguish a greedy parameter.
        let path = path.replace("+}", "}");
        let Some(documented) = document["paths"].get(&path) else {
            continue;
        };
        let own: BTreeSet<String> = item
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect();
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let method = match method.as_str() {
                ANY => METHODS
                    .into_iter()
                    .find(|one| !own.contains(*one) && documented.get(one).is_some()),
                method => Some(method),
            };
            let Some(method) = method else {
                continue;
            };
            if let (Some(documented), Some(operation)) =
                (documented.get(method), operation.as_object_mut())
            {
                let pointer = format!("/paths/{}/{method}", escaped(&path));
                models.describe(operation, documented, &pointer);
            }
        }
    }
    body["components"]["schemas"] = models.schemas.into();
    warnings.extend(models.warnings);
}

struct Models<'a> {
    document: &'a Value,
    /// The names of the schemas of the document, in the document and here.
    names: BTreeMap<&'a str, String>,
    schemas: Map<String, Value>,
    /// One for each place.
    warnings: BTreeSet<String>,
}

impl<'a> Models<'a> {
    fn new(document: &'a Value) -> Self {
        let mut models = Self {
            document,
            names: BTreeMap::new(),
            schemas: Map::new(),
            warnings: BTreeSet::new(),
        };
        let schemas = document["components"]["schemas"].as_object();
        let schemas = || schemas.into_iter().flatten();
        // A valid name stays, and another one gives way.
        let mut names: Vec<_> = schemas().map(|(name, _)| name.as_str()).collect();
        names.sort_by_key(|name| !is_valid(name));
        for name in names {
            let chosen = models.unused(name);
            if chosen != name {
                models.warnings.insert(format!(
                    "/components/schemas/{}: the name of the model is `{chosen}`",
                    escaped(name)
                ));
            }
            models.schemas.insert(chosen.clone(), Value::Null);
            models.names.insert(name, chosen);
        }
        for (name, schema) in schemas() {
            let pointer = format!("/components/schemas/{}", escaped(name));
            let reduced = models.reduced(schema, &pointer);
            if let Some(chosen) = models.names.get(name.as_str()) {
                models.schemas.insert(chosen.clone(), reduced);
            }
        }
        models
    }

    /// A name of letters and digits that no model has.
    fn unused(&self, name: &str) -> String {
        let name = match pascal(name) {
            _ if is_valid(name) => name.to_owned(),
            name if name.is_empty() => "Model".to_owned(),
            name => name,
        };
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let unused = names.find(|name| !self.schemas.contains_key(name));
        unused.unwrap_or(name)
    }

    /// Adds the request body and the responses of an operation.
    fn describe(&mut self, operation: &mut Map<String, Value>, documented: &Value, pointer: &str) {
        let id = documented["operationId"].as_str().unwrap_or_default();
        if let Some(body) = documented.get("requestBody") {
            let pointer = format!("{pointer}/requestBody");
            let content = self.content(body, &format!("{id}_request"), &pointer);
            if !content.is_empty() {
                let is_required = body["required"] == true;
                let body = json!({"content": content, "required": is_required});
                operation.insert("requestBody".to_owned(), body);
            }
        }
        let mut responses = Map::new();
        for (status, response) in documented["responses"].as_object().into_iter().flatten() {
            let own = format!("{pointer}/responses/{status}");
            if !status.bytes().all(|byte| byte.is_ascii_digit()) {
                self.warnings
                    .insert(format!("{own}: left out, because it has no status"));
                continue;
            }
            // API Gateway does not read shared responses.
            let shared = response["$ref"]
                .as_str()
                .and_then(|one| one.strip_prefix('#'));
            let resolved = shared.and_then(|pointer| self.document.pointer(pointer));
            let (response, pointer) = match (resolved, shared) {
                (Some(resolved), Some(pointer)) => (resolved, pointer),
                _ => (response, own.as_str()),
            };
            let content = self.content(response, &format!("{id}_response_{status}"), pointer);
            let mut written = json!({"description": response["description"]});
            if !content.is_empty() {
                written["content"] = content.into();
            }
            responses.insert(status.clone(), written);
        }
        if !responses.is_empty() {
            operation.insert("responses".to_owned(), responses.into());
        }
    }

    /// The models of a content in JSON, by media type. A schema that is not a reference becomes a model.
    fn content(&mut self, owner: &Value, name: &str, pointer: &str) -> Map<String, Value> {
        let mut content = Map::new();
        let all = owner["content"].as_object().into_iter().flatten();
        // Models are schemas of JSON.
        for (media_type, one) in all.filter(|(media_type, _)| is_json(media_type)) {
            let pointer = format!("{pointer}/content/{}/schema", escaped(media_type));
            let schema = match one.get("schema") {
                Some(schema) if schema.as_object().is_some_and(|all| !all.is_empty()) => schema,
                // The type is unspecified.
                _ => continue,
            };
            let mut reduced = self.reduced(schema, &pointer);
            if reduced.get("$ref").is_none() {
                let name = self.unused(name);
                let reference = format!("{SCHEMAS}{name}");
                self.schemas.insert(name, reduced);
                reduced = json!({"$ref": reference});
            }
            content.insert(media_type.clone(), json!({"schema": reduced}));
        }
        content
    }

    /// A schema with the keywords of models only.
    fn reduced(&mut self, schema: &Value, pointer: &str) -> Value {
        let Some(members) = schema.as_object() else {
            return json!({});
        };
        let is_number = matches!(schema["type"].as_str(), Some("integer" | "number"));
        let mut kept = Map::new();
        let mut left_out = Vec::new();
        for (keyword, value) in members {
            let below = format!("{pointer}/{keyword}");
            let value = match keyword.as_str() {
                "type" if schema["nullable"] != true => value.clone(),
                "$ref" => self.reference(value),
                "items" => self.reduced(value, &below),
                "allOf" => {
                    let parts = value.as_array().into_iter().flatten().enumerate();
                    parts
                        .map(|(index, one)| self.reduced(one, &format!("{below}/{index}")))
                        .collect()
                }
                "properties" => {
                    let entries = value.as_object().into_iter().flatten();
                    let entries = entries.map(|(name, one)| {
                        let reduced = self.reduced(one, &format!("{below}/{}", escaped(name)));
                        (name.clone(), reduced)
                    });
                    Value::Object(entries.collect())
                }
                // Formats of numbers are rejected.
                "format" if is_number => {
                    left_out.push("`format`".to_owned());
                    continue;
                }
                known if KEYWORDS.contains(&known) => value.clone(),
                // With `nullable`, `type` is left out: `null` is valid then.
                other => {
                    left_out.push(format!("`{other}`"));
                    continue;
                }
            };
            kept.insert(keyword.clone(), value);
        }
        if !left_out.is_empty() {
            left_out.sort();
            self.warnings
                .insert(format!("{pointer}: {} left out", left_out.join(", ")));
        }
        kept.into()
    }

    fn reference(&self, reference: &Value) -> Value {
        let name = reference.as_str().and_then(|one| one.strip_prefix(SCHEMAS));
        let chosen = name.and_then(|name| self.names.get(name));
        chosen.map_or_else(
            || reference.clone(),
            |name| format!("{SCHEMAS}{name}").into(),
        )
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

fn is_valid(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A segment of a JSON pointer.
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
