//! Unique names of operations.

use super::{operation::Method, paths::slug};
use std::collections::{BTreeMap, BTreeSet};

/// What the name of an operation is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// The name that the attribute sets.
    pub(super) explicit: Option<&'a str>,
    pub(super) function: &'a str,
    pub(super) module: &'a str,
    /// The prefix of the API that has the route.
    pub(super) prefix: &'a str,
    pub(super) path: &'a str,
    pub(super) method: Method,
}

impl Named<'_> {
    /// `module::function`, for messages.
    pub(super) fn handler(&self) -> String {
        format!("{}::{}", self.module, self.function)
    }
}

/// The names of the operations, in their order: the function; with its module if another function has
/// the same name; with the prefix if it is mounted several times; with method or path if it handles
/// several.
pub(super) fn operation_ids(all: &[Named<'_>], errors: &mut Vec<String>) -> Vec<String> {
    let mut ids: Vec<String> = all
        .iter()
        .map(|one| one.explicit.unwrap_or(one.function).to_owned())
        .collect();
    let module = |one: &Named<'_>| {
        one.module
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let modules = |one: &Named<'_>| one.module.replace("::", "_");
    for module in [&module as &dyn Fn(&Named<'_>) -> String, &modules] {
        extend(
            all,
            &mut ids,
            |one| (one.module, one.function),
            |one, id| match one.explicit {
                Some(_) => id.to_owned(),
                None => format!("{}_{}", module(one), one.function),
            },
        );
    }
    // What the attribute says stays, unless one handler has several operations.
    if !unique(all, &ids, |a, b| a.handler() != b.handler(), errors) {
        return ids;
    }
    extend(
        all,
        &mut ids,
        |one| one.prefix,
        |one, id| match slug(one.prefix) {
            prefix if prefix.is_empty() => id.to_owned(),
            prefix => format!("{prefix}_{id}"),
        },
    );
    extend(
        all,
        &mut ids,
        |one| one.method,
        |one, id| format!("{id}_{}", one.method.lower()),
    );
    extend(
        all,
        &mut ids,
        |one| one.path,
        |one, id| match slug(one.path) {
            path if path.is_empty() => format!("{id}_root"),
            path => format!("{id}_{path}"),
        },
    );
    unique(all, &ids, |_, _| true, errors);
    ids
}

/// Reports operations with the same id. Returns whether there are none.
fn unique(
    all: &[Named<'_>],
    ids: &[String],
    differ: impl Fn(&Named<'_>, &Named<'_>) -> bool,
    errors: &mut Vec<String>,
) -> bool {
    let before = errors.len();
    let mut first: BTreeMap<&str, &Named<'_>> = BTreeMap::new();
    for (one, id) in all.iter().zip(ids) {
        if let Some(other) = first.insert(id, one)
            && differ(other, one)
        {
            errors.push(format!(
                "two operations are named `{id}`: `{}` ({} {}) and `{}` ({} {}); set \
                 `operation_id = \"..\"` on one of them",
                other.handler(),
                other.method,
                other.path,
                one.handler(),
                one.method,
                one.path,
            ));
        }
    }
    errors.len() == before
}

/// Changes the ids of operations that have the same id but differ by `by`.
fn extend<'a, K: Ord>(
    all: &'a [Named<'a>],
    ids: &mut [String],
    by: impl Fn(&'a Named<'a>) -> K,
    change: impl Fn(&Named<'_>, &str) -> String,
) {
    let mut groups: BTreeMap<String, BTreeSet<K>> = BTreeMap::new();
    for (one, id) in all.iter().zip(ids.iter()) {
        groups.entry(id.clone()).or_default().insert(by(one));
    }
    for (one, id) in all.iter().zip(ids) {
        if groups.get(id.as_str()).is_some_and(|kinds| kinds.len() > 1) {
            *id = change(one, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(module: &'static str, function: &'static str, prefix: &'static str) -> Named<'static> {
        Named {
            explicit: None,
            function,
            module,
            prefix,
            path: "/p",
            method: Method::Get,
        }
    }

    #[test]
    fn names_are_extended_only_on_a_clash() {
        let get = of("shop::orders", "get", "");
        let post = Named {
            method: Method::Post,
            ..get
        };
        let other = Named {
            path: "/q/{a}",
            ..get
        };
        for (all, expected) in [
            (
                vec![get, of("shop::orders", "list", "")],
                vec!["get", "list"],
            ),
            (
                vec![get, of("shop::items", "get", "")],
                vec!["orders_get", "items_get"],
            ),
            (
                vec![get, of("shop::v2::orders", "get", "")],
                vec!["shop_orders_get", "shop_v2_orders_get"],
            ),
            (
                vec![of("shop", "get", "/v1"), of("shop", "get", "/v2/{id}")],
                vec!["v1_get", "v2_id_get"],
            ),
            (vec![get, post], vec!["get_get", "get_post"]),
            (vec![get, other], vec!["get_p", "get_q_a"]),
        ] {
            let mut errors = Vec::new();
            assert_eq!(operation_ids(&all, &mut errors), expected);
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn equal_explicit_names_are_an_error() {
        let [get, list] = ["get", "list"].map(|function| Named {
            explicit: Some("order"),
            ..of("shop::orders", function, "")
        });
        let mut errors = Vec::new();
        operation_ids(&[get, list], &mut errors);
        assert_eq!(
            errors,
            [
                "two operations are named `order`: `shop::orders::get` (GET /p) and \
              `shop::orders::list` (GET /p); set `operation_id = \"..\"` on one of them"
            ]
        );
    }
}
