//! Changes of the JSON itself, after all else.

use super::EventBuilder;
use serde_json::{Map, Value};

/// A change of one place in an event.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    pointer: String,
    /// `None` takes the member away.
    value: Option<Value>,
}

impl EventBuilder {
    /// Puts a value anywhere in the event, at a JSON pointer
    /// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)): what has no method of its own, and what
    /// no source would send. Objects on the way there are made.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::RestApi)
    ///     .set("/requestContext/operationName", "ListOrders")
    ///     .set("/body", "%%%")
    ///     .set("/isBase64Encoded", true)
    ///     .to_value();
    /// assert_eq!(event["requestContext"]["operationName"], "ListOrders");
    /// ```
    #[track_caller]
    pub fn set(self, pointer: &str, value: impl Into<Value>) -> Self {
        self.patched(pointer, Some(value.into()))
    }

    /// Takes a member out of the event, at a JSON pointer.
    #[track_caller]
    pub fn unset(self, pointer: &str) -> Self {
        self.patched(pointer, None)
    }

    #[track_caller]
    fn patched(mut self, pointer: &str, value: Option<Value>) -> Self {
        assert!(
            pointer.starts_with('/'),
            "a JSON pointer begins with `/`, found {pointer:?}"
        );
        self.patches.push(Patch {
            pointer: pointer.to_owned(),
            value,
        });
        self
    }
}

impl Patch {
    pub(super) fn apply(&self, event: &mut Value) {
        let mut place = event;
        let mut keys = self
            .pointer
            .split('/')
            .skip(1)
            .map(|key| key.replace("~1", "/").replace("~0", "~"))
            .peekable();
        while let Some(key) = keys.next() {
            if keys.peek().is_none() {
                return self.finish(place, key);
            }
            place = match position(place, &key) {
                Some(at) => &mut place[at],
                None => members(place).entry(key).or_insert(Value::Null),
            };
        }
    }

    fn finish(&self, place: &mut Value, key: String) {
        let at = position(place, &key);
        match (place, at, &self.value) {
            (Value::Array(items), Some(at), Some(value)) => items[at] = value.clone(),
            (Value::Array(items), Some(at), None) => drop(items.remove(at)),
            (place, _, Some(value)) => drop(members(place).insert(key, value.clone())),
            (Value::Object(members), _, None) => drop(members.remove(&key)),
            (_, _, None) => {}
        }
    }
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
    fn a_value_is_put_where_the_pointer_says() {
        for (event, pointer, expected) in [
            (json!({}), "/a", json!({"a": 1})),
            (json!({"a": {"b": 2}}), "/a/b", json!({"a": {"b": 1}})),
            (json!({"a": null}), "/a/b/c", json!({"a": {"b": {"c": 1}}})),
            (json!({"a": "text"}), "/a/b", json!({"a": {"b": 1}})),
            (json!({"a": [7, 8]}), "/a/1", json!({"a": [7, 1]})),
            (json!({"a": [{"b": 2}]}), "/a/0/b", json!({"a": [{"b": 1}]})),
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
        ] {
            assert_eq!(patched(event, pointer, None), expected, "{pointer}");
        }
    }
}
