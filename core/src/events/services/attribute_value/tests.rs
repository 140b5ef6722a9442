//! DynamoDB's JSON as types of serde.

use super::*;
use serde_json::json;
use std::collections::BTreeMap;

fn read<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, String> {
    let text = json!({"value": value}).to_string();
    let item: Item<'_> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut map: BTreeMap<String, T> = item
        .read()
        .map_err(|error| error.into_inner().to_string())?;
    Ok(map.remove("value").unwrap())
}

#[derive(Debug, Deserialize, PartialEq)]
struct Order {
    id: u64,
    sku: String,
    #[serde(default)]
    note: Option<String>,
    tags: Vec<String>,
    state: State,
    price: Price,
}

#[derive(Debug, Deserialize, PartialEq)]
enum State {
    Open,
    Shipped { at: u32 },
}

#[derive(Debug, Deserialize, PartialEq)]
struct Price(f64);

#[test]
fn items_become_structs() {
    let order: Order = read(&json!({"M": {
        "id": {"N": "18446744073709551615"},
        "sku": {"S": "te\"a"},
        "note": {"NULL": true},
        "tags": {"SS": ["a", "b"]},
        "state": {"M": {"Shipped": {"M": {"at": {"N": "7"}}}}},
        "price": {"N": "12.5"},
        "other": {"L": [{"BOOL": true}, {"B": "AQI="}]},
    }}))
    .unwrap();
    let expected = Order {
        id: u64::MAX,
        sku: "te\"a".to_owned(),
        note: None,
        tags: vec!["a".to_owned(), "b".to_owned()],
        state: State::Shipped { at: 7 },
        price: Price(12.5),
    };
    assert_eq!(order, expected);
    assert_eq!(read(&json!({"S": "Open"})), Ok(State::Open));
}

#[test]
fn values_have_their_json_forms() {
    for (value, expected) in [
        (json!({"N": "7"}), json!(7)),
        (json!({"N": "-7"}), json!(-7)),
        (json!({"N": "0.5"}), json!(0.5)),
        (json!({"NS": ["1", "2"]}), json!([1, 2])),
        (
            json!({"L": [{"S": "a"}, {"NULL": true}]}),
            json!(["a", null]),
        ),
        (json!({"M": {"a": {"BOOL": false}}}), json!({"a": false})),
    ] {
        assert_eq!(read(&value), Ok(expected));
    }
}

#[test]
fn numbers_are_exact_or_an_error() {
    let digits = "12345678901234567890123456789012345678";
    assert_eq!(read(&json!({"N": digits})), Ok(digits.to_owned()));
    assert_eq!(
        read(&json!({"N": digits})),
        Ok(12345678901234567890123456789012345678_u128)
    );
    assert_eq!(read(&json!({"N": "1.5"})), Ok("1.5".to_owned()));
    for (number, expected) in [
        ("255", Ok(255)),
        ("2.55E+2", Ok(255)),
        ("256", Err("expected a number of type `u8`, found 256")),
        ("1.5", Err("expected a number of type `u8`, found 1.5")),
        ("-1", Err("expected a number of type `u8`, found -1")),
        ("x", Err("expected a number of type `u8`, found x")),
    ] {
        assert_eq!(
            read::<u8>(&json!({"N": number})),
            expected.map_err(str::to_owned)
        );
    }
}

#[test]
fn keys_of_maps_are_read_as_in_json() {
    #[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Sku(String);

    #[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
    }

    let map = |name: &str| json!({"M": {name: {"N": "1"}}});
    assert_eq!(
        read(&map("te\"a")),
        Ok(BTreeMap::from([(Sku("te\"a".to_owned()), 1)]))
    );
    assert_eq!(read(&map("7")), Ok(BTreeMap::from([(7_u64, 1)])));
    assert_eq!(read(&map("-7")), Ok(BTreeMap::from([(-7_i8, 1)])));
    assert_eq!(read(&map("true")), Ok(BTreeMap::from([(true, 1)])));
    assert_eq!(read(&map("small")), Ok(BTreeMap::from([(Size::Small, 1)])));
    let error = read::<BTreeMap<u64, u64>>(&map("x")).unwrap_err();
    assert!(error.contains("invalid type: string \"x\""), "{error}");
}

#[test]
fn binary_values_are_bytes() {
    assert_eq!(read(&json!({"B": "AQI="})), Ok(vec![1_u8, 2]));
    assert_eq!(read(&json!({"B": "AQI="})), Ok([1_u8, 2]));
    let error = read::<[u8; 16]>(&json!({"B": "AQI="})).unwrap_err();
    assert!(error.contains("invalid length 2"), "{error}");
    assert_eq!(
        read(&json!({"BS": ["AQI=", ""]})),
        Ok(vec![vec![1_u8, 2], vec![]])
    );
}

#[test]
fn other_json_is_an_error() {
    for (value, expected) in [
        (json!("a"), "expected a value of DynamoDB"),
        (json!({}), "invalid length 0"),
        (json!({"S": "a", "N": "1"}), "invalid length 2"),
        (json!({"X": "a"}), "unknown variant `X`"),
        (json!({"B": "?"}), "expected base64"),
        (json!({"S": 1}), "expected a string"),
    ] {
        let error = read::<String>(&value).unwrap_err();
        assert!(error.contains(expected), "{value}: {error}");
    }
}
