//! The detail of an event pattern.

use crate::template::tree::{Map, Node};
use std::collections::BTreeMap;

/// A part of the detail.
enum Part<'a> {
    Text(&'a str),
    Members(BTreeMap<&'a str, Self>),
}

/// The pattern of a detail from paths with dots: `order.status` is the member `status` of `order`.
///
/// # Errors
/// Returns a path that is to have two texts, or a text and members.
pub(super) fn nested<'a>(detail: &[(&'a str, &'a str)]) -> Result<Map, &'a str> {
    let mut members = BTreeMap::new();
    for (path, text) in detail {
        insert(&mut members, path, text).map_err(|()| *path)?;
    }
    Ok(map(members))
}

fn insert<'a>(
    members: &mut BTreeMap<&'a str, Part<'a>>,
    path: &'a str,
    text: &'a str,
) -> Result<(), ()> {
    match path.split_once('.') {
        Some((name, rest)) => {
            let empty = || Part::Members(BTreeMap::new());
            match members.entry(name).or_insert_with(empty) {
                Part::Members(members) => insert(members, rest, text),
                Part::Text(_) => Err(()),
            }
        }
        None => match members.entry(path).or_insert(Part::Text(text)) {
            Part::Text(known) if *known == text => Ok(()),
            _ => Err(()),
        },
    }
}

fn map(members: BTreeMap<&str, Part<'_>>) -> Map {
    let mut map = Map::new();
    for (name, part) in members {
        match part {
            Part::Text(text) => map.push(name, Node::texts([text])),
            Part::Members(members) => map.push(name, self::map(members)),
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::json;
    use serde_json::{Value, json};

    fn pattern(detail: &[(&str, &str)]) -> Result<Value, String> {
        let map = nested(detail).map_err(str::to_owned)?;
        Ok(json::value(&map.into()))
    }

    #[test]
    fn paths_with_dots_are_nested() {
        for (detail, expected) in [
            (&[][..], json!({})),
            (&[("status", "paid")], json!({"status": ["paid"]})),
            (
                &[
                    ("order.status", "paid"),
                    ("shop", "tea"),
                    ("order.by.id", "7"),
                ],
                json!({"order": {"status": ["paid"], "by": {"id": ["7"]}}, "shop": ["tea"]}),
            ),
            (&[("a.b", "x"), ("a.b", "x")], json!({"a": {"b": ["x"]}})),
        ] {
            assert_eq!(pattern(detail), Ok(expected));
        }
    }

    #[test]
    fn a_path_with_two_meanings_is_an_error() {
        for (detail, path) in [
            ([("a", "x"), ("a", "y")], "a"),
            ([("a", "x"), ("a.b", "y")], "a.b"),
            ([("a.b", "x"), ("a", "y")], "a"),
        ] {
            assert_eq!(pattern(&detail), Err(path.to_owned()));
        }
    }
}
