//! Operations of a document, and the same ones of another document.

use super::{
    comparison::Comparison,
    document::{Document, Node},
    finding::Place,
};

/// Methods in the order in which the document has them.
pub(super) const METHODS: [&str; 8] = [
    "get", "head", "post", "put", "patch", "delete", "options", "trace",
];

/// An operation of a document.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    /// The path item, which may have parameters.
    pub(super) item: Node<'a>,
    pub(super) node: Node<'a>,
}

impl<'a> Operation<'a> {
    /// All operations of a document.
    pub(super) fn all(document: Document<'a>) -> Vec<Self> {
        let paths = document.root().get("paths");
        let mut found = Vec::new();
        for (path, item) in paths.iter().flat_map(Node::members) {
            let item = document.resolve(item);
            found.extend(METHODS.into_iter().filter_map(|method| {
                Some(Self {
                    method,
                    path,
                    item: item.clone(),
                    node: item.get(method)?,
                })
            }));
        }
        found
    }

    /// The operation as `GET /orders/{id}`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The names of the parameters in the path, in their order.
    pub(super) fn path_parameters(&self) -> Vec<&'a str> {
        let behind = self.path.split('{').skip(1);
        behind
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect()
    }

    /// Whether requests to one are requests to the other: names of parameters make no difference.
    pub(super) fn is_at_place_of(&self, other: &Self) -> bool {
        self.method == other.method && shape(self.path) == shape(other.path)
    }
}

/// A path without the names of its parameters.
pub(super) fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape += "{}";
        shape += part.split_once('}').map_or(part, |(_, rest)| rest);
    }
    shape
}

impl<'a> Comparison<'a> {
    /// The operations of both documents; those that are gone are findings.
    pub(super) fn operations(&mut self) -> Vec<(Operation<'a>, Operation<'a>)> {
        let (old, new) = (Operation::all(self.old), Operation::all(self.new));
        let mut pairs = Vec::new();
        for operation in old {
            match new.iter().find(|one| one.is_at_place_of(&operation)) {
                Some(same) => pairs.push((operation, same.clone())),
                None => self.gone(&operation, &new),
            }
        }
        pairs
    }

    fn gone(&mut self, operation: &Operation<'a>, new: &[Operation<'a>]) {
        let id = operation.node.text("operationId");
        let moved = new
            .iter()
            .find(|one| id.is_some() && one.node.text("operationId") == id);
        let change = match moved {
            Some(other) => format!("the operation is gone: `{}` has its id now", other.name()),
            None => "the operation is gone".to_owned(),
        };
        let place = Place::gone(&*operation.node.pointer);
        self.findings.error(place, change, operation.name());
    }

    /// The id of an operation names a function of generated clients.
    pub(super) fn id(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let ids = (old.node.text("operationId"), new.node.text("operationId"));
        let (Some(before), now) = ids else {
            return;
        };
        let (change, place) = match now {
            Some(now) if now == before => return,
            Some(now) => (
                format!("the operation id was `{before}` and is `{now}`"),
                Place::new(new.node.pointer_to("operationId")),
            ),
            None => (
                format!("the operation id was `{before}` and is gone"),
                Place::gone(old.node.pointer_to("operationId")),
            ),
        };
        self.findings.warning(place, change, new.name());
    }

    /// URLs that are no longer listed.
    pub(super) fn servers(&mut self) {
        let servers = |document: Document<'a>| {
            let servers = document.root().get("servers");
            servers.map(|one| one.elements()).unwrap_or_default()
        };
        let new = servers(self.new);
        for server in servers(self.old) {
            let url = server.text("url").unwrap_or("/");
            // Without a server, the URL is `/`.
            let is_kept = new.iter().any(|one| one.text("url") == Some(url));
            let is_default = new.is_empty() && url == "/";
            if !is_kept && !is_default {
                let change = format!("the server `{url}` is gone");
                let place = Place::gone(&*server.pointer);
                self.findings.warning(place, change, "all operations");
            }
        }
    }

    /// Mounted services, whose operations are not known.
    pub(super) fn mounts(&mut self) {
        let mounts = |document: Document<'a>| {
            let mounts = document.root().get("x-lambda-api-mounts");
            mounts.map(|one| one.elements()).unwrap_or_default()
        };
        let new = mounts(self.new);
        for mount in mounts(self.old) {
            let prefix = mount.text("prefix").unwrap_or_default();
            let name = format!("all operations below `{prefix}`");
            // A service at `/a` has the requests below `/a/b`, too.
            let contains = |one: &&Node<'a>| {
                let own = one.text("prefix").unwrap_or_default().trim_end_matches('/');
                let rest = prefix.strip_prefix(own);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let around = new.iter().filter(contains);
            let same = around.max_by_key(|one| one.text("prefix").map(str::len));
            let Some(same) = same else {
                let change = "the mounted service is gone";
                let place = Place::gone(&*mount.pointer);
                self.findings.error(place, change, name);
                continue;
            };
            let access = [&mount, same].map(|one| one.text("access").unwrap_or_default());
            if let [old, new] = access
                && !is_access_kept(old, new)
            {
                let change = format!("the access was {old:?} and is {new:?}");
                let place = Place::new(same.pointer_to("access"));
                self.findings.error(place, change, name);
            }
        }
    }
}

/// Whether each caller that one access rule lets through is let through by another one. Rules are texts
/// such as `public`, `authenticated` or `scopes(a, b) groups(any(c, d))`.
fn is_access_kept(old: &str, new: &str) -> bool {
    if old == new || new == "public" {
        return true;
    }
    if old == "public" {
        return false;
    }
    let mut parts = access_parts(new);
    let before = access_parts(old);
    // Another authenticator knows other callers.
    let authenticator = |parts: &[&str]| {
        let one = parts.iter().find(|part| part.starts_with("authenticator("));
        one.map(|one| (*one).to_owned())
    };
    if authenticator(&parts) != authenticator(&before) {
        return false;
    }
    parts.retain(|part| *part != "authenticated");
    parts.iter().all(|part| {
        before.iter().any(|known| {
            let (Some((kind, names)), Some((other, held))) = (rule(part), rule(known)) else {
                return part == known;
            };
            let all = |names: &Names<'_>| !names.any || names.list.len() == 1;
            let has = |name: &&str| names.list.contains(name);
            kind == other
                && match (all(&names), all(&held)) {
                    (true, true) => names.list.iter().all(|name| held.list.contains(name)),
                    (false, true) => held.list.iter().any(has),
                    (false, false) => held.list.iter().all(has),
                    (true, false) => false,
                }
        })
    })
}

/// The rules of an access rule, which have spaces between names only behind a comma.
fn access_parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(|one: char| {
        match one {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        one == ' ' && depth == 0
    });
    parts.collect()
}

struct Names<'a> {
    any: bool,
    list: Vec<&'a str>,
}

/// The names of `scopes(a, b)` or `groups(any(c, d))`.
fn rule(part: &str) -> Option<(&str, Names<'_>)> {
    let (kind, names) = part.strip_suffix(')')?.split_once('(')?;
    if !["scopes", "groups"].contains(&kind) {
        return None;
    }
    let inner = names
        .strip_prefix("any(")
        .and_then(|one| one.strip_suffix(')'));
    let list = inner.unwrap_or(names).split(", ").collect();
    Some((
        kind,
        Names {
            any: inner.is_some(),
            list,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_rules_with_fewer_demands_keep_callers() {
        for (old, new, expected) in [
            ("public", "authenticated", false),
            ("authenticated", "public", true),
            ("scopes(a)", "authenticated", true),
            ("authenticated", "scopes(a)", false),
            ("scopes(a, b)", "scopes(a)", true),
            ("scopes(a)", "scopes(a, b)", false),
            ("groups(any(a))", "groups(any(a, b))", true),
            ("groups(any(a, b))", "groups(any(a))", false),
            ("groups(any(a, b))", "groups(any(c, b, a))", true),
            ("groups(any(a, b))", "groups(a)", false),
            ("groups(a, b)", "groups(any(b, c))", true),
            ("groups(any(a))", "groups(a)", true),
            ("groups(a)", "scopes(a)", false),
            ("scopes(a, b) groups(c)", "scopes(b)", true),
            ("guard(own::a) scopes(a)", "guard(own::a)", true),
            ("scopes(a)", "scopes(a) guard(own::a)", false),
            ("authenticator(a)", "authenticator(b)", false),
            ("authenticator(a) scopes(b)", "authenticator(a)", true),
            ("authenticator(a)", "authenticated", false),
        ] {
            assert_eq!(is_access_kept(old, new), expected, "{old} {new}");
        }
    }

    #[test]
    fn names_of_parameters_are_no_part_of_a_shape() {
        for (path, expected) in [
            ("/", "/"),
            ("/orders/{id}", "/orders/{}"),
            ("/a/{b}/c/{d}", "/a/{}/c/{}"),
            ("/reports/{year}-{month}.csv", "/reports/{}-{}.csv"),
        ] {
            assert_eq!(shape(path), expected);
        }
    }
}
