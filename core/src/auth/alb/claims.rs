//! The payload of a token whose signature is good.

use super::super::{
    Refusal,
    jwt::{
        Sought, date,
        json::{self, Fault, Text, Value},
        names,
    },
    list_claim::Said,
};
use std::time::SystemTime;

/// The claims that mean something here.
#[derive(Default)]
pub(super) struct Claims<'a> {
    /// All of them.
    pub(super) json: &'a str,
    pub(super) subject: Option<Text<'a>>,
    pub(super) issuer: Option<Text<'a>>,
    pub(super) expires: Option<SystemTime>,
    /// The latest of the times before which the token is not valid.
    pub(super) begins: Option<SystemTime>,
    groups: Sought<'a>,
}

impl<'a> Claims<'a> {
    pub(super) fn read(bytes: &'a [u8], groups_claim: &str) -> Result<Self, Refusal> {
        let mut claims = Self::default();
        let mut fits = true;
        let read = json::object(bytes, |name, value| {
            claims.groups.see(groups_claim, name, value);
            fits &= match (name, value) {
                ("sub", Value::String(text)) => {
                    claims.subject = Some(text);
                    true
                }
                ("iss", Value::String(text)) => {
                    claims.issuer = Some(text);
                    true
                }
                ("exp", Value::Number(number)) => {
                    claims.expires = instant(number);
                    claims.expires.is_some()
                }
                ("nbf" | "iat", Value::Number(number)) => {
                    let begins = instant(number);
                    claims.begins = claims.begins.max(begins);
                    begins.is_some()
                }
                ("sub" | "iss" | "exp" | "nbf" | "iat", _) => false,
                _ => true,
            };
        });
        claims.json = match read {
            Ok(json) => json,
            Err(Fault::Duplicate) => return Err(Refusal::DuplicateMember),
            Err(Fault::Malformed) => return Err(Refusal::MalformedClaims),
        };
        if fits {
            Ok(claims)
        } else {
            Err(Refusal::MalformedClaims)
        }
    }

    /// The groups: an array, or one name.
    pub(super) fn groups(&self) -> Said {
        names(self.groups.claim(), false)
    }
}

/// A `NumericDate` as a time; `None` when it is none that can be.
pub(super) fn instant(number: &str) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(date::read(number)?)
}

#[cfg(test)]
mod tests {
    use super::Claims;
    use crate::auth::{Refusal, list_claim::Said};
    use std::time::{Duration, SystemTime};

    fn at(milliseconds: u64) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
    }

    #[test]
    fn claims_have_their_types() {
        for claims in [
            r#"{"sub":1}"#,
            r#"{"sub":null}"#,
            r#"{"iss":["a"]}"#,
            r#"{"exp":"1"}"#,
            r#"{"exp":1e300}"#,
            r#"{"nbf":true}"#,
            r#"{"iat":"now"}"#,
            r#"{"exp":18446744073709551615}"#,
            r#"{"nbf":-1}"#,
            "[]",
            "1",
            "",
            "{}x",
            "\u{feff}{}",
        ] {
            let refused = Claims::read(claims.as_bytes(), "teams").err();
            assert_eq!(refused, Some(Refusal::MalformedClaims), "{claims}");
        }
        for claims in [r#"{"sub":"a","sub":"b"}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            let refused = Claims::read(claims.as_bytes(), "groups").err();
            assert_eq!(refused, Some(Refusal::DuplicateMember), "{claims}");
        }
    }

    #[test]
    fn claims_are_read() {
        let json = r#"{"sub":"\u0061lice","exp":9,"iat":2,"nbf":5,"teams":["a","b"],"x":[null]}"#;
        let claims = Claims::read(json.as_bytes(), "teams").unwrap();
        assert!(claims.subject.unwrap().is("alice"));
        assert_eq!((claims.expires, claims.begins), (at(9000), at(5000)));
        assert_eq!(
            claims.groups(),
            Said::Names(["a", "b"].into_iter().collect())
        );
        assert_eq!(claims.json, json);
        let claims = Claims::read(json.as_bytes(), "groups").unwrap();
        assert_eq!(claims.groups(), Said::Nothing);
        for (teams, expected) in [
            ("{}", Said::Unreadable),
            (r#"["admins",1]"#, Said::Unreadable),
            ("null", Said::Nothing),
        ] {
            let json = format!(r#"{{"sub":"alice","teams":{teams}}}"#);
            let claims = Claims::read(json.as_bytes(), "teams").unwrap();
            assert_eq!(claims.groups(), expected, "{teams}");
        }
    }
}
