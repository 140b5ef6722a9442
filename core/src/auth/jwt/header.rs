//! The header of a token.

use super::{
    super::Refusal,
    Algorithm,
    json::{self, Fault, Value},
    jwk::MAX_KID,
};
use std::borrow::Cow;

/// What counts of a header. A key in it (`jwk`), or where to get one (`jku`, `x5u`, `x5c`), is
/// ignored: whoever forges a token would name his own
/// ([RFC 8725, section 3.10](https://www.rfc-editor.org/rfc/rfc8725#section-3.10)).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Cow<'a, str>>,
}

/// What headers are let through.
#[derive(Clone, Debug)]
pub(super) struct HeaderRules {
    pub(super) algorithms: Vec<Algorithm>,
    /// Types besides `JWT` and `at+jwt`.
    pub(super) types: Vec<String>,
    /// The key of the developer's machine, which signs with an algorithm of its own.
    #[cfg(debug_assertions)]
    pub(super) local: Option<std::sync::Arc<super::local::LocalPublicKey>>,
}

impl HeaderRules {
    /// Reads a header.
    pub(super) fn read<'a>(&self, bytes: &'a [u8]) -> Result<Header<'a>, Refusal> {
        let (mut alg, mut kid, mut typ, mut b64) = (None, None, None, None);
        let mut crit = false;
        json::object(bytes, |name, value| match name {
            "alg" => alg = Some(value),
            "kid" => kid = Some(value),
            "typ" => typ = Some(value),
            "b64" => b64 = Some(value),
            "crit" => crit = true,
            _ => {}
        })
        .map_err(|fault| match fault {
            Fault::Malformed => Refusal::MalformedHeader,
            Fault::Duplicate => Refusal::DuplicateMember,
        })?;

        let alg = string(alg)?.ok_or(Refusal::MalformedHeader)?;
        let algorithm = Algorithm::named(&alg)
            .filter(|algorithm| self.allows(*algorithm, kid))
            .ok_or(Refusal::AlgorithmNotAllowed)?;
        // RFC 7515, section 4.1.11. No extension is understood here; an empty list is forbidden.
        if crit {
            return Err(Refusal::UnknownCriticalHeader);
        }
        // RFC 7797, section 3.
        match b64 {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(Refusal::UnknownCriticalHeader),
            Some(_) => return Err(Refusal::MalformedHeader),
        }
        if string(typ)?.is_some_and(|typ| !self.is_known_type(&typ)) {
            return Err(Refusal::WrongTokenType);
        }
        let kid = string(kid)?;
        if kid
            .as_ref()
            .is_some_and(|kid| kid.is_empty() || kid.len() > MAX_KID)
        {
            return Err(Refusal::MalformedKeyId);
        }
        Ok(Header { algorithm, kid })
    }

    /// Whether a token may be signed with this algorithm and key.
    fn allows(&self, algorithm: Algorithm, kid: Option<Value<'_>>) -> bool {
        #[cfg(debug_assertions)]
        if let (Some(local), Some(Value::String(kid))) = (&self.local, kid)
            && local.is(Some(&kid.get()))
        {
            return algorithm == super::local::ALGORITHM;
        }
        #[cfg(not(debug_assertions))]
        let _ = kid;
        self.algorithms.contains(&algorithm)
    }

    /// Types are compared without regard to case, and `application/` may be left out
    /// ([RFC 7515, section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    fn is_known_type(&self, typ: &str) -> bool {
        ["JWT", "at+jwt"]
            .into_iter()
            .chain(self.types.iter().map(String::as_str))
            .any(|known| short(typ).eq_ignore_ascii_case(short(known)))
    }
}

fn short(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    }
}

fn string(value: Option<Value<'_>>) -> Result<Option<Cow<'_, str>>, Refusal> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.get())),
        Some(_) => Err(Refusal::MalformedHeader),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Header<'_>, Refusal> {
        let rules = HeaderRules {
            algorithms: vec![Algorithm::Rs256, Algorithm::Es256],
            types: vec!["vc+jwt".to_owned()],
            #[cfg(debug_assertions)]
            local: None,
        };
        rules.read(json.as_bytes())
    }

    #[test]
    fn a_header_says_algorithm_and_key() {
        for (json, algorithm, kid) in [
            (r#"{"alg":"RS256"}"#, Algorithm::Rs256, None),
            (
                r#"{"alg":"ES256","kid":"a\u0062"}"#,
                Algorithm::Es256,
                Some("ab"),
            ),
            (
                r#"{"kid":"k","b64":true,"alg":"RS256","x":[{}],"cty":1}"#,
                Algorithm::Rs256,
                Some("k"),
            ),
            (
                r#"{"alg":"RS256","jwk":{"kty":"oct"},"jku":"https://a.example","x5u":"b","x5c":["c"],"x5t":"d"}"#,
                Algorithm::Rs256,
                None,
            ),
        ] {
            let kid = kid.map(Cow::from);
            assert_eq!(read(json), Ok(Header { algorithm, kid }), "{json}");
        }
    }

    #[test]
    fn a_header_with_a_fault_is_refused() {
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(MAX_KID + 1));
        for (json, refusal) in [
            ("", Refusal::MalformedHeader),
            ("[]", Refusal::MalformedHeader),
            ("{}", Refusal::MalformedHeader),
            (r#"{"alg":null}"#, Refusal::MalformedHeader),
            (r#"{"alg":["RS256"]}"#, Refusal::MalformedHeader),
            (r#"{"alg":"RS256","kid":7}"#, Refusal::MalformedHeader),
            (r#"{"alg":"RS256","kid":null}"#, Refusal::MalformedHeader),
            (r#"{"alg":"RS256","typ":7}"#, Refusal::MalformedHeader),
            (r#"{"alg":"RS256","b64":"false"}"#, Refusal::MalformedHeader),
            (r#"{"alg":"RS256","alg":"RS256"}"#, Refusal::DuplicateMember),
            (
                r#"{"alg":"RS256","x":{"a":1,"a":2}}"#,
                Refusal::DuplicateMember,
            ),
            (r#"{"alg":"none"}"#, Refusal::AlgorithmNotAllowed),
            (r#"{"alg":"NONE"}"#, Refusal::AlgorithmNotAllowed),
            (r#"{"alg":""}"#, Refusal::AlgorithmNotAllowed),
            (r#"{"alg":"HS256"}"#, Refusal::AlgorithmNotAllowed),
            (r#"{"alg":"rs256"}"#, Refusal::AlgorithmNotAllowed),
            (r#"{"alg":"PS256"}"#, Refusal::AlgorithmNotAllowed),
            (
                r#"{"alg":"RS256","crit":["exp"]}"#,
                Refusal::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":["b64"],"b64":true}"#,
                Refusal::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":[]}"#,
                Refusal::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":null}"#,
                Refusal::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","b64":false}"#,
                Refusal::UnknownCriticalHeader,
            ),
            (r#"{"alg":"RS256","kid":""}"#, Refusal::MalformedKeyId),
            (&long, Refusal::MalformedKeyId),
        ] {
            assert_eq!(read(json), Err(refusal), "{json}");
        }
    }

    #[test]
    fn only_tokens_that_sign_somebody_in_are_taken() {
        for typ in [
            "JWT",
            "jwt",
            "at+jwt",
            "AT+JWT",
            "application/at+jwt",
            "Application/JWT",
            "vc+jwt",
            "application/VC+jwt",
        ] {
            let json = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
            assert!(read(&json).is_ok(), "{typ}");
        }
        for typ in [
            "",
            "logout+jwt",
            "application/logout+jwt",
            "secevent+jwt",
            "SecEvent+JWT",
            "dpop+jwt",
            "JWE",
            "oauth-authz-req+jwt",
            "token-introspection+jwt",
            "kb+jwt",
            "application/",
            "text/jwt",
            "JOSE",
            "application/application/jwt",
            "jwt ",
            "at+jwt; v=1",
        ] {
            let json = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
            assert_eq!(read(&json), Err(Refusal::WrongTokenType), "{typ}");
        }
    }
}
