//! Compares the router with a reference that checks every route.

use super::{
    Found, Router,
    tests::{entry, found},
};
use crate::path_shape::Shape;
use proptest::{collection::vec, prelude::*, sample::select};
use std::cmp::Ordering;

type Route = (&'static str, String);

const METHODS: [&str; 6] = ["GET", "POST", "HEAD", "OPTIONS", "PATCH", "ANY"];

fn method() -> impl Strategy<Value = &'static str> {
    select(&METHODS[..])
}

fn route() -> impl Strategy<Value = Route> {
    let inner = select(&["/a", "/b", "/~", "/%7e", "/%c3", "/{x}", "/{y}"][..]);
    let last = select(&["", "", "", "/", "/{x+}", "/{rest+}"][..]);
    (method(), vec(inner, 0..4), last).prop_map(|(method, inner, last)| {
        let path = inner.concat() + last;
        (
            method,
            if path.is_empty() {
                "/".to_owned()
            } else {
                path
            },
        )
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = select(&["/a", "/a", "/b", "/~", "/%C3", "/%2F", "/c", "/"][..]);
    vec(segment, 0..6).prop_map(|segments| segments.concat())
}

/// A path that matches a route, with a value for each parameter.
fn path_of(route: &str, values: &[&str]) -> String {
    let mut values = values.iter().cycle();
    let mut spelt = Vec::new();
    for segment in route.split('/') {
        spelt.push(match segment {
            "{x+}" | "{rest+}" => format!("{}/{}", values.next().unwrap(), values.next().unwrap()),
            "{x}" | "{y}" => (*values.next().unwrap()).to_owned(),
            "%7e" => "~".to_owned(),
            "%c3" => "%C3".to_owned(),
            literal => literal.to_owned(),
        });
    }
    spelt.join("/")
}

/// The path without its last slash.
fn trimmed(path: &str, ignore: bool) -> &str {
    let trimmed = path.strip_suffix('/').filter(|path| !path.is_empty());
    trimmed.filter(|_| ignore).unwrap_or(path)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Literal(&'a str),
    Parameter,
    Greedy,
}

fn segments(route: &str) -> Vec<Segment<'_>> {
    let segments = route.split('/').skip(1);
    segments
        .map(|segment| match segment {
            "{x}" | "{y}" => Segment::Parameter,
            "{x+}" | "{rest+}" => Segment::Greedy,
            "%7e" => Segment::Literal("~"),
            "%c3" => Segment::Literal("%C3"),
            literal => Segment::Literal(literal),
        })
        .collect()
}

fn fits(route: &str, path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    let mut rest = Some(path);
    for segment in segments(route) {
        let Some(path) = rest else {
            return false;
        };
        let (first, behind) = match path.split_once('/') {
            Some((first, behind)) => (first, Some(behind)),
            None => (path, None),
        };
        match segment {
            Segment::Greedy => return !path.is_empty(),
            Segment::Parameter if first.is_empty() => return false,
            Segment::Literal(literal) if first != literal => return false,
            _ => rest = behind,
        }
    }
    rest.is_none()
}

/// A path without a greedy parameter comes first; otherwise the first segment that differs decides.
fn narrower(one: &str, other: &str) -> Ordering {
    let greedy = |route: &str| segments(route).contains(&Segment::Greedy);
    let kinds = |route: &str| {
        let kind = |segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Parameter => 1,
            Segment::Greedy => 2,
        };
        segments(route).into_iter().map(kind).collect::<Vec<_>>()
    };
    greedy(one)
        .cmp(&greedy(other))
        .then_with(|| kinds(one).cmp(&kinds(other)))
}

/// The routes that do not conflict, and their router.
fn build(routes: &[Route], ignore: bool) -> Result<(Router, Vec<Route>), TestCaseError> {
    let (mut router, mut kept) = (Router::new(ignore, 0), Vec::<Route>::new());
    for (method, path) in routes {
        let taken = kept.iter().any(|(known, other)| {
            known == method && segments(trimmed(other, ignore)) == segments(trimmed(path, ignore))
        });
        let inserted = router.insert(method, Shape::normal(path), entry(method, path));
        prop_assert_eq!(inserted.is_err(), taken, "{} {}", method, path);
        if !taken {
            kept.push((method, path.clone()));
        }
    }
    Ok((router, kept))
}

/// The expected result: the most specific route that has the method, or whether there are others.
fn respond<'r>(
    routes: &'r [Route],
    (method, path): (&str, &str),
    ignore: bool,
) -> Result<&'r Route, Vec<&'r Route>> {
    let path = trimmed(path, ignore);
    let mut fitting: Vec<&Route> = routes
        .iter()
        .filter(|(_, route)| fits(trimmed(route, ignore), path))
        .collect();
    fitting.sort_by(|(_, one), (_, other)| narrower(trimmed(one, ignore), trimmed(other, ignore)));
    let narrowest = |wanted: &str| fitting.iter().position(|(known, _)| *known == wanted);
    let shape = |at: usize| segments(trimmed(&fitting[at].1, ignore));
    // On the same path, the method itself precedes `GET` for `HEAD`, and that precedes `ANY`.
    let wanted = match method {
        "HEAD" => &["HEAD", "GET", "ANY"][..],
        _ => &[method, "ANY"],
    };
    let found = wanted.iter().filter_map(|wanted| narrowest(wanted));
    let best = found.min_by(|one, other| {
        if shape(*one) == shape(*other) {
            Ordering::Equal
        } else {
            one.cmp(other)
        }
    });
    match best {
        Some(at) => Ok(fitting[at]),
        None => Err(fitting),
    }
}

fn agree(
    (router, routes): &(Router, Vec<Route>),
    (method, path): (&str, &str),
    ignore: bool,
) -> Result<(), TestCaseError> {
    let told = found(router, method, path);
    match respond(routes, (method, path), ignore) {
        Ok((method, route)) => {
            let expected = format!("{method} {route} [");
            prop_assert!(
                told.starts_with(&expected),
                "{}: {} {}",
                path,
                told,
                expected
            );
        }
        Err(others) if others.is_empty() => prop_assert_eq!(told, "404"),
        Err(others) => {
            let allow = told.strip_prefix("405 ").or(told.strip_prefix("options "));
            let allow: Vec<_> = allow.unwrap_or_default().split(", ").collect();
            for (method, _) in others {
                prop_assert!(allow.contains(method), "{}: {} {}", path, told, method);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn a_request_goes_to_the_narrowest_route_of_all(
        routes in vec(route(), 0..12),
        requests in vec((method(), path()), 1..12),
        ignore in any::<bool>(),
    ) {
        let built = build(&routes, ignore)?;
        for (method, path) in &requests {
            let method = if *method == "ANY" { "PUT" } else { method };
            agree(&built, (method, path), ignore)?;
        }
    }

    #[test]
    fn every_route_is_found_by_a_path_of_it(
        routes in vec(route(), 1..12),
        values in vec(select(&["a", "b", "~", "%C3", "7"][..]), 6),
        ignore in any::<bool>(),
    ) {
        let built = build(&routes, ignore)?;
        for (method, route) in &built.1 {
            let path = path_of(route, &values);
            prop_assert!(fits(trimmed(route, ignore), trimmed(&path, ignore)), "{} {}", route, path);
            let method = if *method == "ANY" { "PUT" } else { method };
            agree(&built, (method, &path), ignore)?;
            let found = built.0.find(&method.parse().unwrap(), &path);
            prop_assert!(matches!(found, Found::Endpoint { .. }), "{} {}", method, path);
        }
    }
}
