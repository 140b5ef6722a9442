//! The operations of several documents in one.

mod components;
mod json;
mod paths;

use super::document::version;
use json::Json;
use serde_json::Value;

const MOUNTS: &str = "x-lambda-api-mounts";

/// A merged document, and what was left out of the others.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) text: String,
    pub(crate) notes: Vec<String>,
}

/// Adds the operations of other documents, each with its name, to that of the program. `info` and
/// `servers` are those of the program; a tag that both have is that of the program.
///
/// Operations and components of one name must be equal, except that responses and examples get another
/// name. Fails with all clashes, one a line.
pub(crate) fn merge(own: &str, others: &[(&str, String)]) -> Result<Merged, Vec<String>> {
    let read = |name: &str, text: &str| {
        let json: Json =
            serde_json::from_str(text).map_err(|error| format!("{name}: invalid JSON: {error}"))?;
        let root: Value =
            serde_json::from_str(text).map_err(|error| format!("{name}: invalid JSON: {error}"))?;
        let version = version(&root).map_err(|error| format!("{name}: {error}"))?;
        Ok((json, version))
    };
    let (mut document, own_version) = read("the program", own).map_err(|error| vec![error])?;
    let (mut clashes, mut notes) = (Vec::new(), Vec::new());
    for (name, text) in others {
        match read(name, text) {
            Err(error) => clashes.push(error),
            Ok((_, version)) if version != own_version => clashes.push(format!(
                "{name}: expected an OpenAPI document of version {own_version}, found {version}"
            )),
            Ok((other, _)) => {
                let mut adding = Adding {
                    name,
                    document: &mut document,
                    clashes: &mut clashes,
                    notes: &mut notes,
                };
                adding.add(other);
            }
        }
    }
    match (clashes.is_empty(), serde_json::to_string_pretty(&document)) {
        (true, Ok(mut text)) => {
            text.push('\n');
            Ok(Merged { text, notes })
        }
        (true, Err(error)) => Err(vec![error.to_string()]),
        (false, _) => Err(clashes),
    }
}

/// A document that is added to another one.
struct Adding<'a> {
    /// The name of the file.
    name: &'a str,
    document: &'a mut Json,
    clashes: &'a mut Vec<String>,
    notes: &'a mut Vec<String>,
}

impl Adding<'_> {
    fn add(&mut self, mut other: Json) {
        components::rename(self.document, &mut other);
        paths::push_security(self.document, &mut other);
        let clashes = paths::add(self.document, &other)
            .into_iter()
            .chain(components::add(self.document, &other))
            .chain(self.add_mounts(&other));
        let clashes: Vec<_> = clashes
            .map(|text| format!("{}: {text}", self.name))
            .collect();
        self.clashes.extend(clashes);
        self.add_tags(&other);
        self.note_left_out(&other);
    }

    fn add_tags(&mut self, other: &Json) {
        for tag in other.get("tags").map(Json::elements).unwrap_or_default() {
            let Some(Json::Array(own)) = self.document.entry("tags", Json::Array(Vec::new()))
            else {
                continue;
            };
            if !own.iter().any(|one| one.get("name") == tag.get("name")) {
                own.push(tag.clone());
            }
        }
    }

    /// Services whose operations are not known.
    fn add_mounts(&mut self, other: &Json) -> Vec<String> {
        let keyword = MOUNTS;
        let mut clashes = Vec::new();
        for mount in other.get(keyword).map(Json::elements).unwrap_or_default() {
            let Some(Json::Array(own)) = self.document.entry(keyword, Json::Array(Vec::new()))
            else {
                continue;
            };
            let same = |one: &Json| one.get("prefix") == mount.get("prefix");
            match own.iter().any(same) {
                true => {
                    let prefix = mount.get("prefix").and_then(Json::text).unwrap_or_default();
                    clashes.push(format!("another service is mounted at `{prefix}`"));
                }
                false => own.push(mount.clone()),
            }
        }
        clashes
    }

    fn note_left_out(&mut self, other: &Json) {
        let servers = other.get("servers").map(Json::elements).unwrap_or_default();
        let urls = servers.iter().filter_map(|one| one.get("url")?.text());
        let own = self.document.get("servers").map(Json::elements);
        let own = own.unwrap_or_default();
        let is_own = |url: &str| {
            let mut own = own.iter().filter_map(|one| one.get("url")?.text());
            own.any(|one| one == url)
        };
        // `/` is the server of a document that names none.
        for url in urls.filter(|url| *url != "/" && !is_own(url)) {
            let text = format!("{}: the server `{url}` is left out", self.name);
            self.notes.push(text);
        }
        let is_merged = |name: &str| {
            [
                "openapi",
                "info",
                "servers",
                "paths",
                "components",
                "security",
                "tags",
                MOUNTS,
            ]
            .contains(&name)
        };
        for (member, value) in other.members() {
            // What both say is not lost.
            if !is_merged(member) && self.document.get(member) != Some(value) {
                self.notes
                    .push(format!("{}: `{member}` is left out", self.name));
            }
        }
    }
}

#[cfg(test)]
mod tests;
