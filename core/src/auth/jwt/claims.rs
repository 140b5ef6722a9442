//! The payload of a token.

use super::super::{
    AuthError, date,
    json::{self, JsonError, Object},
    list_claim::Said,
    names::Names,
};
use serde_json::value::RawValue;
use std::{borrow::Cow, ops::Range, time::Duration};

/// The claims of a payload, of the right type or not. None is trusted before the signature is verified,
/// except the issuer, which selects the keys.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    /// The whole payload.
    pub(crate) text: &'a str,
    claims: Object<'a>,
}

/// How far clocks may differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leeway {
    /// For a beginning in the future.
    pub(crate) start: Duration,
    /// For an end in the past.
    pub(crate) expiry: Duration,
}

impl Leeway {
    /// The end of a token with this expiry; an error if it has passed.
    pub(super) fn check_end(self, expiry: Duration, now: Duration) -> Result<Duration, AuthError> {
        let end = expiry.saturating_add(self.expiry);
        if now < end {
            Ok(end)
        } else {
            Err(AuthError::Expired)
        }
    }
}

impl<'a> Payload<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, AuthError> {
        let text = std::str::from_utf8(bytes).map_err(|_| AuthError::MalformedClaims)?;
        let claims = Object::parse_signed(text).map_err(|error| match error {
            JsonError::Malformed => AuthError::MalformedClaims,
            JsonError::Duplicate => AuthError::DuplicateMember,
        })?;
        Ok(Self { text, claims })
    }

    /// A claim that is a string.
    pub(crate) fn string(&self, name: &str) -> Result<Option<Cow<'a, str>>, AuthError> {
        self.claims.string(name, AuthError::MalformedClaims)
    }

    /// A claim that is a time, since the epoch.
    fn date(&self, name: &str) -> Result<Option<Duration>, AuthError> {
        match self.claims.member(name) {
            None => Ok(None),
            Some(value) => match date::numeric(value.get()) {
                Some(date) => Ok(Some(date)),
                None => Err(AuthError::MalformedClaims),
            },
        }
    }

    /// `sub` ([RFC 7519, section 4.1.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2)).
    pub(crate) fn subject(&self) -> Result<Cow<'a, str>, AuthError> {
        self.string("sub")?
            .filter(|subject| !subject.is_empty())
            .ok_or(AuthError::NoSubject)
    }

    /// Checks `exp`, `nbf` and `iat` ([RFC 7519, section
    /// 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4) and the two after it), and
    /// returns from when to when the token is valid. A token whose header has an expiry needs no
    /// `exp`; otherwise it does. All times are since the epoch.
    pub(crate) fn period(
        &self,
        header_expiry: Option<Duration>,
        now: Duration,
        leeway: Leeway,
    ) -> Result<Range<Duration>, AuthError> {
        let expiry = [header_expiry, self.date("exp")?];
        let expiry = expiry.into_iter().flatten().min();
        let end = leeway.check_end(expiry.ok_or(AuthError::NoExpiry)?, now)?;
        let start = self.date("nbf")?.max(self.date("iat")?);
        let start = start.unwrap_or_default().saturating_sub(leeway.start);
        if now < start {
            return Err(AuthError::NotYetValid);
        }
        Ok(start..end)
    }

    /// Checks the types of the claims that nothing else looks at, and rejects a security event
    /// ([RFC 8417, section 2.2](https://www.rfc-editor.org/rfc/rfc8417#section-2.2)). A logout token
    /// is one, and not all issuers mark it in `typ`.
    pub(super) fn form(&self) -> Result<(), AuthError> {
        self.string("jti")?;
        match self.claims.member("events") {
            Some(events) if events.get().starts_with('{') => Err(AuthError::WrongTokenType),
            _ => Ok(()),
        }
    }

    /// Whether one of the audiences is accepted; `None` accepts all
    /// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    pub(super) fn is_for(&self, accepted: Option<&[String]>) -> Result<bool, AuthError> {
        let audiences = match self.claims.member("aud") {
            None => Vec::new(),
            Some(value) => json::strings(value)
                .or_else(|| Some(vec![json::string(value)?]))
                .ok_or(AuthError::MalformedClaims)?,
        };
        Ok(accepted.is_none_or(|accepted| {
            let is_accepted = |audience: &Cow<'_, str>| accepted.iter().any(|one| one == audience);
            audiences.iter().any(is_accepted)
        }))
    }

    /// [`is_for`](Self::is_for) of an ID token of Cognito, whose audience is one client: a string.
    pub(super) fn is_for_client(&self, clients: Option<&[String]>) -> Result<bool, AuthError> {
        self.string("aud")?;
        self.is_for(clients)
    }

    /// Whether the client is one of these, by `client_id`; `None` accepts all
    /// ([RFC 8693, section 4.3](https://www.rfc-editor.org/rfc/rfc8693#section-4.3)).
    pub(super) fn is_of(&self, clients: Option<&[String]>) -> Result<bool, AuthError> {
        let client = self.string("client_id")?;
        Ok(clients.is_none_or(|clients| {
            client.is_some_and(|client| clients.iter().any(|known| *known == client))
        }))
    }

    /// The scopes in the claim of this name or path: an array, or names between spaces ([RFC 8693,
    /// section 4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)). Without a path, those of
    /// `scope`, and where it is absent, of `scp`.
    pub(super) fn scopes(&self, path: Option<&str>) -> Said {
        let split = |text: &str| text.split(' ').filter(|name| !name.is_empty()).collect();
        match path {
            Some(path) => names(self.claims.own_claim(path).as_deref(), split),
            None => match names(self.claims.member("scope"), split) {
                Said::Nothing => names(self.claims.member("scp"), split),
                said => said,
            },
        }
    }

    /// The groups in the claim of this name or path: an array, or one name.
    pub(crate) fn groups(&self, path: &str) -> Said {
        let one = |text: &str| std::iter::once(text).collect();
        names(self.claims.own_claim(path).as_deref(), one)
    }
}

/// The names in a claim: an array of strings, or one string that is read like this.
fn names(claim: Option<&RawValue>, string: impl FnOnce(&str) -> Names) -> Said {
    let Some(claim) = claim.filter(|claim| claim.get() != "null") else {
        return Said::Nothing;
    };
    let names = match json::string(claim) {
        Some(text) => Some(string(&text)),
        None => json::strings(claim).map(|strings| {
            let mut names = Names::with_capacity(claim.get().len());
            strings.iter().for_each(|name| names.push(name));
            names
        }),
    };
    names.map_or(Said::Unreadable, Said::Names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_767_268_800);
    const LEEWAY: Leeway = Leeway {
        start: Duration::from_secs(30),
        expiry: Duration::ZERO,
    };

    fn read(json: &str) -> Payload<'_> {
        Payload::read(json.as_bytes()).expect("it is an object")
    }

    fn said(names: &[&str]) -> Said {
        Said::Names(names.iter().copied().collect())
    }

    fn until(json: &str) -> Result<u64, AuthError> {
        read(json)
            .period(None, NOW, LEEWAY)
            .map(|period| period.end.as_secs())
    }

    #[test]
    fn a_token_ends_with_its_expiry() {
        let good = NOW.as_secs() + 1;
        for (exp, expected) in [
            ("1767268801".to_owned(), Ok(good)),
            ("1767268801.0".to_owned(), Ok(good)),
            ("1767268800.5".to_owned(), Ok(NOW.as_secs())),
            ("1.767268801e9".to_owned(), Ok(good)),
            ("1767268800".to_owned(), Err(AuthError::Expired)),
            ("1767268799.999".to_owned(), Err(AuthError::Expired)),
            ("0".to_owned(), Err(AuthError::Expired)),
            ("253402300799".to_owned(), Ok(253_402_300_799)),
            ("253402300800".to_owned(), Err(AuthError::MalformedClaims)),
            (
                "18446744073709551615".to_owned(),
                Err(AuthError::MalformedClaims),
            ),
            (
                "18446744073709551616".to_owned(),
                Err(AuthError::MalformedClaims),
            ),
            ("1e300".to_owned(), Err(AuthError::MalformedClaims)),
            ("1e400".to_owned(), Err(AuthError::MalformedClaims)),
            ("9".repeat(400), Err(AuthError::MalformedClaims)),
            ("-1".to_owned(), Err(AuthError::MalformedClaims)),
            ("-0".to_owned(), Err(AuthError::MalformedClaims)),
            ("\"1767268801\"".to_owned(), Err(AuthError::MalformedClaims)),
            ("null".to_owned(), Err(AuthError::MalformedClaims)),
            ("true".to_owned(), Err(AuthError::MalformedClaims)),
            ("[1767268801]".to_owned(), Err(AuthError::MalformedClaims)),
        ] {
            assert_eq!(until(&format!("{{\"exp\":{exp}}}")), expected, "{exp}");
        }
    }

    #[test]
    fn a_token_without_expiry_is_rejected() {
        assert_eq!(until("{}"), Err(AuthError::NoExpiry));
        assert_eq!(until("{\"EXP\":1767268801}"), Err(AuthError::NoExpiry));
    }

    #[test]
    fn a_beginning_in_the_future_is_rejected() {
        for claim in ["nbf", "iat"] {
            for (start, expected) in [
                ("1767268800", None),
                ("1767268830", None),
                ("1767268830.5", Some(AuthError::NotYetValid)),
                ("1767268831", Some(AuthError::NotYetValid)),
                ("1e11", Some(AuthError::NotYetValid)),
                ("1e300", Some(AuthError::MalformedClaims)),
                ("-5", Some(AuthError::MalformedClaims)),
                ("null", Some(AuthError::MalformedClaims)),
                ("\"1\"", Some(AuthError::MalformedClaims)),
            ] {
                let json = format!("{{\"exp\":1767268900,\"{claim}\":{start}}}");
                assert_eq!(until(&json).err(), expected, "{json}");
            }
        }
    }

    #[test]
    fn clocks_may_differ_by_the_leeway() {
        let leeway = Leeway {
            start: Duration::ZERO,
            expiry: Duration::from_secs(10),
        };
        for (json, expected) in [
            (r#"{"exp":1767268791}"#, Ok(())),
            (r#"{"exp":1767268790}"#, Err(AuthError::Expired)),
            (
                r#"{"exp":1767268900,"nbf":1767268801}"#,
                Err(AuthError::NotYetValid),
            ),
            (r#"{"exp":1767268900,"iat":1767268800}"#, Ok(())),
        ] {
            assert_eq!(
                read(json).period(None, NOW, leeway).map(drop),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn an_audience_is_a_string_or_strings() {
        let known = ["a".to_owned(), "b".to_owned()];
        for (aud, expected) in [
            (r#""a""#, Ok(true)),
            (r#""\u0061""#, Ok(true)),
            (r#"["x","b"]"#, Ok(true)),
            (r#""x""#, Ok(false)),
            (r#""A""#, Ok(false)),
            (r#""a b""#, Ok(false)),
            (r#"[]"#, Ok(false)),
            (r#"["a",1]"#, Err(AuthError::MalformedClaims)),
            (r#"[["a"]]"#, Err(AuthError::MalformedClaims)),
            (r#"1"#, Err(AuthError::MalformedClaims)),
            (r#"null"#, Err(AuthError::MalformedClaims)),
            (r#"{"a":"a"}"#, Err(AuthError::MalformedClaims)),
        ] {
            let json = format!("{{\"aud\":{aud}}}");
            let payload = read(&json);
            assert_eq!(payload.is_for(Some(&known)), expected, "{aud}");
            assert_eq!(payload.is_for(None), expected.map(|_| true), "{aud}");
        }
        assert_eq!(read("{}").is_for(Some(&known)), Ok(false));
        assert_eq!(read("{}").is_for(None), Ok(true));
    }

    #[test]
    fn issuer_and_subject_are_strings() {
        for value in ["null", "7", "true", r#"["https://a.example"]"#, "{}"] {
            let json = format!("{{\"iss\":{value},\"sub\":{value}}}");
            assert_eq!(
                read(&json).string("iss").err(),
                Some(AuthError::MalformedClaims),
                "{value}"
            );
            assert_eq!(
                read(&json).subject().err(),
                Some(AuthError::MalformedClaims),
                "{value}"
            );
        }
        assert_eq!(read("{}").string("iss"), Ok(None));
        assert_eq!(read("{}").subject().err(), Some(AuthError::NoSubject));
        assert_eq!(
            read(r#"{"sub":""}"#).subject().err(),
            Some(AuthError::NoSubject)
        );
    }

    #[test]
    fn scopes_are_a_string_or_an_array() {
        for (json, expected) in [
            ("{}", Said::Nothing),
            (r#"{"scope":"a b"}"#, said(&["a", "b"])),
            (r#"{"scope":"  a  "}"#, said(&["a"])),
            (r#"{"scope":""}"#, said(&[])),
            (r#"{"scope":"a\tb"}"#, said(&["a\tb"])),
            (r#"{"scope":["a","b c"]}"#, said(&["a", "b c"])),
            (r#"{"scope":[]}"#, said(&[])),
            (r#"{"scope":null}"#, Said::Nothing),
            (r#"{"scp":"a b"}"#, said(&["a", "b"])),
            (r#"{"scp":["a","b c"]}"#, said(&["a", "b c"])),
            (r#"{"scope":"a","scp":["b"]}"#, said(&["a"])),
            (r#"{"scope":"","scp":["b"]}"#, said(&[])),
            (r#"{"scope":null,"scp":["b"]}"#, said(&["b"])),
            (r#"{"scope":"a","scp":1}"#, said(&["a"])),
            (r#"{"scope":1}"#, Said::Unreadable),
            (r#"{"scope":true}"#, Said::Unreadable),
            (r#"{"scope":{"a":1}}"#, Said::Unreadable),
            (r#"{"scope":["a",1]}"#, Said::Unreadable),
            (r#"{"scope":["a",null]}"#, Said::Unreadable),
            (r#"{"scope":[["a"]]}"#, Said::Unreadable),
            // What cannot be read is not passed over for the next one.
            (r#"{"scope":1,"scp":["b"]}"#, Said::Unreadable),
            (r#"{"scp":["a",1]}"#, Said::Unreadable),
        ] {
            assert_eq!(read(json).scopes(None), expected, "{json}");
        }
    }

    #[test]
    fn groups_are_strings_and_nothing_else() {
        for (json, expected) in [
            ("{}", Said::Nothing),
            (r#"{"groups":["a b","c"]}"#, said(&["a b", "c"])),
            (r#"{"groups":"a b"}"#, said(&["a b"])),
            (r#"{"groups":[]}"#, said(&[])),
            (r#"{"groups":null}"#, Said::Nothing),
            (r#"{"groups":[1]}"#, Said::Unreadable),
            (r#"{"groups":{"a":1}}"#, Said::Unreadable),
            (r#"{"cognito:groups":["a"]}"#, Said::Nothing),
        ] {
            assert_eq!(read(json).groups("groups"), expected, "{json}");
        }
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_by_a_path() {
        for (path, json, expected) in [
            (
                "realm_access.roles",
                r#"{"realm_access":{"roles":["a"]}}"#,
                said(&["a"]),
            ),
            (
                "realm_access.roles",
                r#"{"realm_access":{"roles":["a"]},"realm_access.roles":["b"]}"#,
                said(&["b"]),
            ),
            (
                "realm_access.roles",
                r#"{"realm_access.roles":null,"realm_access":{"roles":["a"]}}"#,
                said(&["a"]),
            ),
            (
                "realm_access.roles",
                r#"{"realm_access.roles":1,"realm_access":{"roles":["a"]}}"#,
                Said::Unreadable,
            ),
            (
                "https://example.com/roles",
                r#"{"https://example.com/roles":["a"]}"#,
                said(&["a"]),
            ),
            (
                "resource_access.https://api.example.com.roles",
                r#"{"resource_access":{"https://api.example.com":{"roles":["a"]}}}"#,
                said(&["a"]),
            ),
            (
                "cognito:groups",
                r#"{"cognito:groups":["a"]}"#,
                said(&["a"]),
            ),
            (
                "a.b.c",
                r#"{"a":{"b":{"c":"x"}},"a.b":{"c":"y"}}"#,
                said(&["y"]),
            ),
            (
                "a.b.c",
                r#"{"a.b":{"c":"y"},"a":{"b":{"c":"x"}}}"#,
                said(&["y"]),
            ),
            (
                "a.b.c",
                r#"{"a.b":{"d":"y"},"a":{"b":{"c":"x"}}}"#,
                said(&["x"]),
            ),
            ("a.b", r#"{"\u0061":{"\u0062":["x"]}}"#, said(&["x"])),
            ("a.b", r#"{"a":{"b":null}}"#, Said::Nothing),
            ("a.b", r#"{"a":{"b":{"c":1}}}"#, Said::Unreadable),
            ("a.b", r#"{"a":["b"]}"#, Said::Nothing),
            ("a.b", r#"{"a":"{\"b\":[\"x\"]}"}"#, Said::Nothing),
            ("a.b", r#"{"b":["x"]}"#, Said::Nothing),
            ("a.", r#"{"a":{"":["x"]}}"#, Said::Nothing),
            ("", r#"{"a":["x"]}"#, Said::Nothing),
        ] {
            for json in [json.to_owned(), json.replacen('{', r#"{"x":{"y":1},"#, 1)] {
                let payload = read(&json);
                assert_eq!(payload.groups(path), expected, "{path} {json}");
                assert_eq!(payload.scopes(Some(path)), expected, "{path} {json}");
            }
        }
    }

    #[test]
    fn groups_may_be_in_a_claim_of_another_meaning() {
        let payload = read(r#"{"scp":["a"]}"#);
        assert_eq!(payload.groups("scp"), said(&["a"]));
        assert_eq!(payload.scopes(None), said(&["a"]));
    }

    #[test]
    fn events_and_odd_identifiers_are_rejected() {
        for (json, expected) in [
            ("{}", Ok(())),
            (r#"{"jti":"a","events":"none"}"#, Ok(())),
            (r#"{"jti":7}"#, Err(AuthError::MalformedClaims)),
            (
                r#"{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#,
                Err(AuthError::WrongTokenType),
            ),
        ] {
            assert_eq!(read(json).form(), expected, "{json}");
        }
    }
}
