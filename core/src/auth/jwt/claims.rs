//! The payload of a token.

use super::{
    super::{
        Refusal,
        list_claim::{Said, Step, step},
        names::Names,
    },
    date,
    json::{self, Fault, Text, Value},
};
use std::{ops::Range, time::Duration};

/// The claims that count, as they stand in a payload: of the right type or not, and not to be
/// believed before the signature is checked. The only exception is the issuer, whose keys that
/// takes.
#[derive(Debug, Default)]
pub(super) struct Payload<'a> {
    /// The whole payload.
    pub(super) text: &'a str,
    issuer: Option<Value<'a>>,
    subject: Option<Value<'a>>,
    audience: Option<Value<'a>>,
    expiry: Option<Value<'a>>,
    not_before: Option<Value<'a>>,
    issued_at: Option<Value<'a>>,
    id: Option<Value<'a>>,
    token_use: Option<Value<'a>>,
    client_id: Option<Value<'a>>,
    scope: Option<Value<'a>>,
    scp: Option<Value<'a>>,
    events: Option<Value<'a>>,
    groups: Sought<'a>,
    /// Where another claim than the usual ones was named.
    scopes: Option<Sought<'a>>,
}

/// How far clocks may differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leeway {
    /// For a beginning in the future.
    pub(super) start: Duration,
    /// For an end in the past.
    pub(super) expiry: Duration,
}

impl<'a> Payload<'a> {
    /// Reads a payload. The groups stand in the claim of this name or path, and so do the scopes,
    /// unless they are in the usual one.
    pub(super) fn read(
        bytes: &'a [u8],
        groups: &str,
        scopes: Option<&str>,
    ) -> Result<Self, Refusal> {
        let mut payload = Self {
            scopes: scopes.map(|_| Sought::default()),
            ..Self::default()
        };
        payload.text = json::object(bytes, |name, value| {
            payload.groups.see(groups, name, value);
            if let (Some(path), Some(sought)) = (scopes, &mut payload.scopes) {
                sought.see(path, name, value);
            }
            let claim = match name {
                "iss" => &mut payload.issuer,
                "sub" => &mut payload.subject,
                "aud" => &mut payload.audience,
                "exp" => &mut payload.expiry,
                "nbf" => &mut payload.not_before,
                "iat" => &mut payload.issued_at,
                "jti" => &mut payload.id,
                "token_use" => &mut payload.token_use,
                "client_id" => &mut payload.client_id,
                "scope" => &mut payload.scope,
                "scp" => &mut payload.scp,
                "events" => &mut payload.events,
                _ => return,
            };
            *claim = Some(value);
        })
        .map_err(|fault| match fault {
            Fault::Malformed => Refusal::MalformedClaims,
            Fault::Duplicate => Refusal::DuplicateMember,
        })?;
        Ok(payload)
    }

    /// `iss` ([RFC 7519, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)).
    pub(super) fn issuer(&self) -> Result<Text<'a>, Refusal> {
        string(self.issuer)?.ok_or(Refusal::UnknownIssuer)
    }

    /// `sub` ([RFC 7519, section 4.1.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2)).
    pub(super) fn subject(&self) -> Result<Text<'a>, Refusal> {
        string(self.subject)?
            .filter(|subject| !subject.is(""))
            .ok_or(Refusal::NoSubject)
    }

    /// Checks `exp`, `nbf` and `iat` ([RFC 7519, section
    /// 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4) and the two after it), and says
    /// from when to when the token is good. All times are since the epoch.
    pub(super) fn period(&self, now: Duration, leeway: Leeway) -> Result<Range<Duration>, Refusal> {
        let expiry = date(self.expiry)?.ok_or(Refusal::NoExpiry)?;
        let end = expiry.saturating_add(leeway.expiry);
        if now >= end {
            return Err(Refusal::Expired);
        }
        let start = date(self.not_before)?.max(date(self.issued_at)?);
        let start = start.unwrap_or_default().saturating_sub(leeway.start);
        if now < start {
            return Err(Refusal::NotYetValid);
        }
        Ok(start..end)
    }

    /// Checks the types of the claims that nothing else looks at, and refuses a security event
    /// ([RFC 8417, section 2.2](https://www.rfc-editor.org/rfc/rfc8417#section-2.2)), which a
    /// logout token is as well: not all issuers say so in `typ`.
    pub(super) fn form(&self) -> Result<(), Refusal> {
        string(self.id)?;
        if let Some(Value::Object(_)) = self.events {
            return Err(Refusal::WrongTokenType);
        }
        Ok(())
    }

    /// Whether one of the audiences is let in; `None` lets all in
    /// ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    pub(super) fn is_for(&self, audiences: Option<&[String]>) -> Result<bool, Refusal> {
        let mut found = audiences.is_none();
        let mut look = |text: Text<'_>| {
            found |= audiences.is_some_and(|known| known.iter().any(|known| text.is(known)));
        };
        match self.audience {
            None => {}
            Some(Value::String(text)) => look(text),
            Some(Value::Array(array)) => {
                json::strings(array, look).ok_or(Refusal::MalformedClaims)?;
            }
            Some(_) => return Err(Refusal::MalformedClaims),
        }
        Ok(found)
    }

    /// The same of an ID token of Cognito, whose audience is one client: a string.
    pub(super) fn is_for_client(&self, clients: Option<&[String]>) -> Result<bool, Refusal> {
        match self.audience {
            Some(Value::Array(_)) => Err(Refusal::MalformedClaims),
            _ => self.is_for(clients),
        }
    }

    /// `token_use` of Cognito.
    pub(super) fn token_use(&self) -> Result<Option<Text<'a>>, Refusal> {
        string(self.token_use)
    }

    /// Whether the client is one of these, by `client_id`; `None` lets all in
    /// ([RFC 8693, section 4.3](https://www.rfc-editor.org/rfc/rfc8693#section-4.3)).
    pub(super) fn is_of(&self, clients: Option<&[String]>) -> Result<bool, Refusal> {
        let client = string(self.client_id)?;
        Ok(match (clients, client) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(clients), Some(client)) => clients.iter().any(|known| client.is(known)),
        })
    }

    /// `scope`, names between spaces ([RFC 8693, section
    /// 4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)) or an array, and where there is none,
    /// `scp`, likewise; or the claim that was named instead of both.
    pub(super) fn scopes(&self) -> Said {
        if let Some(sought) = &self.scopes {
            return names(sought.claim(), true);
        }
        match names(self.scope, true) {
            Said::Nothing => names(self.scp, true),
            said => said,
        }
    }

    /// The groups: an array, or one name.
    pub(super) fn groups(&self) -> Said {
        names(self.groups.claim(), false)
    }
}

/// A claim that is looked for by its name or by a path to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sought<'a> {
    named: Option<Value<'a>>,
    /// What is at the end of the path, and how long the name is that it begins with: of several, the
    /// longest one goes first.
    below: Option<(usize, Value<'a>)>,
}

impl<'a> Sought<'a> {
    /// Has a look at a member.
    #[inline]
    pub(crate) fn see(&mut self, path: &str, name: &str, value: Value<'a>) {
        match step(path, name) {
            None => {}
            Some(Step::Here) => self.named = Some(value),
            Some(Step::Below(rest)) => self.go_down(rest, name.len(), value),
        }
    }

    #[cold]
    fn go_down(&mut self, path: &str, length: usize, value: Value<'a>) {
        let Value::Object(object) = value else { return };
        let mut inside = Self::default();
        // It was read strictly before, whatever is below it.
        let read = json::loose_object(object.as_bytes(), |name, value| {
            inside.see(path, name, value);
        });
        if let (Ok(_), Some(found)) = (read, inside.claim())
            && self.below.is_none_or(|(before, _)| before < length)
        {
            self.below = Some((length, found));
        }
    }

    /// The claim that was found; `null` is none.
    pub(crate) fn claim(&self) -> Option<Value<'a>> {
        match self.named {
            None | Some(Value::Null) => self.below.map(|(_, value)| value),
            named => named,
        }
    }
}

fn string(claim: Option<Value<'_>>) -> Result<Option<Text<'_>>, Refusal> {
    match claim {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::MalformedClaims),
    }
}

fn date(claim: Option<Value<'_>>) -> Result<Option<Duration>, Refusal> {
    match claim {
        None => Ok(None),
        Some(Value::Number(number)) => match date::read(number) {
            Some(date) => Ok(Some(date)),
            None => Err(Refusal::MalformedClaims),
        },
        Some(_) => Err(Refusal::MalformedClaims),
    }
}

/// The names in a claim: an array of strings, or one string, which has several where it is to be
/// `split`.
pub(crate) fn names(claim: Option<Value<'_>>, split: bool) -> Said {
    match claim {
        None | Some(Value::Null) => Said::Nothing,
        Some(Value::String(text)) if split => Said::Names(spaced(text)),
        Some(Value::String(text)) => Said::Names(std::iter::once(text.get()).collect()),
        Some(Value::Array(array)) => {
            let mut names = Names::with_capacity(array.len());
            match json::strings(array, |name| names.push(&name.get())) {
                Some(()) => Said::Names(names),
                None => Said::Unreadable,
            }
        }
        Some(_) => Said::Unreadable,
    }
}

fn spaced(text: Text<'_>) -> Names {
    let text = text.get();
    let mut names = Names::with_capacity(text.len());
    for name in text.split(' ').filter(|name| !name.is_empty()) {
        names.push(name);
    }
    names
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
        Payload::read(json.as_bytes(), "groups", None).expect("it is an object")
    }

    fn said(names: &[&str]) -> Said {
        Said::Names(names.iter().copied().collect())
    }

    fn until(json: &str) -> Result<u64, Refusal> {
        read(json)
            .period(NOW, LEEWAY)
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
            ("1767268800".to_owned(), Err(Refusal::Expired)),
            ("1767268799.999".to_owned(), Err(Refusal::Expired)),
            ("0".to_owned(), Err(Refusal::Expired)),
            ("253402300799".to_owned(), Ok(253_402_300_799)),
            ("253402300800".to_owned(), Err(Refusal::MalformedClaims)),
            (
                "18446744073709551615".to_owned(),
                Err(Refusal::MalformedClaims),
            ),
            (
                "18446744073709551616".to_owned(),
                Err(Refusal::MalformedClaims),
            ),
            ("1e300".to_owned(), Err(Refusal::MalformedClaims)),
            ("1e400".to_owned(), Err(Refusal::MalformedClaims)),
            ("9".repeat(400), Err(Refusal::MalformedClaims)),
            ("-1".to_owned(), Err(Refusal::MalformedClaims)),
            ("-0".to_owned(), Err(Refusal::MalformedClaims)),
            ("\"1767268801\"".to_owned(), Err(Refusal::MalformedClaims)),
            ("null".to_owned(), Err(Refusal::MalformedClaims)),
            ("true".to_owned(), Err(Refusal::MalformedClaims)),
            ("[1767268801]".to_owned(), Err(Refusal::MalformedClaims)),
        ] {
            assert_eq!(until(&format!("{{\"exp\":{exp}}}")), expected, "{exp}");
        }
    }

    #[test]
    fn a_token_without_expiry_is_refused() {
        assert_eq!(until("{}"), Err(Refusal::NoExpiry));
        assert_eq!(until("{\"EXP\":1767268801}"), Err(Refusal::NoExpiry));
    }

    #[test]
    fn a_beginning_in_the_future_is_refused() {
        for claim in ["nbf", "iat"] {
            for (start, expected) in [
                ("1767268800", None),
                ("1767268830", None),
                ("1767268830.5", Some(Refusal::NotYetValid)),
                ("1767268831", Some(Refusal::NotYetValid)),
                ("1e11", Some(Refusal::NotYetValid)),
                ("1e300", Some(Refusal::MalformedClaims)),
                ("-5", Some(Refusal::MalformedClaims)),
                ("null", Some(Refusal::MalformedClaims)),
                ("\"1\"", Some(Refusal::MalformedClaims)),
            ] {
                let json = format!("{{\"exp\":1767268900,\"{claim}\":{start}}}");
                assert_eq!(until(&json).err(), expected, "{json}");
            }
        }
    }

    #[test]
    fn clocks_may_differ_as_far_as_they_were_told() {
        let leeway = Leeway {
            start: Duration::ZERO,
            expiry: Duration::from_secs(10),
        };
        for (json, expected) in [
            (r#"{"exp":1767268791}"#, Ok(())),
            (r#"{"exp":1767268790}"#, Err(Refusal::Expired)),
            (
                r#"{"exp":1767268900,"nbf":1767268801}"#,
                Err(Refusal::NotYetValid),
            ),
            (r#"{"exp":1767268900,"iat":1767268800}"#, Ok(())),
        ] {
            assert_eq!(read(json).period(NOW, leeway).map(drop), expected, "{json}");
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
            (r#"["a",1]"#, Err(Refusal::MalformedClaims)),
            (r#"[["a"]]"#, Err(Refusal::MalformedClaims)),
            (r#"1"#, Err(Refusal::MalformedClaims)),
            (r#"null"#, Err(Refusal::MalformedClaims)),
            (r#"{"a":"a"}"#, Err(Refusal::MalformedClaims)),
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
                read(&json).issuer().err(),
                Some(Refusal::MalformedClaims),
                "{value}"
            );
            assert_eq!(
                read(&json).subject().err(),
                Some(Refusal::MalformedClaims),
                "{value}"
            );
        }
        assert_eq!(read("{}").issuer().err(), Some(Refusal::UnknownIssuer));
        assert_eq!(read("{}").subject().err(), Some(Refusal::NoSubject));
        assert_eq!(
            read(r#"{"sub":""}"#).subject().err(),
            Some(Refusal::NoSubject)
        );
    }

    #[test]
    fn scopes_stand_in_a_string_or_an_array() {
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
            assert_eq!(read(json).scopes(), expected, "{json}");
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
            assert_eq!(read(json).groups(), expected, "{json}");
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
                let payload = Payload::read(json.as_bytes(), path, Some(path));
                let payload = payload.expect("it is an object");
                assert_eq!(payload.groups(), expected, "{path} {json}");
                assert_eq!(payload.scopes(), expected, "{path} {json}");
            }
        }
    }

    #[test]
    fn groups_may_stand_in_a_claim_that_has_another_meaning() {
        let payload = Payload::read(br#"{"scp":["a"]}"#, "scp", None).expect("it is an object");
        assert_eq!(payload.groups(), said(&["a"]));
        assert_eq!(payload.scopes(), said(&["a"]));
    }

    #[test]
    fn events_and_odd_identifiers_are_refused() {
        for (json, expected) in [
            ("{}", Ok(())),
            (r#"{"jti":"a","events":"none"}"#, Ok(())),
            (r#"{"jti":7}"#, Err(Refusal::MalformedClaims)),
            (
                r#"{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#,
                Err(Refusal::WrongTokenType),
            ),
        ] {
            assert_eq!(read(json).form(), expected, "{json}");
        }
    }
}
