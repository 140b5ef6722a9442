//! Responses: status, header fields, media types and codes of errors.

use super::{
    comparison::{Comparison, Part},
    document::{Document, Node},
    finding::{Place, Severity},
    media::{containing, media_types},
    operations::Operation,
    schema::{Direction, Form},
};
use std::collections::BTreeMap;

/// The responses of an operation by status, range (`2XX`) or `default`.
type Responses<'a> = BTreeMap<String, Node<'a>>;

fn responses<'a>(document: Document<'a>, operation: &Operation<'a>) -> Responses<'a> {
    let responses = operation.node.get("responses");
    let members = responses.iter().flat_map(Node::members);
    members
        .filter(|(status, _)| !status.starts_with("x-"))
        .map(|(status, node)| (status.to_ascii_uppercase(), document.resolve(node)))
        .collect()
}

const DEFAULT: &str = "DEFAULT";

fn range(status: &str) -> String {
    format!("{}XX", status.get(..1).unwrap_or_default())
}

/// The response that describes a status.
fn describing<'b>(responses: &'b Responses<'_>, status: &str) -> Option<&'b str> {
    let keys = [status.to_owned(), range(status), DEFAULT.to_owned()];
    keys.iter()
        .find_map(|key| Some(responses.get_key_value(key)?.0.as_str()))
}

/// Whether clients go on after it.
fn is_success(status: &str) -> bool {
    status.starts_with(['1', '2', '3'])
}

impl<'a> Comparison<'a> {
    pub(super) fn responses(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let operation = new.name();
        let (old, new) = (responses(self.old, old), responses(self.new, new));
        // Pairs of old and new statuses.
        let mut pairs = Vec::new();
        for (status, response) in &new {
            match describing(&old, status) {
                Some(key) => pairs.push((key, status.as_str())),
                None => self.new_status(status, response, &operation),
            }
        }
        for (status, response) in &old {
            let is_narrowed = new.keys().any(|one| range(one) == *status);
            match describing(&new, status) {
                Some(key) if pairs.contains(&(status, key)) => {}
                Some(key) => pairs.push((status, key)),
                None if status == DEFAULT || is_narrowed => {}
                None => self.gone_status(status, response, &operation),
            }
        }
        for (before, now) in pairs {
            if let (Some(old), Some(new)) = (old.get(before), new.get(now)) {
                let name = format!("{operation}: response {}", label(now));
                self.response(
                    &Part {
                        name: &name,
                        old,
                        new,
                    },
                    !is_success(now),
                );
            }
        }
    }

    fn new_status(&mut self, status: &str, response: &Node<'a>, operation: &str) {
        let codes: Vec<_> = media_types(response)
            .iter()
            .flat_map(|(_, media)| codes(self.new, media).into_keys())
            .map(|code| format!("`{code}`"))
            .collect();
        let codes = match codes.is_empty() {
            true => String::new(),
            false => format!(" ({})", codes.join(", ")),
        };
        let change = match status {
            DEFAULT => format!("there may be other statuses now{codes}"),
            status => format!("the status {status} is new{codes}"),
        };
        self.findings
            .warning(Place::new(&*response.pointer), change, operation);
    }

    /// A client may wait for a success; without an error it only has less to do.
    fn gone_status(&mut self, status: &str, response: &Node<'a>, operation: &str) {
        let change = format!("the status {status} is gone");
        let place = Place::gone(&*response.pointer);
        match is_success(status) {
            true => self.findings.error(place, change, operation),
            false => self.findings.warning(place, change, operation),
        }
    }

    fn response(&mut self, part: &Part<'a, '_>, is_error: bool) {
        self.headers(part, is_error);
        let (old, new) = (media_types(part.old), media_types(part.new));
        for (media, node) in &old {
            let is_kept = new.iter().any(|(other, _)| {
                other == media || containing(&[(media.clone(), node.clone())], other).is_some()
            });
            if !is_kept {
                let change = format!("the media type `{media}` is gone");
                self.findings
                    .error(Place::gone(&*node.pointer), change, part.name);
            }
        }
        for (media, new) in &new {
            let Some(old) = containing(&old, media) else {
                continue;
            };
            let name = part.name;
            self.schemas(&Part { name, old, new }, Direction::Response, Form::Json);
            self.items(&Part { name, old, new }, Direction::Response);
            if is_error {
                self.codes(old, new, part.name);
            }
        }
    }

    /// Codes of errors are in the examples of problems.
    fn codes(&mut self, old: &Node<'a>, new: &Node<'a>, name: &str) {
        let (old, new) = (codes(self.old, old), codes(self.new, new));
        if old.is_empty() {
            return;
        }
        for (code, pointer) in new.into_iter().filter(|(code, _)| !old.contains_key(code)) {
            let change = format!("the error code `{code}` is new");
            self.findings.warning(Place::new(pointer), change, name);
        }
    }

    /// An error may have header fields for some of its codes only, and lose them with these.
    fn headers(&mut self, part: &Part<'a, '_>, is_error: bool) {
        let headers = |document: Document<'a>, response: &Node<'a>| {
            let headers = response.get("headers");
            let members = headers.iter().flat_map(Node::members);
            members
                .map(|(name, node)| (name.to_ascii_lowercase(), document.resolve(node)))
                .filter(|(name, _)| name != "content-type")
                .collect::<BTreeMap<_, _>>()
        };
        let (old, new) = (headers(self.old, part.old), headers(self.new, part.new));
        for (name, old) in &old {
            let occurrence = format!("{}, header `{name}`", part.name);
            let Some(new) = new.get(name) else {
                let place = Place::gone(&*old.pointer);
                let severity = match is_error && !old.is("required") {
                    true => Severity::Warning,
                    false => Severity::Error,
                };
                self.findings
                    .add(severity, place, "the header is gone", occurrence);
                continue;
            };
            if old.is("required") && !new.is("required") {
                let place = Place::new(&*new.pointer);
                let change = "the header is no longer always there";
                self.findings.error(place, change, &*occurrence);
            }
            let (old, new) = (&described(old), &described(new));
            let name = &*occurrence;
            self.schemas(&Part { name, old, new }, Direction::Response, Form::Text);
        }
    }
}

/// What has the schema of a header: its media type, or the header itself.
fn described<'a>(header: &Node<'a>) -> Node<'a> {
    let content = header.get("content");
    let media = content.and_then(|one| one.members().into_iter().next());
    media.map_or_else(|| header.clone(), |(_, media)| media)
}

fn label(status: &str) -> &str {
    match status {
        DEFAULT => "default",
        status => status,
    }
}

/// The codes in the examples of a media type, each with its pointer.
fn codes<'a>(document: Document<'a>, media: &Node<'a>) -> BTreeMap<String, String> {
    let examples = media.get("examples");
    let examples = examples.iter().flat_map(Node::members);
    let values = examples.filter_map(|(_, example)| {
        let pointer = example.pointer.clone();
        Some((document.resolve(example).get("value")?, pointer))
    });
    let single = media.get("example").map(|one| (one.clone(), one.pointer));
    values
        .chain(single)
        .filter_map(|(value, pointer)| Some((value.text("code")?.to_owned(), pointer)))
        .collect()
}
