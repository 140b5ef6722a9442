//! From a route to its operation.

use super::operation::Method;

/// The operation that a route has in a document.
#[derive(Clone, Debug)]
pub(super) struct Routed {
    pub(super) method: Method,
    /// The path of the route.
    pub(super) route: String,
    /// The path in the document.
    pub(super) path: String,
    /// The successful responses are unspecified.
    pub(super) is_open: bool,
}

/// An operation of a document, for `lambda-api-testing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoutedOperation<'a> {
    /// The method in lower case.
    pub method: &'static str,
    /// The path in the document.
    pub path: &'a str,
    /// The successful responses are unspecified.
    pub is_open: bool,
}

/// The operation of a request that a route took. A `HEAD` that has no route of its own is a `GET`.
pub(super) fn find<'a>(all: &'a [Routed], method: &str, route: &str) -> Option<&'a Routed> {
    let of = |method| {
        all.iter()
            .find(|one| Some(one.method) == method && one.route == route)
    };
    let get = || of(Some(Method::Get)).filter(|_| method == "HEAD");
    of(Method::of(method)).or_else(get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_a_get_unless_it_has_a_route() {
        let of = |method, route: &str| Routed {
            method,
            route: route.to_owned(),
            path: route.to_owned(),
            is_open: false,
        };
        let all = [
            of(Method::Get, "/a"),
            of(Method::Get, "/b"),
            of(Method::Head, "/b"),
            of(Method::Post, "/c"),
        ];
        for (method, route, expected) in [
            ("GET", "/a", Some(Method::Get)),
            ("HEAD", "/a", Some(Method::Get)),
            ("HEAD", "/b", Some(Method::Head)),
            ("HEAD", "/c", None),
            ("PUT", "/a", None),
            ("COPY", "/a", None),
        ] {
            let found = find(&all, method, route).map(|one| one.method);
            assert_eq!(found, expected, "{method} {route}");
        }
    }
}
