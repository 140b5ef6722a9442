//! What is special about a token of a load balancer, in `x-amzn-oidc-data`.
//!
//! Its header, not its claims, names who has signed it, for which client, and until when
//! ([User claims encoding](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)).
//! Its base64 is padded, and the padding is signed too.

use super::super::{
    AuthError, Identity, IdentityKind, date,
    identity::RawClaims,
    jwt::{Common, Header, Issuer, Payload, Profile},
};
use base64_simd::Base64;
use std::{borrow::Cow, time::Duration};

/// The load balancers that are trusted, as issuers by their ARN.
pub(super) struct LoadBalancers {
    pub(super) issuers: Vec<Issuer>,
    /// Who must have signed the users in.
    pub(super) issuer: Option<String>,
}

impl LoadBalancers {
    fn check_issuer(&self, issuer: &str) -> Result<(), AuthError> {
        match &self.issuer {
            Some(known) if known != issuer => Err(AuthError::UnknownIssuer),
            _ => Ok(()),
        }
    }
}

impl Profile for LoadBalancers {
    const BASE64: &'static Base64 = &base64_simd::URL_SAFE;

    fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    fn issuer(&self, header: &Header<'_>, _: &Payload<'_>) -> Result<&Issuer, AuthError> {
        // Unencoded payloads are an extension (RFC 7797, section 6), and none is known here.
        if header.raw("b64").is_some() {
            return Err(AuthError::UnknownCriticalHeader);
        }
        let signer = required(header, "signer")?;
        let (client, issuer) = (required(header, "client")?, required(header, "iss")?);
        let mut signers = self.issuers.iter();
        let signer = signers.find(|known| known.name == signer);
        let signer = signer.ok_or(AuthError::WrongSigner)?;
        let is_client = |clients: &[String]| clients.iter().any(|known| *known == client);
        if !signer.parties.as_deref().is_none_or(is_client) {
            return Err(AuthError::WrongClient);
        }
        self.check_issuer(&issuer)?;
        match header.kid.as_deref() {
            Some(kid) if is_uuid(kid) => Ok(signer),
            _ => Err(AuthError::MalformedKeyId),
        }
    }

    fn header_expiry(&self, header: &Header<'_>) -> Result<Option<Duration>, AuthError> {
        let expiry = header.raw("exp").ok_or(AuthError::NoExpiry)?;
        match date::numeric(expiry) {
            Some(expiry) => Ok(Some(expiry)),
            None => Err(AuthError::MalformedHeader),
        }
    }

    fn identity(
        &self,
        header: &Header<'_>,
        payload: &Payload<'_>,
        _: &Issuer,
        common: &Common,
    ) -> Result<Identity, AuthError> {
        if let Some(issuer) = payload.string("iss")? {
            self.check_issuer(&issuer)?;
        }
        let groups = common.groups.list(payload.groups(common.groups.path()));
        Ok(Identity::new(payload.subject()?)
            .with_issuer(required(header, "iss")?)
            .with_lists(None, Some(groups))
            .with_kind(IdentityKind::AlbOidc)
            .with_raw_claims(RawClaims::Json(payload.text.into())))
    }
}

fn required<'a>(header: &Header<'a>, name: &str) -> Result<Cow<'a, str>, AuthError> {
    header.string(name)?.ok_or(AuthError::MalformedHeader)
}

/// Whether this is a UUID, as the ids of load balancers' keys are: 8-4-4-4-12 hexadecimal digits.
/// Nothing else may become part of a URL.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::{super::config::Keys, LoadBalancers, is_uuid};
    use crate::auth::{
        AlbOidc, AuthError, Identity,
        jwt::{KeySet, Payload, Profile, Verifier},
    };
    use base64_simd::URL_SAFE;
    use serde_json::{Value, json};
    use std::{
        sync::Arc,
        time::{Duration, SystemTime},
    };

    const ARN: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";

    fn with_verifier<T>(f: impl FnOnce(&Verifier<LoadBalancers>) -> T) -> T {
        let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(6);
        let verifier = AlbOidc::listener(ARN).client("c").groups_claim("teams");
        f(verifier.leeway(Duration::ZERO).clock(clock).0.verifier())
    }

    /// A good header, with changes.
    fn header(changes: &Value) -> String {
        let mut header = json!({
            "alg": "ES256", "kid": "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20",
            "signer": ARN, "client": "c", "iss": "i", "exp": 9,
        });
        for (name, value) in changes.as_object().expect("changes") {
            header[name] = value.clone();
        }
        header.to_string()
    }

    fn header_rejection(header: &str) -> Option<AuthError> {
        with_verifier(|verifier| {
            let payload = Payload::read(b"{}")?;
            let header = verifier.header.read(header.as_bytes())?;
            verifier.profile.issuer(&header, &payload)?;
            verifier.profile.header_expiry(&header).map(drop)
        })
        .err()
    }

    /// What a verified token with these claims is.
    fn identity(claims: &[u8]) -> Result<Identity, AuthError> {
        with_verifier(|verifier| {
            let (header, payload) = (header(&json!({})), Payload::read(claims)?);
            let header = verifier.header.read(header.as_bytes())?;
            let issuer = verifier.profile.issuer(&header, &payload)?;
            let now = Duration::from_secs(6);
            payload.period(Some(now * 2), now, verifier.common.leeway)?;
            verifier
                .profile
                .identity(&header, &payload, issuer, &verifier.common)
        })
    }

    #[tokio::test]
    async fn a_token_has_three_padded_segments() {
        let encode = |text: &str| URL_SAFE.encode_to_string(text);
        // Both end with padding.
        let padding = "x".repeat((4 - header(&json!({"x": ""})).len() % 3) % 3);
        let header = encode(&header(&json!({ "x": padding })));
        let payload = encode(r#"{"a":1}"#);
        assert!(header.ends_with('=') && payload.ends_with('='));
        let cut = |text: &str| text.trim_end_matches('=').to_owned();
        let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(6);
        let verifier = AlbOidc::listener(ARN).client("c").clock(clock);
        let verifier = verifier.change(|settings| {
            settings.keys = Keys::Set(Arc::new(KeySet::of([])));
        });
        let long = |length: usize| {
            let signature = "A".repeat(length - header.len() - payload.len() - 2);
            format!("{header}.{payload}.{signature}")
        };
        // No key is known, so that a token that can be decoded gets as far as that.
        for (token, expected) in [
            (format!("{header}.{payload}.AAAA"), AuthError::UnknownKey),
            (String::new(), AuthError::NotAToken),
            (format!("{header}.{payload}"), AuthError::NotAToken),
            (format!("{header}.{payload}."), AuthError::NotAToken),
            (
                format!("{header}.{payload}.AAAA.AAAA.AAAA"),
                AuthError::EncryptedToken,
            ),
            (
                format!("{}.{payload}.AAAA", cut(&header)),
                AuthError::MalformedBase64,
            ),
            (
                format!("{header}.{}.AAAA", cut(&payload)),
                AuthError::MalformedBase64,
            ),
            (
                format!("{header}.{payload}.AAA"),
                AuthError::MalformedBase64,
            ),
            (long(8193), AuthError::TokenTooLarge),
        ] {
            let rejection = verifier.0.verifier().verify(&token).await.err();
            assert_eq!(rejection, Some(expected), "{token}");
        }
        let rejection = verifier.0.verifier().verify(&long(8190)).await.err();
        assert_ne!(rejection, Some(AuthError::TokenTooLarge));
    }

    #[test]
    fn a_header_is_es256_without_extensions() {
        use AuthError::*;
        for (changes, expected) in [
            (json!({}), None),
            (
                json!({"typ": "jwt", "jwk": {}, "x5u": "https://a.example"}),
                None,
            ),
            (json!({"alg": "ES384"}), Some(AlgorithmNotAllowed)),
            (json!({"alg": "es256"}), Some(AlgorithmNotAllowed)),
            (json!({"alg": "none"}), Some(AlgorithmNotAllowed)),
            (json!({"alg": "HS256"}), Some(AlgorithmNotAllowed)),
            (json!({"alg": ["ES256"]}), Some(MalformedHeader)),
            (json!({"crit": []}), Some(UnknownCriticalHeader)),
            (json!({"b64": true}), Some(UnknownCriticalHeader)),
            (json!({"typ": "logout+jwt"}), Some(WrongTokenType)),
            (json!({"typ": "at+jwt"}), Some(WrongTokenType)),
            (json!({"typ": null}), Some(MalformedHeader)),
            (json!({"kid": 1}), Some(MalformedHeader)),
            (json!({"signer": ["a"]}), Some(MalformedHeader)),
            (json!({"client": null}), Some(MalformedHeader)),
            (json!({"iss": {}}), Some(MalformedHeader)),
            (json!({"exp": "1"}), Some(MalformedHeader)),
        ] {
            let header = header(&changes);
            assert_eq!(header_rejection(&header), expected, "{header}");
        }
        for (header, expected) in [
            ("{}", MalformedHeader),
            (r#"{"alg":"ES256","alg":"ES256"}"#, DuplicateMember),
            (r#"{"alg":"ES256","x":{"a":1,"a":1}}"#, DuplicateMember),
            (r#"{"alg":"ES256"} {}"#, MalformedHeader),
            (r#"["ES256"]"#, MalformedHeader),
            ("", MalformedHeader),
        ] {
            assert_eq!(header_rejection(header), Some(expected), "{header}");
        }
    }

    #[test]
    fn claims_have_their_types() {
        for claims in [
            r#"{"sub":1}"#,
            r#"{"sub":null}"#,
            r#"{"sub":"a","iss":["a"]}"#,
            r#"{"sub":"a","exp":"1"}"#,
            r#"{"sub":"a","exp":1e300}"#,
            r#"{"sub":"a","nbf":true}"#,
            r#"{"sub":"a","iat":"now"}"#,
            r#"{"sub":"a","exp":18446744073709551615}"#,
            r#"{"sub":"a","nbf":-1}"#,
            "[]",
            "1",
            "",
            "{}x",
            "\u{feff}{}",
        ] {
            let rejected = identity(claims.as_bytes()).err();
            assert_eq!(rejected, Some(AuthError::MalformedClaims), "{claims}");
        }
        for claims in [r#"{"sub":"a","sub":"b"}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            let rejected = identity(claims.as_bytes()).err();
            assert_eq!(rejected, Some(AuthError::DuplicateMember), "{claims}");
        }
    }

    #[test]
    fn claims_become_an_identity() {
        let json = r#"{"sub":"\u0061lice","exp":9,"iat":2,"nbf":5,"teams":["a","b"],"x":[null]}"#;
        let alice = identity(json.as_bytes()).expect("the token is good");
        assert_eq!((alice.subject(), alice.issuer()), ("alice", Some("i")));
        assert!(alice.groups().eq(["a", "b"]));
        assert_eq!(alice.raw_claims(), Some(json));
        for (times, expected) in [
            (r#""exp":6"#, AuthError::Expired),
            (r#""nbf":7"#, AuthError::NotYetValid),
            (r#""nbf":2,"iat":7"#, AuthError::NotYetValid),
        ] {
            let json = format!(r#"{{"sub":"alice",{times}}}"#);
            assert_eq!(identity(json.as_bytes()).err(), Some(expected), "{times}");
        }
        for (teams, lack) in [
            ("{}", "neither a string nor an array"),
            (r#"["admins",1]"#, "neither a string nor an array"),
            ("null", "has no claim"),
        ] {
            let json = format!(r#"{{"sub":"alice","groups":["g"],"teams":{teams}}}"#);
            let alice = identity(json.as_bytes()).expect("the token is good");
            assert_eq!(alice.groups().len(), 0);
            let found = alice.groups_lack().expect("a reason").to_string();
            assert!(found.contains(lack), "{teams}: {found}");
        }
    }

    #[test]
    fn only_a_uuid_names_a_key() {
        assert!(is_uuid("2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20"));
        assert!(is_uuid("2F4A7D3E-90C1-4B6E-8A57-1C3D5E7F9B20"));
        for text in [
            "",
            "2f4a7d3e90c14b6e8a571c3d5e7f9b20",
            "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b2",
            "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b200",
            "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b2g",
            "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b2/",
            "../a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20",
            "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9bé",
            "{2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20}",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
