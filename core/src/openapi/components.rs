//! Types as components: one for each type, or two if requests and responses have different schemas.

use super::document::OpenApi;
use crate::{
    documentation::{REQUESTS, RESPONSES, UTOIPA},
    json_pointer::unescaped,
};
use percent_encoding::percent_decode_str;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const COMPONENTS: &str = "#/components/schemas/";

/// The contract of a schema: that of a request is deserialized, that of a response serialized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Contract {
    Request,
    Response,
}

/// A definition of a generator.
type Key = (Contract, String);

/// The definitions of both generators.
pub(super) struct Definitions {
    schemas: BTreeMap<Key, Value>,
    /// The paths of the types, by their name in the generator.
    ids: BTreeMap<Key, String>,
}

impl Definitions {
    pub(super) fn take(requests: &mut SchemaGenerator, responses: &mut SchemaGenerator) -> Self {
        let mut all = Self {
            schemas: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        for (contract, generator) in [
            (Contract::Request, requests),
            (Contract::Response, responses),
        ] {
            for (name, schema) in generator.take_definitions(true) {
                all.schemas.insert((contract, name), schema);
            }
            for (id, name) in type_ids(generator) {
                all.ids.insert((contract, name), id);
            }
        }
        all
    }

    /// Follows references.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        // A type can refer to itself.
        for _ in 0..16 {
            let target = schema.get("$ref").and_then(Value::as_str).and_then(key_of);
            match target.and_then(|key| self.schemas.get(&key)) {
                Some(found) => schema = found,
                None => break,
            }
        }
        schema
    }

    /// Adds the types that the document refers to as components, and names them.
    pub(super) fn add_to(&self, document: &mut OpenApi, errors: &mut Vec<String>) {
        let mut used = BTreeSet::new();
        document.each_schema(&mut |schema| {
            each_reference(schema.as_value(), &mut |key| self.reach(key, &mut used));
        });
        let names = self.names(&used, errors);
        document.each_schema(&mut |schema| {
            let mut value = schema.clone().to_value();
            rename(&mut value, &names);
            if let Ok(renamed) = Schema::try_from(value) {
                *schema = renamed;
            }
        });
        for (key, name) in &names {
            let mut schema = self.schemas.get(key).cloned().unwrap_or_default();
            rename(&mut schema, &names);
            if let Ok(schema) = Schema::try_from(schema) {
                document.components.schemas.insert(name.clone(), schema);
            }
        }
    }

    /// Collects a type and the types that it contains.
    fn reach(&self, key: Key, used: &mut BTreeSet<Key>) {
        if let Some(schema) = self.schemas.get(&key)
            && used.insert(key)
        {
            each_reference(schema, &mut |key| self.reach(key, used));
        }
    }

    /// The names of the used types.
    fn names(&self, used: &BTreeSet<Key>, errors: &mut Vec<String>) -> BTreeMap<Key, String> {
        let mut types: BTreeMap<&str, BTreeMap<&str, Vec<&Key>>> = BTreeMap::new();
        for key in used {
            let of_name = types.entry(self.name(key)).or_default();
            of_name.entry(self.id(key)).or_default().push(key);
        }
        for (name, ids) in &types {
            let ids: Vec<_> = ids.keys().collect();
            if let [first, second, ..] = ids[..] {
                errors.push(format!(
                    "two types are named `{name}`: `{first}` and `{second}`; rename one of them \
                     with `#[schemars(rename = \"..\")]`"
                ));
            }
        }
        let apart = self.apart(used);
        let mut names = BTreeMap::new();
        for key in used {
            let name = self.name(key);
            let is_input = key.0 == Contract::Request && apart.contains(name);
            // A generic type can have the name of another one in its own.
            let name = name.replace(UTOIPA, "");
            let chosen = match is_input {
                true => format!("{name}Input"),
                false => name,
            };
            if is_input && let Some(ids) = types.get(&*chosen) {
                let other = ids.keys().next().copied().unwrap_or_default();
                errors.push(format!(
                    "`{}` has different schemas in requests and responses, so that of requests \
                     would be named `{chosen}`, as is `{other}`; rename one of them with \
                     `#[schemars(rename = \"..\")]`",
                    self.id(key)
                ));
            }
            names.insert(key.clone(), valid(&chosen));
        }
        names
    }

    /// The names of the types whose schemas in requests and responses differ.
    fn apart<'a>(&self, used: &'a BTreeSet<Key>) -> BTreeSet<&'a str> {
        let of = |contract| {
            let keys = used.iter().filter(move |key| key.0 == contract);
            let schemas = keys.filter_map(|key| Some((self.name(key), self.schemas.get(key)?)));
            schemas.collect::<BTreeMap<_, _>>()
        };
        let (requests, responses) = (of(Contract::Request), of(Contract::Response));
        // Without the names that the generators have given, and without the contract.
        let plain = |schema: &Value| {
            let mut schema = schema.clone();
            let names = used
                .iter()
                .map(|key| (key.clone(), self.name(key).to_owned()));
            rename(&mut schema, &names.collect());
            schema
        };
        let both = || {
            let both = requests
                .iter()
                .filter_map(|(name, request)| Some((*name, *request, *responses.get(name)?)));
            both.collect::<Vec<_>>()
        };
        let mut apart: BTreeSet<&str> = both()
            .into_iter()
            .filter(|(_, request, response)| plain(request) != plain(response))
            .map(|(name, ..)| name)
            .collect();
        loop {
            let before = apart.len();
            for (name, request, _) in both() {
                let mut refers = false;
                each_reference(request, &mut |key| {
                    refers |= apart.contains(self.name(&key));
                });
                if refers {
                    apart.insert(name);
                }
            }
            if apart.len() == before {
                return apart;
            }
        }
    }

    /// The name of a type, also if another one has the name too.
    fn name<'a>(&self, key: &'a Key) -> &'a str {
        let name = self.first_name(key);
        let of_utoipa = name.strip_prefix(UTOIPA);
        of_utoipa.map_or(name, |name| name.split(':').next().unwrap_or(name))
    }

    /// The name of a type before the generator renamed it.
    fn first_name<'a>(&self, key: &'a Key) -> &'a str {
        let name = key.1.as_str();
        let base = name.trim_end_matches(|one: char| one.is_ascii_digit());
        if base.len() == name.len() {
            return name;
        }
        // `Item12` may be the second `Item1`.
        let bases = (base.len()..name.len()).filter_map(|end| name.get(..end));
        let renamed = |base: &&str| {
            let other = (key.0, (*base).to_owned());
            self.schemas.contains_key(&other)
                && match (self.ids.get(key), self.ids.get(&other)) {
                    (Some(own), Some(other)) => last_segments(own) == last_segments(other),
                    _ => !name.starts_with(UTOIPA),
                }
        };
        bases.rev().find(renamed).unwrap_or(name)
    }

    fn id<'a>(&'a self, key: &'a Key) -> &'a str {
        // The path of a type of utoipa is not known where another type refers to it.
        let id = self.ids.get(key).filter(|_| !key.1.starts_with(UTOIPA));
        id.unwrap_or(&key.1)
    }
}

/// The paths of the types that a generator knows, with their names in it.
///
/// A generator only has them in its `Debug` form. Without them, each type whose name ends with a number
/// counts as renamed if there is another one without the number.
fn type_ids(generator: &SchemaGenerator) -> Vec<(String, String)> {
    // Its definitions were taken, so there are no other texts of the program in this form.
    let text = format!("{generator:?}");
    let entries = text.split("SchemaUid(\"").skip(1);
    let pairs = entries.filter_map(|entry| {
        let (id, rest) = entry.split_once("\", ")?;
        let (_, rest) = rest.split_once("): \"")?;
        let (name, _) = rest.split_once('"')?;
        Some((id.to_owned(), name.to_owned()))
    });
    pairs.collect()
}

/// A type without the modules: `Page<Item>` for `shop::Page<shop::orders::Item>`.
fn last_segments(id: &str) -> String {
    let mut kept = String::new();
    let mut word = String::new();
    for one in id.chars() {
        match one {
            ':' => word.clear(),
            one if one.is_alphanumeric() || one == '_' => word.push(one),
            one => {
                kept.push_str(&std::mem::take(&mut word));
                kept.push(one);
            }
        }
    }
    kept + &word
}

fn key_of(reference: &str) -> Option<Key> {
    let path = reference.strip_prefix('#')?;
    let (contract, name) = match path.strip_prefix(REQUESTS) {
        Some(name) => (Contract::Request, name),
        None => (Contract::Response, path.strip_prefix(RESPONSES)?),
    };
    let name = percent_decode_str(name.strip_prefix('/')?).decode_utf8_lossy();
    Some((contract, unescaped(&name)))
}

fn each_reference(schema: &Value, visit: &mut dyn FnMut(Key)) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        key_of(reference).into_iter().for_each(&mut *visit);
                    }
                    value => each_reference(value, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        _ => {}
    }
}

fn rename(schema: &mut Value, names: &BTreeMap<Key, String>) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        if let Some(name) = key_of(reference).and_then(|key| names.get(&key)) {
                            *reference = format!("{COMPONENTS}{name}");
                        }
                    }
                    value => rename(value, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}

/// The name with the characters that a component can have.
pub(super) fn valid(name: &str) -> String {
    let valid = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_');
    name.chars()
        .map(|one| if valid(one) { one } else { '_' })
        .collect()
}
