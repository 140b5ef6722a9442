//! What the claims say.

use super::{Case, Cases, Stricter};
use crate::verifiers::{AUDIENCE, NOON, URL, Verifier, oidc};
use lambda_api_testing_internal::TokenExt as _;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::Oidc);
    times(&mut cases);
    odd_times(&mut cases);
    issuers(&mut cases);
    audiences(&mut cases);
    others(&mut cases);
    cases.list
}

/// Seconds from noon.
const TIMES: [i64; 13] = [
    -100_000, -3600, -31, -30, -29, -1, 0, 1, 29, 30, 31, 3600, 100_000,
];

fn times(cases: &mut Cases) {
    let issuer = oidc();
    for from_noon in TIMES {
        let time = NOON.saturating_add_signed(from_noon);
        let token = issuer.token("alice").claim("exp", time);
        let name = format!("exp {from_noon} s from now");
        match from_noon {
            ..-30 => cases.rejected(name, token),
            // Theirs has one allowance for all times, of 30 s here; ours has none for `exp`.
            -30..=0 => cases.stricter(Stricter::Expiry, name, token),
            _ => cases.accepted(name, token),
        }

        let token = issuer.token("alice").claim("nbf", time);
        let name = format!("nbf {from_noon} s from now");
        match from_noon {
            ..=30 => cases.accepted(name, token),
            _ => cases.rejected(name, token),
        }

        let token = issuer.token("alice").claim("iat", time);
        let name = format!("iat {from_noon} s from now");
        match from_noon {
            ..=30 => cases.accepted(name, token),
            _ => cases.stricter(Stricter::IssuedInTheFuture, name, token),
        }
    }
    cases.stricter(
        Stricter::NoExpiry,
        "no exp",
        issuer.token("alice").without("exp"),
    );
    cases.accepted("no iat", issuer.token("alice").without("iat"));
    cases.accepted("exp with a fraction", {
        issuer.token("alice").claim("exp", 1_767_268_800.5)
    });
    cases.rejected("expired", issuer.token("alice").expired());
    cases.rejected("not yet valid", issuer.token("alice").not_yet_valid());
}

fn odd_times(cases: &mut Cases) {
    let issuer = oidc();
    let claims = issuer.token("alice").without("exp").without("iat").claims();
    let with = |name: &str, number: &str| {
        let payload = format!(r#"{{"{name}":{number},{}"#, members(&claims));
        issuer.token("alice").raw_payload(payload)
    };
    for number in [
        "null",
        "true",
        "\"1767272400\"",
        "[1767272400]",
        "{}",
        "\"\"",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x7fffffff",
        "1767272400L",
        "01767272400",
        "+1767272400",
        "1767272400.",
        ".5",
        "1e",
        "1e400",
        "-1e400",
    ] {
        for name in ["exp", "nbf", "iat"] {
            let exp = if name == "exp" {
                ""
            } else {
                r#""exp":1767272400,"#
            };
            let token = with(name, &format!("{number},{exp}\"x\":0"));
            cases.rejected(format!("{name} {number}"), token);
        }
    }
    for number in [
        "1e300",
        "1e18",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999",
    ] {
        let (name, token) = (format!("exp {number}"), with("exp", number));
        cases.stricter(Stricter::Expiry, name, token);
        for name in ["nbf", "iat"] {
            let token = with(name, &format!("{number},\"exp\":1767272400"));
            match name {
                "nbf" => cases.rejected(format!("{name} {number}"), token),
                _ => cases.stricter(
                    Stricter::IssuedInTheFuture,
                    format!("{name} {number}"),
                    token,
                ),
            }
        }
    }
    for number in [
        "0",
        "-1",
        "-0",
        "1",
        "-1e300",
        "-9223372036854775809",
        "1e-300",
    ] {
        cases.rejected(format!("exp {number}"), with("exp", number));
    }
    for number in ["17672724e2", "1767272400.0", "1767272400.999"] {
        cases.accepted(format!("exp {number}"), with("exp", number));
    }
}

/// The members of an object, with the brace that ends it.
fn members(object: &Value) -> String {
    object.to_string().trim_start_matches('{').to_owned()
}

fn issuers(cases: &mut Cases) {
    let issuer = oidc();
    cases.rejected("no iss", issuer.token("alice").without("iss"));
    for iss in [
        json!(""),
        json!("https://id.example.com/"),
        json!("https://id.example.com#"),
        json!("https://id.example.com?"),
        json!("https://ID.example.com"),
        json!("HTTPS://id.example.com"),
        json!("http://id.example.com"),
        json!("https://id.example.com.attacker.example"),
        json!("https://attacker.example"),
        json!("https://attacker.example/https://id.example.com"),
        json!("https://id.example.com:443"),
        json!(" https://id.example.com"),
        json!("https://id.example.com\n"),
        json!("id.example.com"),
        json!([URL]),
        json!([URL, "https://attacker.example"]),
        json!({"iss": URL}),
        json!(null),
        json!(0),
        json!(true),
    ] {
        cases.rejected(format!("iss {iss}"), issuer.token("alice").issuer(iss));
    }
}

fn audiences(cases: &mut Cases) {
    let issuer = oidc();
    cases.rejected("no aud", issuer.token("alice").without("aud"));
    for aud in [
        json!([AUDIENCE]),
        json!([AUDIENCE, "another"]),
        json!(["another", AUDIENCE]),
        json!([AUDIENCE, AUDIENCE]),
    ] {
        cases.accepted(format!("aud {aud}"), issuer.token("alice").audience(aud));
    }
    for aud in [
        json!(""),
        json!("another"),
        json!("orders-api "),
        json!(" orders-api"),
        json!("ORDERS-API"),
        json!("orders-api another"),
        json!("orders-api,another"),
        json!("orders"),
        json!("orders-api2"),
        json!("orders-api\u{0}"),
        json!("*"),
        json!([]),
        json!([""]),
        json!(["another"]),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 1]),
        json!([1, AUDIENCE]),
        json!([AUDIENCE, null]),
        json!([AUDIENCE, ["another"]]),
        json!({"aud": AUDIENCE}),
        json!({"0": AUDIENCE}),
        json!(null),
        json!(0),
        json!(true),
    ] {
        cases.rejected(format!("aud {aud}"), issuer.token("alice").audience(aud));
    }
}

fn others(cases: &mut Cases) {
    let issuer = oidc();
    let token = || issuer.token("alice");
    for scope in [
        json!(null),
        json!(1),
        json!(true),
        json!(["alice"]),
        json!(["alice", 1]),
        json!({}),
    ] {
        let name = format!("scope {scope}");
        cases.scope_of_another_form(name, token().claim("scope", scope));
    }
    for name in ["sub", "jti"] {
        for value in [
            json!(null),
            json!(1),
            json!(true),
            json!(["alice"]),
            json!({}),
        ] {
            cases.rejected(format!("{name} {value}"), token().claim(name, value));
        }
    }
    cases.stricter(Stricter::NoSubject, "no sub", token().without("sub"));
    cases.stricter(Stricter::NoSubject, "sub \"\"", token().claim("sub", ""));
    for (name, value) in [
        ("sub", json!("älice \u{1f600}")),
        ("scope", json!("")),
        ("scope", json!("a b")),
        ("scope", json!("  a  ")),
        ("scp", json!(["a", "b"])),
        ("scp", json!("a b")),
        ("groups", json!(["a", "b"])),
        ("jti", json!("")),
        ("client_id", json!(1)),
        (
            "anything",
            json!({"at": ["all", null, 1.5e3, {"deep": true}]}),
        ),
        ("azp", json!("another")),
        ("cnf", json!({"jkt": "AAAA"})),
    ] {
        cases.accepted(format!("{name} {value}"), token().claim(name, value));
    }
    cases.accepted("an id token", token().id_token());
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let logout = token().claim("events", event);
    cases.stricter(
        Stricter::Type,
        "a logout token that does not say so in typ",
        logout,
    );
    for scp in [json!(1), json!(null), json!([1]), json!({})] {
        let name = format!("scp {scp}");
        cases.accepted(name, token().claim("scp", scp));
    }
    for groups in [json!(1), json!(null), json!([1]), json!({})] {
        let name = format!("groups {groups}");
        cases.accepted(name, token().claim("groups", groups));
    }
}
