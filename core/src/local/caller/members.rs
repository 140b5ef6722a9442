//! What follows the name of a caller: `name=value,name=value`, or a JSON object.

use serde_json::{Map, Value};

/// The name of a caller, and what else is known of him.
#[derive(Debug, PartialEq)]
pub(super) struct Members {
    pub(super) name: String,
    pub(super) rest: Rest,
}

#[derive(Debug, PartialEq)]
pub(super) enum Rest {
    /// In their order; a name may be there several times.
    Pairs(Vec<(String, String)>),
    Object(Map<String, Value>),
}

/// Reads `alice,email=a@example.com` or `alice,{"level": 3}`.
///
/// # Errors
/// What was found instead.
pub(super) fn members(text: &str) -> Result<Members, String> {
    let (name, rest) = match text.split_once(',') {
        Some((name, rest)) => (name, Some(rest.trim_start())),
        None => (text, None),
    };
    if name.is_empty() {
        return Err("no name".to_owned());
    }
    let rest = match rest {
        None => Rest::Pairs(Vec::new()),
        Some(json) if json.starts_with('{') => Rest::Object(object(json)?),
        Some(pairs) => Rest::Pairs(pairs.split(',').map(pair).collect::<Result<_, _>>()?),
    };
    Ok(Members {
        name: name.to_owned(),
        rest,
    })
}

fn object(json: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(json).map_err(|error| format!("no JSON object: {error}"))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} without a name and `=`")),
    }
}

/// An object of strings; of a name that is there several times, a list of them.
pub(super) fn texts(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let mut texts = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value);
        match texts.get_mut(&name) {
            None => {
                texts.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pairs(pairs: &[(&str, &str)]) -> Rest {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Rest::Pairs(owned.collect())
    }

    #[test]
    fn a_name_goes_before_pairs_or_an_object() {
        let object = json!({"a": [1, "b,c"], "d=e": null});
        let object = object.as_object().unwrap().clone();
        for (text, rest) in [
            ("alice", pairs(&[])),
            (
                "alice,a=1,b=,a=x=y",
                pairs(&[("a", "1"), ("b", ""), ("a", "x=y")]),
            ),
            (
                r#"alice,{"a": [1, "b,c"], "d=e": null}"#,
                Rest::Object(object.clone()),
            ),
            (
                r#"alice, {"a": [1, "b,c"], "d=e": null}"#,
                Rest::Object(object),
            ),
        ] {
            let name = "alice".to_owned();
            assert_eq!(members(text), Ok(Members { name, rest }), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, expected) in [
            ("", "no name"),
            (",a=1", "no name"),
            ("alice,", "\"\" without a name and `=`"),
            ("alice,admin", "\"admin\" without a name and `=`"),
            ("alice,=1", "\"=1\" without a name and `=`"),
            (
                "alice,{a: 1}",
                "no JSON object: key must be a string at line 1 column 2",
            ),
        ] {
            assert_eq!(members(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_repeated_name_has_a_list() {
        let Rest::Pairs(pairs) = pairs(&[("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]) else {
            unreachable!()
        };
        assert_eq!(
            Value::from(texts(pairs)),
            json!({"a": ["1", "3", "4"], "b": "2"})
        );
    }
}
