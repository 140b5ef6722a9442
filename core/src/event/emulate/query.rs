//! The query, decoded and grouped by name.

use serde_json::{Map, Value};

/// Names in the order of their first value, with all values of each name.
pub(super) type Groups = Vec<(String, Vec<String>)>;

/// The query decoded, as API Gateway sends it.
pub(super) fn decoded(query: &str) -> Groups {
    group(
        form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned())),
    )
}

/// The query percent-encoded, as a load balancer sends it.
pub(super) fn encoded(query: &str) -> Groups {
    group(
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (name.to_owned(), value.to_owned())
            }),
    )
}

fn group(pairs: impl Iterator<Item = (String, String)>) -> Groups {
    let mut groups = Groups::new();
    for (name, value) in pairs {
        push(&mut groups, &name, value);
    }
    groups
}

pub(super) fn push(groups: &mut Groups, name: &str, value: String) {
    match groups.iter_mut().find(|(known, _)| known == name) {
        Some((_, values)) => values.push(value),
        None => groups.push((name.to_owned(), vec![value])),
    }
}

/// The last value of each name.
pub(super) fn last(groups: &Groups) -> Map<String, Value> {
    let value = |values: &Vec<String>| values.last().map(String::as_str).unwrap_or_default().into();
    object(groups, value)
}

/// All values of each name, joined.
pub(super) fn joined(groups: &Groups, separator: &str) -> Map<String, Value> {
    object(groups, |values| values.join(separator).into())
}

/// All values of each name, as lists.
pub(super) fn lists(groups: &Groups) -> Map<String, Value> {
    object(groups, |values| values.as_slice().into())
}

fn object(groups: &Groups, value: impl Fn(&Vec<String>) -> Value) -> Map<String, Value> {
    groups
        .iter()
        .map(|(name, values)| (name.clone(), value(values)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_repeated_name_keeps_its_values_in_order() {
        let groups = decoded("a=1&b=x+y&a=%C3%BC&c");
        assert_eq!(
            Value::from(lists(&groups)),
            json!({"a": ["1", "ü"], "b": ["x y"], "c": [""]})
        );
        assert_eq!(
            Value::from(last(&groups)),
            json!({"a": "ü", "b": "x y", "c": ""})
        );
        assert_eq!(
            Value::from(joined(&groups, ",")),
            json!({"a": "1,ü", "b": "x y", "c": ""})
        );
    }

    #[test]
    fn an_encoded_query_stays_encoded() {
        assert_eq!(
            Value::from(lists(&encoded("a%20b=c+d&&x=1=2&y"))),
            json!({"a%20b": ["c+d"], "x": ["1=2"], "y": [""]})
        );
    }
}
