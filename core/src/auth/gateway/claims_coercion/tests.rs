use super::*;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{collections::HashMap, fmt::Debug};

fn read<'a, T: Deserialize<'a>>(json: &'a str, lists: Lists) -> Result<T, Error> {
    from_str(json, Some(lists))
}

/// The claims of one token, as every gateway writes them.
fn forms() -> [(Option<Lists>, Value); 3] {
    let token = json!({
        "sub": "007", "email_verified": true, "exp": 1_583_798_639, "level": -7, "ratio": 0.5,
        "cognito:groups": ["admins", "users"], "address": {"country": "NZ", "zip": 6011},
        "plan": "Gold", "other": true, "custom:limits": [1, 2], "nickname": null,
    });
    let common = json!({
        "sub": "007", "email_verified": "true", "level": "-7", "ratio": "0.5",
        "address": "{\"country\":\"NZ\",\"zip\":6011}", "plan": "Gold", "other": "true",
    });
    let with = |members: Value| {
        let mut claims = common.clone();
        for (name, value) in members.as_object().unwrap() {
            claims[name.as_str()] = value.clone();
        }
        claims
    };
    let rest = with(json!({
        "exp": "Tue Mar 10 00:03:59 UTC 2020", "cognito:groups": "admins,users",
        "custom:limits": "1,2",
    }));
    let http = with(json!({
        "exp": "1583798639", "cognito:groups": "[admins users]", "custom:limits": "[1 2]",
    }));
    [
        (None, token),
        (Some(Lists::Commas), rest),
        (Some(Lists::Brackets), http),
    ]
}

#[derive(Debug, PartialEq, Deserialize)]
struct User {
    sub: String,
    email_verified: bool,
    exp: u64,
    level: i8,
    ratio: f64,
    #[serde(rename = "cognito:groups")]
    groups: Vec<String>,
    address: Address,
    plan: Plan,
    other: Option<bool>,
    #[serde(rename = "custom:limits")]
    limits: (u8, Wrapped),
    nickname: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Address {
    country: String,
    zip: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Plan {
    Gold,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Wrapped(Option<u64>);

#[test]
fn one_type_reads_every_form_of_a_token() {
    for (lists, claims) in forms() {
        let json = claims.to_string();
        let user: User = match lists {
            Some(lists) => read(&json, lists).unwrap(),
            None => serde_json::from_str(&json).unwrap(),
        };
        assert_eq!(
            user,
            User {
                sub: "007".to_owned(),
                email_verified: true,
                exp: 1_583_798_639,
                level: -7,
                ratio: 0.5,
                groups: vec!["admins".to_owned(), "users".to_owned()],
                address: Address {
                    country: "NZ".to_owned(),
                    zip: 6011
                },
                plan: Plan::Gold,
                other: Some(true),
                limits: (1, Wrapped(Some(2))),
                nickname: None,
            },
            "{claims}"
        );
    }
}

#[test]
fn values_that_are_not_strings_are_read_as_json() {
    let (_, token) = &forms()[0];
    let json = token.to_string();
    for lists in [Lists::Commas, Lists::Brackets] {
        assert_eq!(
            read::<User>(&json, lists).unwrap(),
            serde_json::from_str(&json).unwrap()
        );
    }
}

/// The value of claim `c` as a type.
fn claim<T>(value: &Value, lists: Lists) -> Result<T, String>
where
    T: for<'a> Deserialize<'a> + Debug,
{
    #[derive(Deserialize)]
    struct Holder<T> {
        c: T,
    }

    let json = json!({"c": value}).to_string();
    match read::<Holder<T>>(&json, lists) {
        Ok(holder) => Ok(holder.c),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn numbers_are_read_as_json_writes_them() {
    let number = |text: &str| claim::<u64>(&text.into(), Lists::Commas).ok();
    for (text, expected) in [
        ("7", Some(7)),
        ("18446744073709551615", Some(u64::MAX)),
        ("1.583798639E9", Some(1_583_798_639)),
        ("1.5", None),
        ("-7", None),
        ("1e300", None),
        ("18446744073709551616", None),
        ("007", None),
        ("+7", None),
        ("0x7", None),
        ("NaN", None),
        ("", None),
        ("yesterday", None),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
    assert_eq!(claim::<i64>(&"-1e3".into(), Lists::Commas), Ok(-1000));
    assert_eq!(claim::<u8>(&"256".into(), Lists::Commas).ok(), None);
    assert_eq!(claim::<f64>(&"7".into(), Lists::Commas), Ok(7.0));
    assert_eq!(claim::<f32>(&"0.25".into(), Lists::Commas), Ok(0.25));
}

#[test]
fn strings_stay_strings() {
    for text in ["true", "7", "[a b]", "a,b", "{\"a\":1}", "null", ""] {
        let value = Value::from(text);
        assert_eq!(
            claim::<String>(&value, Lists::Brackets).as_deref(),
            Ok(text)
        );
        assert_eq!(claim::<Value>(&value, Lists::Commas), Ok(value.clone()));
        assert_eq!(
            claim::<Option<String>>(&value, Lists::Commas),
            Ok(Some(text.to_owned()))
        );
    }
}

#[test]
fn only_true_and_false_are_booleans() {
    for (text, expected) in [
        ("true", Some(true)),
        ("false", Some(false)),
        ("True", None),
        ("1", None),
        ("", None),
    ] {
        assert_eq!(
            claim::<bool>(&text.into(), Lists::Commas).ok(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn lists_of_objects_are_json() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Provider {
        name: String,
    }
    let named = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        names.map(|name| Provider { name }).collect::<Vec<_>>()
    };
    for (text, expected) in [
        (r#"{"name":"a"}"#, Some(named(&["a"]))),
        (r#"{"name":"a"},{"name":"b,c"}"#, Some(named(&["a", "b,c"]))),
        (r#"[{"name":"a"}, {"name":"b"}]"#, Some(named(&["a", "b"]))),
        (r#"{"name":"a""#, None),
    ] {
        for lists in [Lists::Commas, Lists::Brackets] {
            let found = claim::<Vec<Provider>>(&text.into(), lists).ok();
            assert_eq!(found, expected, "{text}");
        }
    }
}

#[test]
fn errors_name_the_claim_but_not_its_value() {
    let secret = "alice@example.com";
    for value in [json!(secret), json!([secret]), json!({ secret: secret })] {
        for error in [
            claim::<u64>(&value, Lists::Commas).unwrap_err(),
            claim::<Plan>(&value, Lists::Commas).unwrap_err(),
            claim::<HashMap<String, u8>>(&value, Lists::Commas).unwrap_err(),
            claim::<Vec<bool>>(&value, Lists::Brackets).unwrap_err(),
        ] {
            assert!(error.starts_with("claim `c` does not fit"), "{error}");
            assert!(!error.contains("alice"), "{error}");
        }
    }
    let missing = read::<User>("{}", Lists::Commas).unwrap_err();
    assert!(missing.to_string().contains("missing field `sub`"));
}

#[test]
fn errors_about_all_claims_have_no_value() {
    #[derive(Debug, Deserialize)]
    struct Level {
        #[expect(dead_code, reason = "the error is looked at")]
        level: u8,
    }
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        #[expect(dead_code, reason = "the error is looked at")]
        level: Level,
    }
    #[derive(Debug, Deserialize)]
    #[serde(tag = "level")]
    enum Tagged {
        Gold,
    }

    let json = r#"{"level": "alice@example.com"}"#;
    for error in [
        read::<Flat>(json, Lists::Commas).unwrap_err(),
        read::<Tagged>(json, Lists::Commas).unwrap_err(),
        read::<Plan>(json, Lists::Commas).unwrap_err(),
        read::<u8>(json, Lists::Commas).unwrap_err(),
    ] {
        assert!(!error.to_string().contains("alice"), "{error}");
    }
}

#[test]
fn claims_may_be_borrowed_maps_or_newtypes() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        sub: &'a str,
        #[serde(borrow)]
        groups: Vec<&'a str>,
        raw: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Newtype(HashMap<String, String>);

    let json = r#"{"sub": "alice", "groups": "[a b]", "raw": "7"}"#;
    let borrowed: Borrowed<'_> = read(json, Lists::Brackets).unwrap();
    assert_eq!(borrowed.sub, "alice");
    assert_eq!(borrowed.groups, ["a", "b"]);
    assert_eq!(borrowed.raw.get(), "\"7\"");
    let map: Newtype = read(json, Lists::Brackets).unwrap();
    assert_eq!(map.0["groups"], "[a b]");
    assert!(
        read::<Option<Newtype>>(json, Lists::Commas)
            .unwrap()
            .is_some()
    );
    let value: Value = read(json, Lists::Commas).unwrap();
    assert_eq!(value["raw"], "7");
    assert_eq!(read::<&RawValue>(json, Lists::Commas).unwrap().get(), json);
    assert!(read::<Vec<String>>(json, Lists::Commas).is_err());
}

#[test]
fn a_repeated_claim_is_rejected() {
    let json = r#"{"sub": "a", "sub": "b"}"#;
    #[derive(Debug, Deserialize)]
    struct Sub {
        #[expect(dead_code, reason = "the error is looked at")]
        sub: String,
    }
    assert!(read::<Sub>(json, Lists::Commas).is_err());
}

#[test]
fn lists_are_split_as_their_gateway_joined_them() {
    for (lists, text, expected) in [
        (Lists::Commas, "admins,users", vec!["admins", "users"]),
        (Lists::Commas, "admins", vec!["admins"]),
        (Lists::Commas, "a b", vec!["a b"]),
        (Lists::Commas, "[admins users]", vec!["[admins users]"]),
        (Lists::Commas, "", vec![]),
        (Lists::Brackets, "[admins users]", vec!["admins", "users"]),
        (Lists::Brackets, "[admins]", vec!["admins"]),
        (Lists::Brackets, "[]", vec![]),
        (Lists::Brackets, "", vec![]),
        (Lists::Brackets, "admins", vec!["admins"]),
        (Lists::Brackets, "x,admins", vec!["x,admins"]),
        (Lists::Brackets, "[admins", vec!["[admins"]),
    ] {
        assert_eq!(lists.split(text), expected, "{lists:?} {text}");
    }
    let words = |lists: Lists, text| lists.words(text).collect::<Vec<_>>();
    assert_eq!(words(Lists::Commas, "a  b"), ["a", "b"]);
    assert_eq!(words(Lists::Commas, "[a b]"), ["[a", "b]"]);
    assert_eq!(words(Lists::Brackets, "a b"), ["a", "b"]);
    assert_eq!(words(Lists::Brackets, "[a b]"), ["a", "b"]);
}

mod any {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_rejected(text in "\\PC*|[\\[{a0,.e\" -]{0,12}") {
            for lists in [Lists::Commas, Lists::Brackets] {
                let value = Value::from(text.as_str());
                prop_assert_eq!(claim::<String>(&value, lists), Ok(text.clone()));
                let _ = claim::<u64>(&value, lists);
                let _ = claim::<f32>(&value, lists);
                let _ = claim::<bool>(&value, lists);
                let _ = claim::<Vec<i64>>(&value, lists);
                let _ = claim::<Vec<String>>(&value, lists);
                let _ = claim::<(String, Option<u8>)>(&value, lists);
                let _ = claim::<Plan>(&value, lists);
                let _ = claim::<Address>(&value, lists);
                let _ = claim::<()>(&value, lists);
            }
        }
    }
}
