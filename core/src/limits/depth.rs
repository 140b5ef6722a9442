//! The nesting depth of a JSON text.

/// Whether arrays and objects are nested deeper than `limit`. The result is arbitrary if the text
/// is not JSON: parsers fail before they get deeper.
///
/// Most bodies have fewer brackets than the limit allows levels, and counting bytes is much cheaper
/// than parsing. Only other bodies are scanned in full.
pub(crate) fn is_deeper(json: &[u8], limit: usize) -> bool {
    json.len() > limit && brackets(json) > limit && depth_exceeds(json, limit)
}

/// The number of opening brackets, including those in strings.
fn brackets(json: &[u8]) -> usize {
    // 224 is small enough for a count in one byte, and a multiple of the vector size, so that the
    // compiler vectorises the loop.
    json.chunks(224)
        .map(|chunk| {
            let count = chunk.iter().map(|byte| u8::from(opens(*byte))).sum::<u8>();
            usize::from(count)
        })
        .sum()
}

/// `[` is 0x5b and `{` is 0x7b: they differ in one bit.
fn opens(byte: u8) -> bool {
    byte | 0x20 == b'{'
}

fn depth_exceeds(json: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next() {
                    Some(b'"') | None => break,
                    Some(b'\\') => {
                        bytes.next();
                    }
                    Some(_) => {}
                }
            },
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let text = "[\\[\\]{}\"\\\\a]{0,12}";
        let leaf = prop_oneof![Just(Value::Null), text.prop_map(Value::from)];
        leaf.prop_recursive(12, 64, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((text, inner), 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_depth_is_that_of_the_value(value in json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let depth = depth(&value);
            for limit in 0..16 {
                prop_assert_eq!(is_deeper(text.as_bytes(), limit), depth > limit, "{}", text);
            }
        }

        #[test]
        fn invalid_json_does_not_panic(text in any::<Vec<u8>>(), limit in 0..4_usize) {
            let _ = is_deeper(&text, limit);
        }
    }

    #[test]
    fn brackets_in_strings_nest_nothing() {
        let text = format!(r#"["{}", "\"{}"]"#, "[".repeat(1000), "{".repeat(1000));
        assert!(!is_deeper(text.as_bytes(), 1));
        assert!(is_deeper(text.as_bytes(), 0));
    }

    #[test]
    fn as_many_arrays_beside_each_other_as_one_likes_are_not_deep() {
        let text = format!("[{}[]]", "[[]],".repeat(100_000));
        assert!(!is_deeper(text.as_bytes(), 3));
        assert!(is_deeper(text.as_bytes(), 2));
    }
}
