//! Who may call an operation.

use super::{
    comparison::Comparison,
    document::{Document, Node},
    finding::Place,
    operations::Operation,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One way to authenticate: schemes, each with the scopes that a caller needs.
type Way<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The ways to authenticate, of which a caller needs one.
struct Ways<'a> {
    ways: Vec<Way<'a>>,
    pointer: String,
}

impl<'a> Ways<'a> {
    fn of(document: Document<'a>, operation: &Operation<'a>) -> Self {
        let own = operation.node.get("security");
        let security = own.or_else(|| document.root().get("security"));
        let pointer = security.as_ref().map_or_else(
            || operation.node.pointer.clone(),
            |security| security.pointer.clone(),
        );
        let ways = security.iter().flat_map(Node::elements).map(|way| {
            let schemes = way.members().into_iter();
            let scopes = |list: Node<'a>| {
                let texts = list.value.as_array().into_iter().flatten();
                texts.filter_map(Value::as_str).collect()
            };
            schemes.map(|(name, list)| (name, scopes(list))).collect()
        });
        let mut ways: Vec<_> = ways.collect();
        if ways.is_empty() {
            ways.push(Way::new());
        }
        Self { ways, pointer }
    }

    fn is_public(&self) -> bool {
        self.ways.iter().any(Way::is_empty)
    }
}

/// A security scheme by name.
fn scheme<'a>(document: Document<'a>, name: &str) -> Option<Node<'a>> {
    let schemes = document.root().get("components")?.get("securitySchemes")?;
    Some(document.resolve(schemes.get(name)?))
}

/// What makes two schemes different for clients.
const PARTS: [&str; 6] = ["type", "scheme", "in", "name", "openIdConnectUrl", "flows"];

/// Whether a credential of the old scheme is one of the new scheme.
fn is_kept(old: &Node<'_>, new: &Node<'_>) -> bool {
    if is_mutual_tls(old) && is_mutual_tls(new) {
        return true;
    }
    // Names of headers and of schemes have no case.
    let has_case = old.text("in").is_some_and(|place| place != "header");
    PARTS
        .iter()
        .all(|part| match (*part, old.get(part), new.get(part)) {
            ("scheme" | "name", Some(old), Some(new)) if !has_case => {
                let texts = (old.value.as_str(), new.value.as_str());
                matches!(texts, (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
            }
            ("flows", Some(old), Some(new)) => old.members().iter().all(|(flow, old)| {
                let urls = ["authorizationUrl", "tokenUrl", "refreshUrl"];
                new.get(flow)
                    .is_some_and(|new| urls.iter().all(|url| old.text(url) == new.text(url)))
            }),
            (_, old, new) => old.map(|one| one.value) == new.map(|one| one.value),
        })
}

/// OpenAPI 3.0 does not have the type; its documents have `http` with this scheme.
fn is_mutual_tls(scheme: &Node<'_>) -> bool {
    let name = scheme.text("scheme").unwrap_or_default();
    match scheme.text("type") {
        Some("mutualTLS") => true,
        Some("http") => name.eq_ignore_ascii_case("mutualTLS"),
        _ => false,
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn security(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let name = new.name();
        let (before, now) = (Ways::of(self.old, old), Ways::of(self.new, new));
        let place = Place::new(&*now.pointer);
        if before.is_public() && !now.is_public() {
            let change = "the operation was public, and needs authentication now";
            self.findings.error(place.clone(), change, &*name);
        }
        for way in before.ways.iter().filter(|way| !way.is_empty()) {
            if now.ways.iter().any(|other| self.suffices(way, other)) {
                continue;
            }
            let (place, change) = self.insufficient(way, &now);
            self.findings.error(place, change, &*name);
        }
        self.groups(old, new, &name);
        self.guard(old, new, &name);
    }

    /// Whether a caller with the credentials of `old` has those of `new`.
    fn suffices(&self, old: &Way<'a>, new: &Way<'a>) -> bool {
        new.iter().all(|(name, scopes)| {
            old.iter().any(|(other, granted)| {
                let is_granted = scopes.is_subset(granted) || self.hides_scopes(other);
                is_granted && self.is_same_scheme(other, name)
            })
        })
    }

    /// Whether the old document cannot name the scopes of a scheme: in OpenAPI 3.0, only two types have
    /// them.
    fn hides_scopes(&self, old: &str) -> bool {
        let scheme = scheme(self.old, old);
        let kind = scheme.as_ref().and_then(|one| one.text("type"));
        self.old.is_3_0() && !matches!(kind, Some("oauth2" | "openIdConnect"))
    }

    fn is_same_scheme(&self, old: &str, new: &str) -> bool {
        match (scheme(self.old, old), scheme(self.new, new)) {
            (Some(old), Some(new)) => is_kept(&old, &new),
            _ => old == new,
        }
    }

    /// Why callers that authenticate in a way are rejected now.
    fn insufficient(&self, way: &Way<'a>, now: &Ways<'a>) -> (Place, String) {
        let place = Place::new(&*now.pointer);
        let names = |way: &Way<'a>| {
            way.keys()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
        };
        let text = names(way).join(" with ");
        if let Some(other) = now.ways.iter().find(|other| other.keys().eq(way.keys())) {
            let changed = way.keys().find(|name| !self.is_same_scheme(name, name));
            if let Some(name) = changed {
                let pointer = scheme(self.new, name).map(|one| one.pointer);
                let place = pointer.map_or(place, Place::new);
                return (place, format!("the security scheme `{name}` changed"));
            }
            let needed = other.iter().flat_map(|(name, scopes)| {
                let granted = way.get(name);
                let is_new = move |scope: &&&str| !granted.is_some_and(|has| has.contains(**scope));
                scopes
                    .iter()
                    .filter(is_new)
                    .map(|scope| format!("`{scope}`"))
            });
            let needed: Vec<_> = needed.collect();
            let word = if needed.len() == 1 { "scope" } else { "scopes" };
            let needed = needed.join(", ");
            return (place, format!("{text} needs the {word} {needed} now"));
        }
        let ways: Vec<_> = now
            .ways
            .iter()
            .map(|way| names(way).join(" with "))
            .collect();
        let change = format!("{text} is no longer accepted, but {}", ways.join(" or "));
        (place, change)
    }

    fn groups(&mut self, old: &Operation<'a>, new: &Operation<'a>, name: &str) {
        let keyword = "x-lambda-api-groups";
        let Some(now) = new.node.get(keyword) else {
            return;
        };
        let before = old.node.get(keyword);
        let sets = before
            .as_ref()
            .map_or_else(|| vec![BTreeSet::new()], groups);
        let accepted = groups(&now);
        let is_kept = |set: &BTreeSet<&str>| accepted.iter().any(|other| other.is_subset(set));
        if !sets.iter().all(is_kept) {
            let change = match before {
                None => format!("callers need groups now: {}", now.value),
                Some(before) => format!("the groups were {} and are {}", before.value, now.value),
            };
            self.findings.error(Place::new(now.pointer), change, name);
        }
    }

    fn guard(&mut self, old: &Operation<'a>, new: &Operation<'a>, name: &str) {
        let keyword = "x-lambda-api-guard";
        let Some(now) = new.node.get(keyword) else {
            return;
        };
        let place = Place::new(&*now.pointer);
        match old.node.get(keyword) {
            None => {
                let change = format!("a guard decides who may call now: {}", now.value);
                self.findings.error(place, change, name);
            }
            Some(before) if before.value != now.value => {
                let change = format!("the guard was {} and is {}", before.value, now.value);
                self.findings.warning(place, change, name);
            }
            Some(_) => {}
        }
    }
}

/// The sets of groups of which a caller needs one: `{"all": [..]}` or `{"any": [..]}`.
fn groups<'a>(node: &Node<'a>) -> Vec<BTreeSet<&'a str>> {
    let names = |list: Node<'a>| {
        let names = list.value.as_array().into_iter().flatten();
        names.filter_map(Value::as_str).collect::<BTreeSet<_>>()
    };
    match (node.get("all"), node.get("any")) {
        (Some(all), _) => vec![names(all)],
        (None, Some(any)) => names(any).into_iter().map(|one| [one].into()).collect(),
        (None, None) => vec![BTreeSet::new()],
    }
}
