//! The header of a token.

use super::{
    super::{
        AuthError,
        json::{JsonError, Object},
    },
    Algorithm,
    jwk::MAX_KID,
};
use serde_json::value::RawValue;
use std::borrow::Cow;

const MALFORMED: AuthError = AuthError::MalformedHeader;

/// A header, of which nothing is verified. A key in it (`jwk`), or the place of one (`jku`, `x5u`,
/// `x5c`), is ignored: a forged token would name its own
/// ([RFC 8725, section 3.10](https://www.rfc-editor.org/rfc/rfc8725#section-3.10)).
#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(super) algorithm: Algorithm,
    pub(crate) kid: Option<Cow<'a, str>>,
    members: Object<'a>,
}

/// What headers are accepted.
#[derive(Clone, Debug)]
pub(crate) struct HeaderRules {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) types: Vec<String>,
    /// The key of the developer's machine, which signs with an algorithm of its own.
    #[cfg(debug_assertions)]
    pub(super) local: Option<std::sync::Arc<super::local_key::LocalPublicKey>>,
}

impl<'a> Header<'a> {
    /// A member that is a string.
    pub(crate) fn string(&self, name: &str) -> Result<Option<Cow<'a, str>>, AuthError> {
        self.members.string(name, MALFORMED)
    }

    /// The text of a member, of whatever type.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.members.member(name).map(RawValue::get)
    }
}

impl HeaderRules {
    pub(crate) fn new(
        algorithms: Vec<Algorithm>,
        types: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        Self {
            algorithms,
            types: types.into_iter().map(Into::into).collect(),
            #[cfg(debug_assertions)]
            local: None,
        }
    }

    /// Reads a header.
    pub(crate) fn read<'a>(&self, bytes: &'a [u8]) -> Result<Header<'a>, AuthError> {
        let json = std::str::from_utf8(bytes).map_err(|_| AuthError::MalformedHeader)?;
        let members = Object::parse_signed(json).map_err(|error| match error {
            JsonError::Malformed => AuthError::MalformedHeader,
            JsonError::Duplicate => AuthError::DuplicateMember,
        })?;
        let alg = members.string("alg", MALFORMED)?.ok_or(MALFORMED)?;
        let kid = members.string("kid", MALFORMED);
        let named = kid.as_ref().ok().and_then(Option::as_deref);
        let algorithm = Algorithm::named(&alg)
            .filter(|algorithm| self.allows(*algorithm, named))
            .ok_or(AuthError::AlgorithmNotAllowed)?;
        // RFC 7515, section 4.1.11. No extension is understood here; an empty list is forbidden.
        if members.member("crit").is_some() {
            return Err(AuthError::UnknownCriticalHeader);
        }
        // RFC 7797, section 3.
        match members.member("b64").map(RawValue::get) {
            None | Some("true") => {}
            Some("false") => return Err(AuthError::UnknownCriticalHeader),
            Some(_) => return Err(AuthError::MalformedHeader),
        }
        if members
            .string("typ", MALFORMED)?
            .is_some_and(|typ| !self.is_known_type(&typ))
        {
            return Err(AuthError::WrongTokenType);
        }
        match kid? {
            Some(kid) if kid.is_empty() || kid.len() > MAX_KID => Err(AuthError::MalformedKeyId),
            kid => Ok(Header {
                algorithm,
                kid,
                members,
            }),
        }
    }

    /// Whether a token may be signed with this algorithm and key.
    fn allows(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        #[cfg(debug_assertions)]
        if self.local.as_ref().is_some_and(|local| local.is(kid)) {
            return algorithm == super::local_key::ALGORITHM;
        }
        #[cfg(not(debug_assertions))]
        let _ = kid;
        self.algorithms.contains(&algorithm)
    }

    /// Types are compared without regard to case, and `application/` may be left out
    /// ([RFC 7515, section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    fn is_known_type(&self, typ: &str) -> bool {
        let mut types = self.types.iter();
        types.any(|known| short(typ).eq_ignore_ascii_case(short(known)))
    }
}

fn short(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Header<'_>, AuthError> {
        let algorithms = vec![Algorithm::Rs256, Algorithm::Es256];
        let rules = HeaderRules::new(algorithms, ["JWT", "at+jwt", "vc+jwt"]);
        rules.read(json.as_bytes())
    }

    #[test]
    fn a_header_has_an_algorithm_and_a_key() {
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
            let header = read(json).expect("the header is good");
            assert_eq!(header.algorithm, algorithm, "{json}");
            assert_eq!(header.kid.as_deref(), kid, "{json}");
        }
    }

    #[test]
    fn a_header_with_an_error_is_rejected() {
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(MAX_KID + 1));
        for (json, rejection) in [
            ("", AuthError::MalformedHeader),
            ("[]", AuthError::MalformedHeader),
            ("{}", AuthError::MalformedHeader),
            (r#"{"alg":null}"#, AuthError::MalformedHeader),
            (r#"{"alg":["RS256"]}"#, AuthError::MalformedHeader),
            (r#"{"alg":"RS256","kid":7}"#, AuthError::MalformedHeader),
            (r#"{"alg":"RS256","kid":null}"#, AuthError::MalformedHeader),
            (r#"{"alg":"RS256","typ":7}"#, AuthError::MalformedHeader),
            (
                r#"{"alg":"RS256","b64":"false"}"#,
                AuthError::MalformedHeader,
            ),
            (
                r#"{"alg":"RS256","alg":"RS256"}"#,
                AuthError::DuplicateMember,
            ),
            (
                r#"{"alg":"RS256","x":{"a":1,"a":2}}"#,
                AuthError::DuplicateMember,
            ),
            (r#"{"alg":"none"}"#, AuthError::AlgorithmNotAllowed),
            (r#"{"alg":"NONE"}"#, AuthError::AlgorithmNotAllowed),
            (r#"{"alg":""}"#, AuthError::AlgorithmNotAllowed),
            (r#"{"alg":"HS256"}"#, AuthError::AlgorithmNotAllowed),
            (r#"{"alg":"rs256"}"#, AuthError::AlgorithmNotAllowed),
            (r#"{"alg":"PS256"}"#, AuthError::AlgorithmNotAllowed),
            (
                r#"{"alg":"RS256","crit":["exp"]}"#,
                AuthError::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":["b64"],"b64":true}"#,
                AuthError::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":[]}"#,
                AuthError::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","crit":null}"#,
                AuthError::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"RS256","b64":false}"#,
                AuthError::UnknownCriticalHeader,
            ),
            (r#"{"alg":"RS256","kid":""}"#, AuthError::MalformedKeyId),
            (&long, AuthError::MalformedKeyId),
        ] {
            assert_eq!(read(json).err(), Some(rejection), "{json}");
        }
    }

    #[test]
    fn only_known_types_are_accepted() {
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
            assert_eq!(read(&json).err(), Some(AuthError::WrongTokenType), "{typ}");
        }
    }
}
