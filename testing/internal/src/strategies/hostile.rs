//! Damaged events.

use bytes::Bytes;
use lambda_api_testing::strategies::{events, sources};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::Value;

/// Events of any source with some places damaged: members that are missing, null, of another type
/// or duplicated, unexpected texts, bodies that are not base64, deep nesting, JSON that is
/// cut off or has a byte changed.
///
/// Most are still events of their source, so that a test reaches what lies behind the decoder.
pub fn hostile_events() -> impl Strategy<Value = Bytes> {
    let event = sources().prop_flat_map(events);
    (event, vec((any::<Index>(), damage()), 0..4), end()).prop_map(|(event, damages, end)| {
        let mut event = Json::from(event.to_value());
        for (place, damage) in damages {
            let places = event.places();
            event.damage(place.index(places), &damage);
        }
        let mut text = String::new();
        event.write(&mut text);
        let mut bytes = text.into_bytes();
        match end {
            End::Whole => {}
            End::Cut(at) => bytes.truncate(at.index(bytes.len())),
            End::Changed(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.into()
    })
}

/// What is done to one place.
#[derive(Clone, Debug)]
enum Damage {
    Missing,
    /// The member is repeated with another value.
    Twice(String),
    /// Another value, as JSON text.
    Value(String),
    /// Inside of so many arrays or objects.
    Nested(usize, bool),
    /// Another name.
    Renamed(String),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        2 => Just(Damage::Missing),
        2 => value().prop_map(Damage::Twice),
        6 => value().prop_map(Damage::Value),
        1 => (1_usize..200, any::<bool>()).prop_map(|(depth, array)| Damage::Nested(depth, array)),
        1 => text().prop_map(Damage::Renamed),
    ]
}

/// JSON that no source sends there, and some invalid JSON.
fn value() -> impl Strategy<Value = String> {
    let other_types = select(
        &[
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.5",
            "1e400",
            "18446744073709551616",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            r#"[1, "a", null, {}]"#,
            r#"{"a": null}"#,
            r#"{"a": ["b", 1]}"#,
            r#"{"": ""}"#,
            r#""\ud800""#,
            "\"\\u0000\"",
        ][..],
    );
    prop_oneof![
        2 => other_types.prop_map(str::to_owned),
        2 => text().prop_map(|text| quoted(&text)),
    ]
}

/// Unusual texts: control characters, half of an escape, a path with `..`, invalid base64.
fn text() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "",
            " ",
            "\0",
            "\r\nx-injected: 1",
            "/",
            "//",
            "/../..",
            "/%2e%2e/",
            "%",
            "%zz",
            "%ff",
            "?",
            "#",
            "*",
            "http://example.com/",
            "$default",
            "/$default",
            "%%%",
            "QUJD=",
            "Q",
            "é",
            "\u{202e}",
            "😀",
            "<script>",
            "\"",
            "\\",
            "1.0",
            "2.0",
            "https,http",
            "a b",
            "true",
            "GET",
            "G T",
            "set-cookie",
            "content-length",
            "99999999999999999999",
        ][..],
    );
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        2 => any::<String>(),
        1 => (select(&["a", "%", "é", "/", ";", "=&"][..]), 1_usize..3000)
            .prop_map(|(part, times)| part.repeat(times)),
    ]
}

#[derive(Clone, Debug)]
enum End {
    Whole,
    Cut(Index),
    Changed(Index, u8),
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        8 => Just(End::Whole),
        1 => any::<Index>().prop_map(End::Cut),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| End::Changed(at, byte)),
    ]
}

/// JSON with duplicate members and any text for a value.
enum Json {
    Raw(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => Json::Array(items.into_iter().map(Json::from).collect()),
            Value::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect(),
            ),
            other => Json::Raw(other.to_string()),
        }
    }
}

impl Json {
    /// How many places there are to damage: the value itself, and all within.
    fn places(&self) -> usize {
        1 + match self {
            Json::Raw(_) => 0,
            Json::Array(items) => items.iter().map(Json::places).sum(),
            Json::Object(members) => members.iter().map(|(_, value)| value.places()).sum(),
        }
    }

    /// Damages the place of this number, counted through the tree.
    fn damage(&mut self, place: usize, damage: &Damage) {
        if place == 0 {
            return self.damage_here(damage);
        }
        let mut before = 1;
        match self {
            Json::Raw(_) => {}
            Json::Array(items) => {
                for item in items {
                    let places = item.places();
                    if place < before + places {
                        return item.damage(place - before, damage);
                    }
                    before += places;
                }
            }
            Json::Object(members) => {
                for at in 0..members.len() {
                    let places = members[at].1.places();
                    if place == before {
                        return damage_member(members, at, damage);
                    }
                    if place < before + places {
                        return members[at].1.damage(place - before, damage);
                    }
                    before += places;
                }
            }
        }
    }

    fn damage_here(&mut self, damage: &Damage) {
        let text = match damage {
            Damage::Missing | Damage::Renamed(_) => "null".to_owned(),
            Damage::Twice(value) | Damage::Value(value) => value.clone(),
            Damage::Nested(depth, array) => {
                let mut inside = String::new();
                self.write(&mut inside);
                let (open, close) = if *array { ("[", "]") } else { ("{\"a\":", "}") };
                format!("{}{inside}{}", open.repeat(*depth), close.repeat(*depth))
            }
        };
        *self = Json::Raw(text);
    }

    fn write(&self, text: &mut String) {
        match self {
            Json::Raw(raw) => text.push_str(raw),
            Json::Array(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push(']');
            }
            Json::Object(members) => {
                text.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    text.push_str(&quoted(name));
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
        }
    }
}

fn damage_member(members: &mut Vec<(String, Json)>, at: usize, damage: &Damage) {
    match damage {
        Damage::Missing => drop(members.remove(at)),
        Damage::Twice(value) => {
            let name = members[at].0.clone();
            members.push((name, Json::Raw(value.clone())));
        }
        Damage::Renamed(name) => members[at].0.clone_from(name),
        Damage::Value(_) | Damage::Nested(..) => members[at].1.damage_here(damage),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn damaged(place: usize, damage: &Damage) -> String {
        let mut json = Json::from(json!({"a": [1, 2], "b": {"c": 3}}));
        assert_eq!(json.places(), 6);
        json.damage(place, damage);
        let mut text = String::new();
        json.write(&mut text);
        text
    }

    #[test]
    fn every_place_can_be_damaged() {
        for (place, expected) in [
            (0, "7"),
            (1, r#"{"a":7,"b":{"c":3}}"#),
            (2, r#"{"a":[7,2],"b":{"c":3}}"#),
            (3, r#"{"a":[1,7],"b":{"c":3}}"#),
            (4, r#"{"a":[1,2],"b":7}"#),
            (5, r#"{"a":[1,2],"b":{"c":7}}"#),
        ] {
            assert_eq!(damaged(place, &Damage::Value("7".to_owned())), expected);
        }
    }

    #[test]
    fn each_damage_has_its_effect() {
        for (damage, expected) in [
            (Damage::Missing, r#"{"b":{"c":3}}"#),
            (
                Damage::Twice("null".to_owned()),
                r#"{"a":[1,2],"b":{"c":3},"a":null}"#,
            ),
            (
                Damage::Renamed("\"".to_owned()),
                r#"{"\"":[1,2],"b":{"c":3}}"#,
            ),
            (Damage::Nested(2, true), r#"{"a":[[[1,2]]],"b":{"c":3}}"#),
            (
                Damage::Nested(2, false),
                r#"{"a":{"a":{"a":[1,2]}},"b":{"c":3}}"#,
            ),
        ] {
            assert_eq!(damaged(1, &damage), expected);
        }
    }
}
