//! Applies the difference of two events to a third.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Makes the changes in `event` that lead from `before` to `after`. What is the same in both stays
/// as it is in `event`, there or not.
pub(super) fn carry_over(event: &mut Value, before: &Value, after: &Value) {
    if before == after {
        return;
    }
    if event.is_null() && after.is_object() {
        *event = Value::Object(Map::new());
    }
    let nothing = Map::new();
    let (before, after, members) = match (before, after, &mut *event) {
        (Value::Object(before), Value::Object(after), Value::Object(members)) => {
            (before, after, members)
        }
        (Value::Null, Value::Object(after), Value::Object(members)) => (&nothing, after, members),
        _ => {
            *event = after.clone();
            return;
        }
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (before, after) = (before.get(name), after.get(name));
        if before != after {
            change(members, name, before, after);
        }
    }
}

fn change(
    members: &mut Map<String, Value>,
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) {
    let known = known(members, name);
    let Some(after) = after else {
        members.remove(&known);
        return;
    };
    if matches!(name, "headers" | "multiValueHeaders") {
        let mut headers = members.remove(&known).unwrap_or(Value::Null);
        change_headers(&mut headers, before.unwrap_or(&Value::Null), after);
        members.insert(known, headers);
    } else if name == "authorizer" {
        // One caller takes the place of the other.
        members.insert(known, after.clone());
    } else {
        let member = members.entry(known).or_insert(Value::Null);
        carry_over(member, before.unwrap_or(&Value::Null), after);
    }
}

/// The name under which the event has a member: documented samples of VPC Lattice 2 have one that is
/// version 1's.
fn known(members: &Map<String, Value>, name: &str) -> String {
    const OTHER: &str = "query_string_parameters";
    if name == "queryStringParameters" && !members.contains_key(name) && members.contains_key(OTHER)
    {
        return OTHER.to_owned();
    }
    name.to_owned()
}

/// The same for the names of headers, in which the letter case does not count.
fn change_headers(headers: &mut Value, before: &Value, after: &Value) {
    let nothing = Map::new();
    let before = before.as_object().unwrap_or(&nothing);
    let after = after.as_object().unwrap_or(&nothing);
    if !headers.is_object() {
        *headers = Value::Object(Map::new());
    }
    let Some(headers) = headers.as_object_mut() else {
        return;
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        if before.get(name) == after.get(name) {
            continue;
        }
        headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
        if let Some(value) = after.get(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(mut event: Value, before: &Value, after: &Value) -> Value {
        carry_over(&mut event, before, after);
        event
    }

    #[test]
    fn only_what_differs_is_carried_over() {
        for (event, before, after, expected) in [
            (
                json!({"a": 1, "b": 2}),
                json!({"a": 5, "b": 6}),
                json!({"a": 5, "b": 7}),
                json!({"a": 1, "b": 7}),
            ),
            (
                json!({"c": {"x": 1, "own": 2}}),
                json!({"c": {"x": 5}}),
                json!({"c": {"x": 6, "y": 7}}),
                json!({"c": {"x": 6, "y": 7, "own": 2}}),
            ),
            (
                json!({"c": 1, "d": 2}),
                json!({"c": 1}),
                json!({}),
                json!({"d": 2}),
            ),
            (json!({}), json!({"c": 1}), json!({"c": 1}), json!({})),
            (
                json!({"p": {"a": 1}}),
                json!({"p": null}),
                json!({"p": {"b": 2}}),
                json!({"p": {"a": 1, "b": 2}}),
            ),
            (
                json!({"p": null}),
                json!({"p": null}),
                json!({"p": {"b": 2}}),
                json!({"p": {"b": 2}}),
            ),
            (
                json!({}),
                json!({"p": {"a": 1, "b": 1}}),
                json!({"p": {"a": 1, "b": 2}}),
                json!({"p": {"b": 2}}),
            ),
            (
                json!({"l": [1]}),
                json!({"l": [1, 2]}),
                json!({"l": [3]}),
                json!({"l": [3]}),
            ),
        ] {
            assert_eq!(changed(event, &before, &after), expected);
        }
    }

    #[test]
    fn the_letter_case_of_a_header_does_not_count() {
        let event =
            json!({"headers": {"X-Tag": "old", "Accept": "*/*"}, "multiValueHeaders": null});
        let before = json!({"headers": {"x-tag": "a"}, "multiValueHeaders": {"x-tag": ["a"]}});
        let after = json!({"headers": {"x-tag": "b"}, "multiValueHeaders": {"x-tag": ["b"]}});
        assert_eq!(
            changed(event, &before, &after),
            json!({
                "headers": {"x-tag": "b", "Accept": "*/*"},
                "multiValueHeaders": {"x-tag": ["b"]},
            })
        );
    }

    #[test]
    fn a_caller_takes_the_place_of_another() {
        let event = json!({"requestContext": {"authorizer": {"iam": {}}}});
        let before = json!({"requestContext": {}});
        let after = json!({"requestContext": {"authorizer": {"jwt": {}}}});
        assert_eq!(changed(event, &before, &after), after);
    }

    #[test]
    fn a_query_keeps_the_name_that_it_has() {
        let event = json!({"query_string_parameters": {"a": "1"}});
        let before = json!({"queryStringParameters": {"a": ["1"]}});
        let after = json!({"queryStringParameters": {"a": ["2"]}});
        assert_eq!(
            changed(event, &before, &after),
            json!({"query_string_parameters": {"a": ["2"]}})
        );
    }
}
