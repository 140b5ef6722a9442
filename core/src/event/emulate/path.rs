//! Paths and path parameters as API Gateway sends them.

use super::incoming::{Incoming, map};
use crate::event::Source;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The path as an HTTP API sends it in both payload formats: decoded, cut at an encoded `?`, and
/// after the stage unless that is `$default`. cargo-lambda's emulator, which sends payload format
/// 2.0 with the domain `localhost`, leaves the path as the client sent it.
pub(super) fn of_http_api(incoming: &Incoming<'_>) -> String {
    let is_as_sent = incoming.source == Source::HttpApi && incoming.domain == "localhost";
    let path = if is_as_sent {
        incoming.path().to_owned()
    } else {
        let decoded = decode(incoming.path());
        decoded.split('?').next().unwrap_or("/").to_owned()
    };
    match incoming.stage() {
        "$default" => path,
        stage => format!("/{stage}{path}"),
    }
}

/// Extracts the parameters of the gateway's route from the path, decoded; `None` if there are none.
pub(super) fn parameters(incoming: &Incoming<'_>, route: &str) -> Option<Map<String, Value>> {
    let mut found = matched(route, incoming.route_path()).unwrap_or_default();
    for (name, value) in &incoming.gateway.path_parameters {
        found.retain(|(known, _)| known != name);
        found.push((name.clone(), value.clone()));
    }
    map(&found)
}

/// Matches a path; `None` if the route does not match.
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
