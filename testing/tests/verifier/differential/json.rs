//! Header and payload as JSON that is odd, or none.

use super::{Case, Cases, Stricter};
use crate::verifiers::{NOON, Verifier, oidc};
use lambda_api_testing::TestToken;
use lambda_api_testing_internal::TokenExt as _;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::Oidc);
    no_objects(&mut cases);
    texts(&mut cases);
    duplicates(&mut cases);
    depth(&mut cases);
    size(&mut cases);
    cases.list
}

fn token() -> TestToken {
    oidc().token("alice")
}

fn header() -> String {
    token().header_members().to_string()
}

fn payload() -> String {
    token().claims().to_string()
}

/// The object with something more before its end.
fn with(object: &str, more: &str) -> String {
    let open = object
        .strip_suffix('}')
        .expect("an object ends with a brace");
    format!("{open},{more}}}")
}

fn no_objects(cases: &mut Cases) {
    for text in [
        "",
        " ",
        "null",
        "true",
        "1",
        "\"\"",
        "[]",
        "{}",
        "[{}]",
        "{",
        "}",
        "undefined",
        "{]",
    ] {
        cases.rejected(format!("payload {text:?}"), token().raw_payload(text));
        cases.rejected(format!("header {text:?}"), token().raw_header(text));
    }
    for (name, payload) in [
        ("in a list", format!("[{}]", payload())),
        ("in a string", Value::from(payload()).to_string()),
        (
            "in an object",
            json!({"payload": token().claims()}).to_string(),
        ),
    ] {
        cases.rejected(format!("payload {name}"), token().raw_payload(payload));
    }
}

fn texts(cases: &mut Cases) {
    let spaced = |text: &str| format!(" \t\r\n{}\n ", text.replace(',', " ,\n\t"));
    cases.accepted(
        "payload with white space",
        token().raw_payload(spaced(&payload())),
    );
    cases.accepted(
        "header with white space",
        token().raw_header(spaced(&header())),
    );
    for (name, change) in [
        (
            "with a comma too much",
            (|text| text.replace('}', ",}")) as fn(&str) -> String,
        ),
        ("with something after it", |text| format!("{text}x")),
        ("with another one after it", |text| format!("{text}{{}}")),
        ("with a zero byte after it", |text| format!("{text}\0")),
        ("with a comment", |text| format!("/**/{text}")),
        ("with a byte order mark", |text| format!("\u{feff}{text}")),
        ("with a no-break space", |text| format!("\u{a0}{text}")),
        ("in single quotes", |text| text.replace('"', "'")),
        ("without its end", |text| {
            text.trim_end_matches('}').to_owned()
        }),
        ("with a raw control character", |text| {
            with(text, "\"x\":\"\u{1}\"")
        }),
        ("with a raw line break", |text| with(text, "\"x\":\"\n\"")),
        ("with an unknown escape", |text| with(text, r#""x":"\x41""#)),
        ("with half an escape", |text| with(text, r#""x":"\u00""#)),
        ("with a number that is none", |text| with(text, r#""x":01"#)),
        ("with a name without quotes", |text| with(text, "x:1")),
    ] {
        cases.rejected(
            format!("payload {name}"),
            token().raw_payload(change(&payload())),
        );
        cases.rejected(
            format!("header {name}"),
            token().raw_header(change(&header())),
        );
    }
    for (name, bytes) in [
        ("a byte that is no UTF-8", &b"\xff"[..]),
        ("an overlong slash", b"\xc0\xaf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("half a character", b"\xe2\x82"),
    ] {
        for (part, text) in [("payload", payload()), ("header", header())] {
            let open = text.strip_suffix('}').expect("a brace");
            let text = [open.as_bytes(), b",\"x\":\"", bytes, b"\"}"].concat();
            let token = match part {
                "payload" => token().raw_payload(text),
                _ => token().raw_header(text),
            };
            cases.stricter(Stricter::NotUtf8, format!("{part} with {name}"), token);
        }
    }
    let lone = with(&payload(), r#""x":"\ud800""#);
    cases.stricter(
        Stricter::NotUtf8,
        "payload with a lone surrogate",
        token().raw_payload(lone),
    );
}

fn duplicates(cases: &mut Cases) {
    let claims = token().claims();
    let members = claims.as_object().expect("claims are an object");
    for (name, value) in members {
        let (once, twice) = (payload(), with(&payload(), &format!("\"{name}\":{value}")));
        debug_assert!(twice.len() > once.len());
        let name = format!("payload with {name} twice");
        cases.stricter(Stricter::Duplicate, name, token().raw_payload(twice));
    }
    let header_members = token().header_members();
    for (name, value) in header_members.as_object().expect("a header is an object") {
        let twice = with(&header(), &format!("\"{name}\":{value}"));
        let name = format!("header with {name} twice");
        cases.stricter(Stricter::Duplicate, name, token().raw_header(twice));
    }
    // The last one is good, and counts there.
    for (name, bad) in [
        ("exp", json!(NOON - 3600)),
        ("iss", json!("https://attacker.example")),
        ("aud", json!("another")),
        ("sub", json!("mallory")),
    ] {
        let open = payload().replacen('{', &format!("{{\"{name}\":{bad},"), 1);
        let name = format!("payload with a bad {name} before the good one");
        cases.stricter(Stricter::Duplicate, name, token().raw_payload(open));
    }
    // The last one is bad.
    for (name, bad) in [
        ("exp", json!(NOON - 3600)),
        ("iss", json!("https://attacker.example")),
        ("aud", json!("another")),
        ("exp", json!(null)),
        ("sub", json!(1)),
    ] {
        let text = with(&payload(), &format!("\"{name}\":{bad}"));
        let name = format!("payload with {name} {bad} after the good one");
        cases.rejected(name, token().raw_payload(text));
    }
    let first = header().replacen('{', r#"{"alg":"none","#, 1);
    cases.stricter(
        Stricter::Duplicate,
        "header with alg none first",
        token().raw_header(first),
    );
    let last = with(&header(), r#""alg":"none""#);
    cases.rejected("header with alg none last", token().raw_header(last));
    let escaped = with(&payload(), r#""\u0073ub":"mallory""#);
    cases.stricter(Stricter::Duplicate, "a name twice, once with an escape", {
        token().raw_payload(escaped)
    });
    for (name, more) in [
        ("a duplicate one level down", r#""x":{"a":1,"a":2}"#),
        ("a duplicate in a list", r#""x":[{"a":1,"a":2}]"#),
        ("a duplicate far down", r#""x":{"x":[{"x":{"a":1,"a":1}}]}"#),
    ] {
        let payload = token().raw_payload(with(&payload(), more));
        cases.stricter(Stricter::Duplicate, format!("payload with {name}"), payload);
        let header = token().raw_header(with(&header(), more));
        cases.stricter(Stricter::Duplicate, format!("header with {name}"), header);
    }
    for name in ["__proto__", "constructor", "prototype", "toString"] {
        let more = format!(r#""{name}":{{"sub":"mallory","exp":1}}"#);
        let token = token().raw_payload(with(&payload(), &more));
        cases.accepted(format!("payload with {name}"), token);
    }
    let unprotected = json!({"__proto__": token().claims()}).to_string();
    cases.rejected("payload in __proto__", token().raw_payload(unprotected));
}

fn depth(cases: &mut Cases) {
    let nested = |depth: usize, open: &str, close: &str| {
        format!("\"x\":{}0{}", open.repeat(depth), close.repeat(depth))
    };
    for depth in [1, 5, 10] {
        let more = nested(depth, "[", "]");
        let token = token().raw_payload(with(&payload(), &more));
        cases.accepted(format!("payload with {depth} lists in one another"), token);
    }
    for depth in [200, 500, 2000] {
        let lists = nested(depth, "[", "]");
        let deep = token().raw_payload(with(&payload(), &lists));
        let name = format!("payload with {depth} lists in one another");
        cases.stricter(Stricter::TooDeep, name, deep);
        let deep = token().raw_header(with(&header(), &lists));
        let name = format!("header with {depth} lists in one another");
        cases.stricter(Stricter::TooDeep, name, deep);
    }
    let objects = nested(200, "{\"a\":", "}");
    let deep = token().raw_payload(with(&payload(), &objects));
    cases.stricter(
        Stricter::TooDeep,
        "payload with 200 objects in one another",
        deep,
    );
}

fn size(cases: &mut Cases) {
    for kilobytes in [1, 3, 5] {
        let padding = "x".repeat(kilobytes * 1024);
        let token = token().claim("x", padding);
        cases.accepted(format!("payload of {kilobytes} KB"), token);
    }
    for kilobytes in [7, 20, 100] {
        let padding = "x".repeat(kilobytes * 1024);
        let large = token().claim("x", padding.clone());
        cases.stricter(
            Stricter::TooLarge,
            format!("payload of {kilobytes} KB"),
            large,
        );
        let large = token().header("x", padding);
        cases.stricter(
            Stricter::TooLarge,
            format!("header of {kilobytes} KB"),
            large,
        );
    }
}
