//! Arrays and lines of JSON.

use crate::{all, read};
use lambda_api::response::{JsonArray, JsonLines};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, value::RawValue};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_array_of_any_values_parses_back(values in vec(value(), 0..6)) {
        let (content_type, body) = now(read(JsonArray::new(all(values.clone()))));
        prop_assert_eq!(content_type, "application/json");
        let parsed: Vec<Value> = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(parsed, values);
    }

    #[test]
    fn lines_of_any_values_parse_back(values in vec(value(), 0..6)) {
        let (content_type, body) = now(read(JsonLines::new(all(values.clone()))));
        prop_assert_eq!(content_type, "application/x-ndjson");
        let text = std::str::from_utf8(&body).unwrap();
        prop_assert_eq!(text.matches('\n').count(), values.len());
        let parsed = text.split_terminator('\n').map(serde_json::from_str);
        prop_assert_eq!(parsed.collect::<Result<Vec<Value>, _>>().unwrap(), values);
    }
}

#[tokio::test]
async fn few_items_have_the_right_separators() {
    for (items, array, lines) in [
        (&[][..], "[]", ""),
        (&[1], "[1]", "1\n"),
        (&[1, 2, 3], "[1,2,3]", "1\n2\n3\n"),
    ] {
        let items = items.to_vec();
        assert_eq!(
            read(JsonArray::new(all(items.clone()))).await.1,
            array.as_bytes()
        );
        assert_eq!(read(JsonLines::new(all(items))).await.1, lines.as_bytes());
    }
}

#[tokio::test]
async fn a_raw_value_stays_in_its_line() {
    let raw = RawValue::from_string("{\n\"a\":\r\n\"b\\n\"}".to_owned()).unwrap();
    let (_, body) = read(JsonLines::new(all([raw]))).await;
    assert_eq!(body, b"{ \"a\":  \"b\\n\"}\n");
}
