//! Paths and path parameters as API Gateway hands them over.

use super::arrival::{Arrival, map};
use crate::event::Source;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// A path as an HTTP API sends it in both payload formats: decoded, cut off at a `?` that was
/// encoded, and behind the stage, unless that is `$default`. cargo-lambda's emulator, which sends
/// payload format 2.0 from the domain `localhost`, leaves it as the client sent it.
pub(super) fn of_http_api(arrival: &Arrival<'_>) -> String {
    let is_as_sent = arrival.source == Source::HttpApi && arrival.domain == "localhost";
    let path = if is_as_sent {
        arrival.path().to_owned()
    } else {
        let decoded = decode(arrival.path());
        decoded.split('?').next().unwrap_or("/").to_owned()
    };
    match arrival.stage() {
        "$default" => path,
        stage => format!("/{stage}{path}"),
    }
}

/// The parameters that the gateway's route finds in the path, decoded; `None` without any.
pub(super) fn parameters(arrival: &Arrival<'_>, route: &str) -> Option<Map<String, Value>> {
    let mut found = matched(route, arrival.route_path()).unwrap_or_default();
    for (name, value) in &arrival.facts.path_parameters {
        found.retain(|(known, _)| known != name);
        found.push((name.clone(), value.clone()));
    }
    map(&found)
}

/// `None` when the path is not one of the route's.
fn matched(route: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = Some(path.strip_prefix('/')?);
    for part in route.strip_prefix('/')?.split('/') {
        let path = rest?;
        let parameter = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        if let Some(name) = parameter.and_then(|name| name.strip_suffix('+')) {
            if path.is_empty() {
                return None;
            }
            found.push((name.to_owned(), decode(path)));
            return Some(found);
        }
        let (segment, after) = match path.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (path, None),
        };
        match parameter {
            Some(_) if segment.is_empty() => return None,
            Some(name) => found.push((name.to_owned(), decode(segment))),
            None if segment != part => return None,
            None => {}
        }
        rest = after;
    }
    rest.is_none().then_some(found)
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_finds_its_parameters() {
        type Case<'a> = (&'a str, &'a str, Option<&'a [(&'a str, &'a str)]>);
        let cases: &[Case<'_>] = &[
            ("/orders", "/orders", Some(&[])),
            ("/orders/{id}", "/orders/7", Some(&[("id", "7")])),
            ("/orders/{id}", "/orders/a%20b", Some(&[("id", "a b")])),
            ("/{a}/x/{b}", "/1/x/2", Some(&[("a", "1"), ("b", "2")])),
            ("/f/{path+}", "/f/a/b%2Fc", Some(&[("path", "a/b/c")])),
            ("/{proxy+}", "/", None),
            ("/orders/{id}", "/orders/", None),
            ("/orders/{id}", "/orders/7/items", None),
            ("/orders/{id}", "/orders", None),
            ("/orders", "/orders/", None),
            ("$default", "/orders", None),
        ];
        for (route, path, expected) in cases {
            let found = matched(route, path);
            let expected = expected.map(|pairs| {
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{route} {path}");
        }
    }
}
