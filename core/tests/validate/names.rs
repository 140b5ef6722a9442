//! Pointers have the names of the request.

use super::assert_found;
use lambda_api::{Validate, validate::MapKey};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

#[derive(Deserialize, Serialize, Validate)]
struct Small(#[garde(range(max = 9))] u32);

#[derive(Serialize, Validate)]
#[serde(rename_all = "camelCase")]
struct Names<'a, T: Serialize> {
    #[garde(range(max = 9))]
    how_many: u32,
    #[serde(rename = "a/b~")]
    #[garde(length(max = 1))]
    renamed: Cow<'a, str>,
    #[serde(rename(serialize = "other", deserialize = "forReading"))]
    #[garde(range(max = 9))]
    separate: u32,
    #[serde(alias = "old")]
    #[garde(range(max = 9))]
    r#type: u32,
    #[serde(flatten)]
    #[garde(dive)]
    flat: Flat,
    #[garde(dive)]
    items: Vec<T>,
    #[garde(dive)]
    prices: BTreeMap<String, Small>,
    #[garde(inner(inner(range(max = 9))))]
    nested: BTreeMap<u8, [u32; 2]>,
    #[garde(dive)]
    tuple: Tuple,
    #[serde(skip)]
    #[allow(dead_code)]
    skipped: u32,
    #[garde(skip)]
    #[allow(dead_code)]
    free: u32,
    #[garde(dive, inner(dive))]
    boxed: Box<[Small]>,
    #[garde(inner(range(max = 9)))]
    set: HashSet<u32>,
}

#[derive(Serialize, Validate)]
struct Flat {
    #[garde(range(max = 9))]
    inner: u32,
}

#[derive(Serialize, Validate)]
struct Tuple(
    #[garde(range(max = 9))] u32,
    #[serde(skip)]
    #[allow(dead_code)]
    u32,
    #[garde(dive)] Small,
);

#[test]
fn pointers_are_the_names_of_the_request() {
    let value = Names {
        how_many: 10,
        renamed: "ab".into(),
        separate: 10,
        r#type: 10,
        flat: Flat { inner: 10 },
        items: vec![Small(1), Small(10)],
        prices: [("tea".to_owned(), Small(10))].into(),
        nested: [(7, [1, 10])].into(),
        tuple: Tuple(10, 10, Small(10)),
        skipped: 10,
        free: 10,
        boxed: Box::new([Small(10)]),
        set: [10].into(),
    };
    assert_found(
        &value,
        &[
            ("/howMany", "range"),
            ("/a~1b~0", "length"),
            ("/forReading", "range"),
            ("/type", "range"),
            ("/inner", "range"),
            ("/items/1", "range"),
            ("/prices/tea", "range"),
            ("/nested/7/1", "range"),
            ("/tuple/0", "range"),
            ("/tuple/1", "range"),
            ("/boxed/0", "range"),
            ("/boxed/0", "range"),
            ("/set", "range"),
        ],
    );
}

#[derive(Serialize, Validate)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
#[allow(dead_code)]
enum External {
    NoData,
    NewType(#[garde(dive)] Small),
    #[serde(rename = "TUPLE")]
    Tuple(u8, #[garde(dive)] Small),
    Named {
        #[garde(range(max = 9))]
        how_many: u32,
    },
    #[serde(rename_all = "UPPERCASE")]
    Loud {
        #[garde(range(max = 9))]
        how_many: u32,
    },
    #[serde(untagged)]
    Plain {
        #[garde(range(max = 9))]
        n: u32,
    },
}

#[derive(Serialize, Validate)]
#[serde(tag = "kind")]
enum Internal {
    A(#[garde(dive)] Flat),
    B {
        #[garde(range(max = 9))]
        n: u32,
    },
}

#[derive(Serialize, Validate)]
#[serde(tag = "kind", content = "data")]
enum Adjacent {
    A(#[garde(dive)] Small),
    B {
        #[garde(range(max = 9))]
        n: u32,
    },
}

#[derive(Serialize, Validate)]
#[serde(untagged)]
enum Untagged {
    A(#[garde(dive)] Small),
    B {
        #[garde(range(max = 9))]
        n: u32,
    },
}

/// The pointer leads to the invalid number in the JSON that serde writes.
#[track_caller]
fn assert_leads_to_10<T: Validate + Serialize>(value: &T, pointer: &str) {
    assert_found(value, &[(pointer, "range")]);
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(json.pointer(pointer), Some(&10.into()), "{json}");
}

#[test]
fn pointers_follow_the_representation_of_enums() {
    assert_found(&External::NoData, &[]);
    assert_leads_to_10(&External::NewType(Small(10)), "/new_type");
    assert_leads_to_10(&External::Tuple(0, Small(10)), "/TUPLE/1");
    assert_leads_to_10(&External::Named { how_many: 10 }, "/named/howMany");
    assert_leads_to_10(&External::Loud { how_many: 10 }, "/loud/HOW_MANY");
    assert_leads_to_10(&External::Plain { n: 10 }, "/n");
    assert_leads_to_10(&Internal::A(Flat { inner: 10 }), "/inner");
    assert_leads_to_10(&Internal::B { n: 10 }, "/n");
    assert_leads_to_10(&Adjacent::A(Small(10)), "/data");
    assert_leads_to_10(&Adjacent::B { n: 10 }, "/data/n");
    assert_leads_to_10(&Untagged::A(Small(10)), "");
    assert_leads_to_10(&Untagged::B { n: 10 }, "/n");
}

#[derive(Serialize, Validate)]
#[serde(transparent)]
struct Transparent {
    #[garde(dive)]
    only: Small,
}

#[derive(Deserialize, Validate)]
#[serde(try_from = "u32")]
struct Converted(#[garde(range(max = 9))] u32);

impl TryFrom<u32> for Converted {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        (number < 100).then_some(Self(number)).ok_or("too large")
    }
}

#[test]
fn types_that_read_like_their_field_add_no_name() {
    assert_leads_to_10(&Transparent { only: Small(10) }, "");
    let converted: Converted = serde_json::from_str("10").unwrap();
    assert_found(&converted, &[("", "range")]);
}

#[test]
fn keys_of_own_types_are_what_they_say() {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Sku(u8);

    impl MapKey for Sku {
        fn key(&self) -> Cow<'_, str> {
            format!("sku-{}", self.0).into()
        }
    }

    let map: BTreeMap<_, _> = [(Sku(1), Small(10))].into();
    assert_found(&map, &[("/sku-1", "range")]);
}

#[derive(Deserialize, Validate)]
struct Node {
    #[garde(length(max = 1))]
    name: String,
    #[serde(default)]
    #[garde(dive)]
    children: Vec<Node>,
}

#[test]
fn recursive_types_are_checked_to_the_end() {
    let json = r#"{"name": "a", "children": [{"name": "b", "children": [{"name": "no"}]}]}"#;
    let node: Node = serde_json::from_str(json).unwrap();
    assert_found(&node, &[("/children/0/children/0/name", "length")]);
}
