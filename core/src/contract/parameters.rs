//! Parameters of paths, queries, headers and cookies.

use super::{
    comparison::{Comparison, Part},
    document::{Document, Node},
    finding::Place,
    operations::Operation,
    schema::{Composite, Direction, Form},
};
use serde_json::Value;

/// A parameter, and its name for people.
struct Parameter<'a> {
    /// Names of path parameters are not part of a request, and names of headers have no case.
    key: (&'a str, String),
    node: Node<'a>,
}

/// Headers that are not parameters in OpenAPI.
const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];

impl<'a> Parameter<'a> {
    /// The parameters of an operation. It replaces those of its path item.
    fn all(document: Document<'a>, operation: &Operation<'a>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let listed = [&operation.item, &operation.node].map(|one| one.get("parameters"));
        let listed = listed.iter().flatten().flat_map(Node::elements);
        let in_path = operation.path_parameters();
        for node in listed {
            let node = document.resolve(node);
            let (Some(place), Some(name)) = (node.text("in"), node.text("name")) else {
                continue;
            };
            let name = match place {
                "path" => {
                    let position = in_path.iter().position(|one| *one == name);
                    position.map_or(name.to_owned(), |position| position.to_string())
                }
                "header" => name.to_ascii_lowercase(),
                _ => name.to_owned(),
            };
            if place == "header" && IGNORED.contains(&&*name) {
                continue;
            }
            let key = (place, name);
            found.retain(|one| one.key != key);
            found.push(Self { key, node });
        }
        found
    }

    fn name(&self) -> String {
        let name = self.node.text("name").unwrap_or_default();
        format!("{} parameter `{name}`", self.key.0)
    }

    /// How values that may be arrays or objects are written.
    fn style(&self, has: Composite) -> Style<'a> {
        let default = match self.key.0 {
            "query" | "cookie" => "form",
            _ => "simple",
        };
        let name = self.node.text("style").unwrap_or(default);
        let explode = self.node.value.get("explode").and_then(Value::as_bool);
        let is_exploded = explode.unwrap_or(name == "form");
        // Where it makes a difference.
        let matters = match name {
            "simple" => has.objects,
            "deepObject" => false,
            _ => has.arrays || has.objects,
        };
        // A single value has a prefix in these styles only.
        let is_plain = !["label", "matrix"].contains(&name) && !has.arrays && !has.objects;
        Style {
            name,
            is_exploded: is_exploded && matters,
            is_plain,
        }
    }

    /// Whether a list is written as several parameters.
    fn is_repeated(&self) -> bool {
        let has = Composite {
            arrays: true,
            objects: false,
        };
        let style = self.style(has);
        self.key.0 == "query" && style.name == "form" && style.is_exploded
    }
}

#[derive(Debug)]
struct Style<'a> {
    name: &'a str,
    is_exploded: bool,
    /// Only the value is written.
    is_plain: bool,
}

impl Style<'_> {
    fn is_like(&self, other: &Self) -> bool {
        let is_same = self.name == other.name && self.is_exploded == other.is_exploded;
        is_same || (self.is_plain && other.is_plain)
    }

    /// How a list is written.
    fn of_list(&self) -> Option<&'static str> {
        match (self.name, self.is_exploded) {
            ("form" | "spaceDelimited" | "pipeDelimited", true) => Some("repeated"),
            ("form" | "simple", false) => Some("separated by commas"),
            ("spaceDelimited", false) => Some("separated by spaces"),
            ("pipeDelimited", false) => Some("separated by `|`"),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let exploded = if self.is_exploded {
            " with `explode`"
        } else {
            ""
        };
        format!("`{}`{exploded}", self.name)
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let operation = new.name();
        let new = Parameter::all(self.new, new);
        let old = Parameter::all(self.old, old);
        for one in &old {
            let name = format!("{operation}: {}", one.name());
            match new.iter().find(|other| other.key == one.key) {
                Some(other) => {
                    let name = format!("{operation}: {}", other.name());
                    self.parameter(one, other, &name);
                }
                None if one.key.0 == "path" => {}
                None => {
                    let place = Place::gone(&*one.node.pointer);
                    self.findings.error(place, "the parameter is gone", name);
                }
            }
        }
        for one in new.iter().filter(|one| one.node.is("required")) {
            if one.key.0 != "path" && !old.iter().any(|other| other.key == one.key) {
                let place = Place::new(&*one.node.pointer);
                let name = format!("{operation}: {}", one.name());
                let change = "the parameter is new and required";
                self.findings.error(place, change, name);
            }
        }
    }

    fn parameter(&mut self, old: &Parameter<'a>, new: &Parameter<'a>, name: &str) {
        if new.node.is("required") && !old.node.is("required") {
            let place = Place::new(new.node.pointer_to("required"));
            self.findings
                .error(place, "the parameter is required now", name);
        }
        let greedy = "x-lambda-api-greedy";
        if old.node.is(greedy) && !new.node.is(greedy) {
            let place = Place::gone(old.node.pointer_to(greedy));
            let change = "the parameter no longer takes several segments";
            self.findings.error(place, change, name);
        }
        if old.node.is("allowEmptyValue") && !new.node.is("allowEmptyValue") {
            let place = Place::gone(old.node.pointer_to("allowEmptyValue"));
            self.findings
                .error(place, "the value must not be empty now", name);
        }
        // The value may be written in a media type.
        let media = |one: &Parameter<'a>| one.node.get("content")?.members().into_iter().next();
        match (media(old), media(new)) {
            (None, None) => {
                self.style(old, new, name);
                let part = Part {
                    name,
                    old: &old.node,
                    new: &new.node,
                };
                let form = match new.is_repeated() {
                    true => Form::Repeated,
                    false => Form::Text,
                };
                self.schemas(&part, Direction::Request, form);
            }
            (Some((before, old)), Some((now, new))) if before == now => {
                let (old, new) = (&old, &new);
                self.schemas(&Part { name, old, new }, Direction::Request, Form::Json);
            }
            (before, now) => {
                let text = |one: Option<(&str, Node<'_>)>| match one {
                    Some((media, _)) => format!("`{media}`"),
                    None => "plain text".to_owned(),
                };
                let change = format!("the value was {} and is {}", text(before), text(now));
                let place = Place::new(&*new.node.pointer);
                self.findings.error(place, change, name);
            }
        }
    }

    /// An array or an object that is written in another way is read in another way.
    fn style(&mut self, old: &Parameter<'a>, new: &Parameter<'a>, name: &str) {
        let has = Composite::of(self.old, &Vec::from_iter(old.node.get("schema")));
        let (before, now) = (old.style(has), new.style(has));
        if before.is_like(&now) {
            return;
        }
        let change = match (before.of_list(), now.of_list()) {
            (Some(before), Some(now)) if has.arrays => {
                format!("values were {before} and are {now}")
            }
            _ => format!("the style was {} and is {}", before.text(), now.text()),
        };
        let place = Place::new(&*new.node.pointer);
        self.findings.error(place, change, name);
    }
}
