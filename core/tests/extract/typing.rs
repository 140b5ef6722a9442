//! Numbers, booleans and texts where serde does not request a specific type.

use crate::{get, post};
use http::StatusCode;
use lambda_api::{
    Api, ApiError, Body, Path, Query, Request, api_handler,
    extract::{CommaSeparated, Form, extract},
    routes,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::{collections::HashMap, fmt::Debug};
use tower::ServiceExt;

const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug, Deserialize, PartialEq)]
struct Paging {
    page: u32,
    size: Option<u16>,
    all: bool,
    ratio: f64,
    zip: String,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    ids: Vec<i64>,
    sort: Option<Sort>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Name,
    #[serde(rename = "1")]
    One,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Search {
    q: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Shape {
    Circle { radius: f64, filled: bool },
    Square { side: u8, name: String },
    Named(Named),
    Nothing,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Named {
    name: String,
    weight: i64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Flag(bool),
    Name(String),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Filter {
    Range { min: u32, max: u32 },
    Price { above: f64, currency: String },
    Name { name: String },
}

/// Parses the text as a query and as a form, and checks that the results agree.
async fn read<T: DeserializeOwned + Debug + PartialEq + Send>(
    text: &'static str,
) -> Result<T, String> {
    let request = get(&format!("/?{text}"));
    let query = extract::<Query<T>>(&request).await;
    let request = post(FORM, text);
    let form = extract::<Form<T>>(&request).await;
    match (query, form) {
        (Ok(Query(query)), Ok(Form(form))) => {
            assert_eq!(query, form);
            Ok(query)
        }
        (Err(query), Err(form)) => {
            assert_eq!(query.status(), StatusCode::BAD_REQUEST);
            assert_eq!(form.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let detail = query.to_string().replace("query parameter `", "field `");
            assert_eq!(detail, form.to_string());
            Err(detail)
        }
        (query, form) => panic!("{query:?} {form:?}"),
    }
}

#[tokio::test]
async fn flattened_fields_are_read_as_their_types() {
    for (text, zip, ratio, page) in [
        ("q=2&page=2&all=true&ratio=0.5&zip=01234", "01234", 0.5, 2),
        // The same text as a number and as a string.
        ("q=7&page=7&all=true&ratio=7&zip=7", "7", 7.0, 7),
        (
            "q=true&page=+7&all=true&ratio=1e1&zip=true",
            "true",
            10.0,
            7,
        ),
        ("q=1.50&page=07&all=true&ratio=1.50&zip=+5", " 5", 1.5, 7),
        ("q=x&page=%37&all=tr%75e&ratio=1.0&zip=%2B5", "+5", 1.0, 7),
        ("q=x&page=0&all=true&ratio=-0&zip=1e5", "1e5", -0.0, 0),
        ("q=x&page=1&all=true&ratio=1&zip=NaN", "NaN", 1.0, 1),
        (
            "q=x&page=1&all=true&ratio=1&zip=340282366920938463463374607431768211455",
            "340282366920938463463374607431768211455",
            1.0,
            1,
        ),
        ("q=x&page=1&all=true&ratio=1&zip=", "", 1.0, 1),
    ] {
        // In a query, a plus is a space, which is invalid in a number.
        let text: &'static str = text.replace("page=+7", "page=%2B7").leak();
        let search: Search = read(text).await.expect(text);
        let Paging {
            page: read_page,
            all,
            ratio: read_ratio,
            zip: read_zip,
            ..
        } = search.paging;
        assert_eq!((read_page, all, read_ratio), (page, true, ratio), "{text}");
        assert_eq!(read_zip, zip, "{text}");
    }
}

#[tokio::test]
async fn flattened_lists_options_and_enums_are_read() {
    let base = "q=1&page=1&all=false&ratio=1&zip=1";
    for (more, tags, ids, size, sort) in [
        ("", &[][..], &[][..], None, None),
        ("&tag=1&ids=1", &["1"], &[1], None, None),
        (
            "&tag=1&tag=b&ids=1&ids=-2",
            &["1", "b"],
            &[1, -2],
            None,
            None,
        ),
        ("&tag=&ids=01&ids=2&size=", &[""], &[1, 2], None, None),
        ("&size=010&sort=name", &[], &[], Some(10), Some(Sort::Name)),
        ("&size=10&sort=1", &[], &[], Some(10), Some(Sort::One)),
        ("&sort=", &[], &[], None, None),
    ] {
        let text: &'static str = format!("{base}{more}").leak();
        let Search { paging, .. } = read(text).await.expect(text);
        assert_eq!(paging.tag, tags, "{text}");
        assert_eq!(paging.ids, ids, "{text}");
        assert_eq!((paging.size, paging.sort), (size, sort), "{text}");
    }
}

#[tokio::test]
async fn errors_of_flattened_fields_name_them() {
    let base = "q=1&page=1&all=true&ratio=1&zip=1&size=1&sort=name&tag=1";
    for (old, new, expected) in [
        (
            "page=1",
            "page=abc",
            "field `page`: expected a whole number from 0 to 4294967295, found \"abc\"",
        ),
        (
            "page=1",
            "page=-1",
            "field `page`: expected a whole number from 0 to 4294967295, found \"-1\"",
        ),
        (
            "page=1",
            "page=4294967296",
            "field `page`: expected a whole number from 0 to 4294967295, found \"4294967296\"",
        ),
        (
            "page=1",
            "page=",
            "field `page`: expected a whole number from 0 to 4294967295, found \"\"",
        ),
        (
            "page=1",
            "page=1.5",
            "field `page`: expected a whole number from 0 to 4294967295, found \"1.5\"",
        ),
        ("page=1", "x=1", "field `page`: missing"),
        (
            "size=1",
            "size=70000",
            "field `size`: expected a whole number from 0 to 65535, found \"70000\"",
        ),
        (
            "all=true",
            "all=1",
            "field `all`: expected `true` or `false`, found \"1\"",
        ),
        (
            "ratio=1",
            "ratio=NaN",
            "field `ratio`: expected a number, found \"NaN\"",
        ),
        (
            "sort=name",
            "sort=2",
            "field `sort`: expected one of `name`, `1`, found \"2\"",
        ),
        (
            "tag=1",
            "ids=1&ids=b",
            "field `ids`: expected a whole number from -9223372036854775808 to 9223372036854775807, found \"b\"",
        ),
    ] {
        let text: &'static str = base.replace(old, new).leak();
        assert_eq!(
            read::<Search>(text).await,
            Err(expected.to_owned()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn tagged_enums_have_numbers_and_booleans() {
    for (text, expected) in [
        (
            "kind=circle&radius=1.5&filled=true",
            Shape::Circle {
                radius: 1.5,
                filled: true,
            },
        ),
        (
            "radius=2&kind=circle&filled=false",
            Shape::Circle {
                radius: 2.0,
                filled: false,
            },
        ),
        (
            "kind=square&side=7&name=7",
            Shape::Square {
                side: 7,
                name: "7".to_owned(),
            },
        ),
        (
            "kind=named&name=true&weight=-5",
            Shape::Named(Named {
                name: "true".to_owned(),
                weight: -5,
            }),
        ),
        ("kind=nothing", Shape::Nothing),
        ("kind=nothing&x=1", Shape::Nothing),
    ] {
        assert_eq!(read::<Shape>(text).await, Ok(expected), "{text}");
    }
    // A number is not accepted as the index of a variant or of a field.
    for text in [
        "kind=1&side=7&name=a",
        "kind=square&0=7&1=a",
        "0=square&side=1&name=a",
    ] {
        assert!(read::<Shape>(text).await.is_err(), "{text}");
    }
    assert_eq!(
        read::<Shape>("kind=square&side=300&name=a").await,
        Err("field `side`: expected a whole number from 0 to 255, found \"300\"".to_owned())
    );
}

#[tokio::test]
async fn untagged_values_are_typed_by_their_spelling() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct By {
        id: Id,
    }
    for (text, expected) in [
        ("id=7", Id::Number(7)),
        ("id=18446744073709551615", Id::Number(u64::MAX)),
        ("id=true", Id::Flag(true)),
        ("id=tea", Id::Name("tea".to_owned())),
        ("id=", Id::Name(String::new())),
        ("id=01234", Id::Name("01234".to_owned())),
        ("id=%2B5", Id::Name("+5".to_owned())),
        ("id=1e5", Id::Name("1e5".to_owned())),
        (
            "id=18446744073709551616",
            Id::Name("18446744073709551616".to_owned()),
        ),
    ] {
        assert_eq!(read::<By>(text).await, Ok(By { id: expected }), "{text}");
    }
}

#[tokio::test]
async fn untagged_structs_fit_with_texts_that_look_like_numbers() {
    for (text, expected) in [
        ("min=1&max=2", Filter::Range { min: 1, max: 2 }),
        ("min=01&max=2", Filter::Range { min: 1, max: 2 }),
        (
            "above=1.5&currency=7",
            Filter::Price {
                above: 1.5,
                currency: "7".to_owned(),
            },
        ),
        (
            "name=42",
            Filter::Name {
                name: "42".to_owned(),
            },
        ),
        (
            "name=true&min=7",
            Filter::Name {
                name: "true".to_owned(),
            },
        ),
    ] {
        assert_eq!(read::<Filter>(text).await, Ok(expected), "{text}");
    }
    assert!(read::<Filter>("min=a&max=2").await.is_err());
}

#[tokio::test]
async fn a_flattened_option_is_present_for_any_text() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        #[serde(flatten)]
        named: Option<Named>,
    }
    for (text, name) in [
        ("name=tea&weight=1", Some("tea")),
        ("name=7&weight=7", Some("7")),
        ("name=true&weight=1", Some("true")),
        ("weight=1", None),
    ] {
        let outer: Outer = read(text).await.expect(text);
        let found = outer.named.as_ref().map(|named| named.name.as_str());
        assert_eq!(found, name, "{text}");
    }
}

#[tokio::test]
async fn whatever_takes_anything_gets_scalars_by_spelling() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Rest {
        zip: String,
        #[serde(flatten)]
        rest: HashMap<String, serde_json::Value>,
    }
    let rest: Rest = read("zip=8&a=7&b=true&c=tea&d=007&e=1.50&f=1&f=x&g=-3")
        .await
        .unwrap();
    assert_eq!(rest.zip, "8");
    assert_eq!(
        json!(rest.rest),
        json!({"a": 7, "b": true, "c": "tea", "d": "007", "e": "1.50", "f": [1, "x"], "g": -3})
    );
    let texts: HashMap<String, serde_json::Value> = read("a=%37").await.unwrap();
    assert_eq!(json!(texts), json!({"a": 7}));
}

#[tokio::test]
async fn a_flattened_map_is_of_one_type() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Of<T> {
        page: u32,
        #[serde(flatten)]
        rest: HashMap<String, T>,
    }
    let texts: Of<String> = read("page=1&a=1&b=true&c=x&d=1").await.unwrap();
    assert_eq!(
        json!(texts.rest),
        json!({"a": "1", "b": "true", "c": "x", "d": "1"})
    );
    let numbers: Of<f32> = read("page=1&a=1&b=01&c=1.5&d=1e3").await.unwrap();
    assert_eq!(
        json!(numbers.rest),
        json!({"a": 1.0, "b": 1.0, "c": 1.5, "d": 1000.0})
    );
    let options: Of<Option<u8>> = read("page=1&a=1&b=").await.unwrap();
    assert_eq!(json!(options.rest), json!({"a": 1, "b": null}));
}

#[tokio::test]
async fn many_values_are_read_in_bounded_time() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Flat {
        #[serde(flatten)]
        rest: HashMap<String, u64>,
    }
    let text = |count: usize| -> &'static str {
        (0..count)
            .map(|n| format!("k{n}=0{n}&"))
            .collect::<String>()
            .leak()
    };
    let few: Flat = read(text(150)).await.unwrap();
    assert_eq!(few.rest.len(), 150);
    let many = read::<Flat>(text(999)).await.unwrap_err();
    assert!(many.contains("expected a whole number"), "{many}");
}

#[api_handler(GET "/{kind}/{page}/{zip}")]
async fn in_a_path(Path(at): Path<At>) -> String {
    format!("{at:?}")
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown by Debug")]
struct At {
    kind: String,
    #[serde(flatten)]
    rest: AtRest,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown by Debug")]
struct AtRest {
    page: u32,
    zip: String,
}

#[api_handler(GET "/by/{id}")]
async fn by_id(id: Id, #[query] other: Option<Id>, #[header] x_id: Option<Id>) -> String {
    format!("{id:?} {other:?} {x_id:?}")
}

async fn text_of(uri: &str) -> (u16, String) {
    let app = Api::new()
        .routes(routes![in_a_path, by_id])
        .build()
        .await
        .unwrap();
    let mut request: Request = http::Request::get(uri).body(Body::empty()).unwrap();
    request.headers_mut().insert("x-id", "08".parse().unwrap());
    let Ok(response) = app.oneshot(request).await;
    let text = String::from_utf8(response.body().bytes().to_vec()).unwrap();
    (response.status().as_u16(), text)
}

#[tokio::test]
async fn paths_and_plain_arguments_are_typed_alike() {
    for (uri, expected) in [
        (
            "/7/7/7",
            "At { kind: \"7\", rest: AtRest { page: 7, zip: \"7\" } }",
        ),
        (
            "/a/07/01234",
            "At { kind: \"a\", rest: AtRest { page: 7, zip: \"01234\" } }",
        ),
        ("/by/7", "Number(7) None Some(Name(\"08\"))"),
        (
            "/by/true?other=007",
            "Flag(true) Some(Name(\"007\")) Some(Name(\"08\"))",
        ),
    ] {
        assert_eq!(text_of(uri).await, (200, expected.to_owned()), "{uri}");
    }
    let (status, text) = text_of("/a/x/01234").await;
    assert_eq!(status, 400);
    assert!(
        text.contains("path parameter `page`: expected a whole number"),
        "{text}"
    );
}

#[tokio::test]
async fn an_empty_value_is_absent_for_an_option_of_no_text() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(try_from = "String")]
    struct Sku(String);
    impl TryFrom<String> for Sku {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text.is_empty() {
                Err("empty")
            } else {
                Ok(Self(text))
            }
        }
    }
    #[derive(Debug, Default, Deserialize, PartialEq)]
    struct Fields {
        page: Option<u32>,
        all: Option<bool>,
        sort: Option<Sort>,
        sku: Option<Sku>,
        ids: Option<Vec<u8>>,
        each: Option<Vec<Option<u8>>>,
        q: Option<String>,
    }
    for (text, expected) in [
        ("page=&all=&sort=&sku=&ids=", Fields::default()),
        ("page&all&sort&sku&ids", Fields::default()),
        (
            "q=&page=",
            Fields {
                q: Some(String::new()),
                ..Fields::default()
            },
        ),
        (
            "page=&all=true",
            Fields {
                all: Some(true),
                ..Fields::default()
            },
        ),
        (
            "each=&each=2",
            Fields {
                each: Some(vec![None, Some(2)]),
                ..Fields::default()
            },
        ),
    ] {
        assert_eq!(read::<Fields>(text).await, Ok(expected), "{text}");
    }
    for (text, name) in [
        ("page=x&all=", "page"),
        ("page=%20", "page"),
        ("ids=&ids=", "ids"),
    ] {
        let error = read::<Fields>(text).await.unwrap_err();
        assert!(error.starts_with(&format!("field `{name}`")), "{error}");
    }
    let error = read::<Named>("name=&weight=").await.unwrap_err();
    assert!(error.starts_with("field `weight`"), "{error}");
}

#[tokio::test]
async fn an_empty_flattened_value_is_absent_for_an_option_too() {
    /// Parsed from a text, with its own error.
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(try_from = "String")]
    struct Day(String);
    impl TryFrom<String> for Day {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            match text.split_once('-') {
                Some(_) => Ok(Self(text)),
                None => Err("premature end of input"),
            }
        }
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        a: String,
        from: Option<Day>,
        sort: Option<Sort>,
        to: Option<Day>,
    }
    let day = |text: &str| Some(Day(text.to_owned()));
    for (text, from, to) in [
        ("a=&from=&to=", None, None),
        ("a=&from=2026-01-01&to=&sort=", day("2026-01-01"), None),
        ("a=7&from=&to=2026-01-01", None, day("2026-01-01")),
    ] {
        let Outer { inner } = read(text).await.expect(text);
        assert_eq!((inner.from, inner.to), (from, to), "{text}");
        assert_eq!(inner.sort, None);
    }
    let error = read::<Outer>("a=&from=x&to=").await.unwrap_err();
    assert!(error.contains("premature end of input"), "{error}");
}

#[tokio::test]
async fn a_ticked_checkbox_is_true_in_a_form() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Boxes {
        #[serde(default)]
        news: bool,
        #[serde(flatten)]
        more: More,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct More {
        terms: Option<bool>,
        #[serde(default)]
        name: String,
    }
    let boxes = |news, terms, name: &str| Boxes {
        news,
        more: More {
            terms,
            name: name.to_owned(),
        },
    };
    for (text, expected) in [
        ("news=on&terms=on&name=on", boxes(true, Some(true), "on")),
        ("news=true&terms=false", boxes(true, Some(false), "")),
        ("", boxes(false, None, "")),
    ] {
        let request = post(FORM, text);
        let Form(form) = extract::<Form<Boxes>>(&request).await.expect(text);
        assert_eq!(form, expected);
    }
    for text in ["news=On", "news=off", "news=1"] {
        assert!(
            extract::<Form<Boxes>>(&post(FORM, text)).await.is_err(),
            "{text}"
        );
    }
    assert!(extract::<Query<Boxes>>(&get("/?news=on")).await.is_err());
    assert!(extract::<Query<Boxes>>(&get("/?terms=on")).await.is_err());
}

#[tokio::test]
async fn comma_lists_are_read_where_they_are_asked_for() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Lists {
        #[serde(default)]
        ids: CommaSeparated<u64>,
        #[serde(flatten)]
        more: MoreLists,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct MoreLists {
        #[serde(default)]
        names: CommaSeparated<String>,
    }
    let lists = |ids: &[u64], names: &[&str]| Lists {
        ids: CommaSeparated(ids.to_vec()),
        more: MoreLists {
            names: CommaSeparated(names.iter().map(ToString::to_string).collect()),
        },
    };
    for (text, expected) in [
        ("", lists(&[], &[])),
        ("ids=1,2,3", lists(&[1, 2, 3], &[])),
        ("ids=1,2&ids=3", lists(&[1, 2, 3], &[])),
        ("ids=7&names=7", lists(&[7], &["7"])),
        (
            "ids=,1,,%202%20,&names=a,b+c",
            lists(&[1, 2], &["a", "b c"]),
        ),
        ("ids=&names=", lists(&[], &[])),
    ] {
        assert_eq!(read::<Lists>(text).await, Ok(expected), "{text}");
    }
    assert_eq!(
        read::<Lists>("ids=1,x").await,
        Err("field `ids`: expected a whole number from 0 to 18446744073709551615".to_owned())
    );
}
