//! Changes of the JSON of an event.

use super::EventBuilder;
use serde_json::{Map, Value};

/// A change of one place in an event.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    pointer: String,
    /// `None` takes the member away.
    value: Option<Value>,
}

impl EventBuilder {
    /// Sets a value at a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)), for
    /// members without a method and for invalid events. Missing objects are added, and `-` means the end
    /// of an array, as in [JSON patches](https://www.rfc-editor.org/rfc/rfc6902#section-4.1).
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::RestApi)
    ///     .set("/requestContext/operationName", "ListOrders")
    ///     .set("/body", "%%%")
    ///     .set("/isBase64Encoded", true)
    ///     .set("/multiValueHeaders/user-agent/-", "another")
    ///     .to_value();
    /// assert_eq!(event["requestContext"]["operationName"], "ListOrders");
    /// ```
    #[track_caller]
    pub fn set(self, pointer: &str, value: impl Into<Value>) -> Self {
        self.patched(pointer, Some(value.into()))
    }

    /// Removes the member or item at a JSON pointer, if there is one.
    #[track_caller]
    pub fn unset(self, pointer: &str) -> Self {
        self.patched(pointer, None)
    }

    #[track_caller]
    fn patched(mut self, pointer: &str, value: Option<Value>) -> Self {
        self.patches.push(Patch::new(pointer, value));
        self
    }
}

impl Patch {
    #[track_caller]
    pub(crate) fn new(pointer: &str, value: Option<Value>) -> Self {
        assert!(
            pointer.starts_with('/'),
            "a JSON pointer begins with `/`, found {pointer:?}"
        );
        Self {
            pointer: pointer.to_owned(),
            value,
        }
    }

    pub(crate) fn apply(&self, event: &mut Value) {
        let Some((parent, key)) = self.pointer.rsplit_once('/') else {
            return;
        };
        let key = unescaped(key);
        match &self.value {
            Some(value) => put(made(event, parent), key, value.clone()),
            None => {
                if let Some(parent) = event.pointer_mut(parent) {
                    take(parent, &key);
                }
            }
        }
    }
}

/// One key of a pointer.
fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The place that a pointer names, made where it is not.
fn made<'v>(mut place: &'v mut Value, pointer: &str) -> &'v mut Value {
    for key in pointer.split('/').skip(1).map(unescaped) {
        place = match position(place, &key) {
            Some(at) => &mut place[at],
            None => members(place).entry(key).or_insert(Value::Null),
        };
    }
    place
}

fn put(place: &mut Value, key: String, value: Value) {
    let at = position(place, &key);
    match (place, at) {
        (Value::Array(items), Some(at)) => items[at] = value,
        (Value::Array(items), None) if is_end(items, &key) => items.push(value),
        (place, _) => drop(members(place).insert(key, value)),
    }
}

fn take(place: &mut Value, key: &str) {
    let at = position(place, key);
    match (place, at) {
        (Value::Array(items), Some(at)) => drop(items.remove(at)),
        (Value::Object(members), _) => drop(members.remove(key)),
        _ => {}
    }
}

fn is_end(items: &[Value], key: &str) -> bool {
    key == "-" || key.parse() == Ok(items.len())
}

/// Which item of an array a key means.
fn position(value: &Value, key: &str) -> Option<usize> {
    let at = key.parse().ok()?;
    value.as_array().filter(|items| at < items.len())?;
    Some(at)
}

/// The members of an object; anything else becomes one.
fn members(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(members) => members,
        _ => unreachable!("it is an object now"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(mut event: Value, pointer: &str, value: Option<Value>) -> Value {
        let patch = Patch {
            pointer: pointer.to_owned(),
            value,
        };
        patch.apply(&mut event);
        event
    }

    #[test]
    fn a_value_is_set_at_its_pointer() {
        for (event, pointer, expected) in [
            (json!({}), "/a", json!({"a": 1})),
            (json!({"a": {"b": 2}}), "/a/b", json!({"a": {"b": 1}})),
            (json!({"a": null}), "/a/b/c", json!({"a": {"b": {"c": 1}}})),
            (json!({"a": "text"}), "/a/b", json!({"a": {"b": 1}})),
            (json!({"a": [7, 8]}), "/a/1", json!({"a": [7, 1]})),
            (json!({"a": [{"b": 2}]}), "/a/0/b", json!({"a": [{"b": 1}]})),
            (json!({"a": [7]}), "/a/1", json!({"a": [7, 1]})),
            (json!({"a": [7]}), "/a/-", json!({"a": [7, 1]})),
            (json!({"a": [7]}), "/a/b", json!({"a": {"b": 1}})),
            (json!({}), "/x~1y~0z", json!({"x/y~z": 1})),
        ] {
            assert_eq!(
                patched(event, pointer, Some(json!(1))),
                expected,
                "{pointer}"
            );
        }
    }

    #[test]
    fn a_member_is_taken_away() {
        for (event, pointer, expected) in [
            (json!({"a": 1, "b": 2}), "/a", json!({"b": 2})),
            (json!({"a": {"b": 2}}), "/a/b", json!({"a": {}})),
            (json!({"a": [7, 8]}), "/a/0", json!({"a": [8]})),
            (json!({"a": 1}), "/b", json!({"a": 1})),
            (json!({"a": null}), "/a/b/c", json!({"a": null})),
            (json!({"a": "text"}), "/a/b", json!({"a": "text"})),
            (json!({"a": [7]}), "/a/1", json!({"a": [7]})),
            (json!({"x/y~z": 1}), "/x~1y~0z", json!({})),
        ] {
            assert_eq!(patched(event, pointer, None), expected, "{pointer}");
        }
    }
}
