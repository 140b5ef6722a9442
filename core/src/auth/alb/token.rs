//! What is in `x-amzn-oidc-data`.

use super::super::{
    Refusal,
    jwt::{
        compact,
        json::{self, Fault, Text, Value},
    },
};

/// A token in its parts, of which nothing is verified yet.
pub(super) struct Token<'a> {
    /// Header and payload as they came: their padding is signed, too.
    pub(super) signed: &'a [u8],
    pub(super) header: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(super) fn read(token: &'a str) -> Result<Self, Refusal> {
        let token = compact::split(token)?;
        Ok(Self {
            signed: token.signed.as_bytes(),
            header: decode(token.header)?,
            payload: decode(token.payload)?,
            signature: decode(token.signature)?,
        })
    }
}

/// Base64url with the padding that load balancers give it, unlike anybody else
/// ([User claims encoding](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding)).
/// Bytes have one text only: a signature without its padding is refused.
fn decode(segment: &str) -> Result<Vec<u8>, Refusal> {
    base64_simd::URL_SAFE
        .decode_to_vec(segment)
        .map_err(|_| Refusal::MalformedBase64)
}

/// The header: at a load balancer, it says who the token is from and for.
#[derive(Default)]
pub(super) struct Header<'a> {
    pub(super) kid: Option<Text<'a>>,
    pub(super) signer: Option<Text<'a>>,
    pub(super) client: Option<Text<'a>>,
    pub(super) issuer: Option<Text<'a>>,
    /// Seconds since the epoch.
    pub(super) expires: Option<&'a str>,
}

impl<'a> Header<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut header = Self::default();
        let mut algorithm = None;
        let mut refusal = None;
        let mut refuse = |reason| {
            refusal.get_or_insert(reason);
        };
        let read = json::object(bytes, |name, value| {
            let place = match name {
                "alg" => &mut algorithm,
                "kid" => &mut header.kid,
                "signer" => &mut header.signer,
                "client" => &mut header.client,
                "iss" => &mut header.issuer,
                "exp" => {
                    match value {
                        Value::Number(seconds) => header.expires = Some(seconds),
                        _ => refuse(Refusal::MalformedHeader),
                    }
                    return;
                }
                "typ" => {
                    match value {
                        Value::String(kind) if kind.get().eq_ignore_ascii_case("JWT") => {}
                        Value::String(_) => refuse(Refusal::WrongTokenType),
                        _ => refuse(Refusal::MalformedHeader),
                    }
                    return;
                }
                // No extension is known (RFC 7515, section 4.1.11), and unencoded payloads are one
                // (RFC 7797, section 6).
                "crit" | "b64" => {
                    refuse(Refusal::UnknownCriticalHeader);
                    return;
                }
                _ => return,
            };
            match value {
                Value::String(text) => *place = Some(text),
                _ => refuse(Refusal::MalformedHeader),
            }
        });
        match read {
            Ok(_) => {}
            Err(Fault::Duplicate) => return Err(Refusal::DuplicateMember),
            Err(Fault::Malformed) => return Err(Refusal::MalformedHeader),
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        match algorithm {
            Some(name) if name.is("ES256") => Ok(header),
            Some(_) => Err(Refusal::AlgorithmNotAllowed),
            None => Err(Refusal::MalformedHeader),
        }
    }
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
    use super::{Header, Token, decode, is_uuid};
    use crate::auth::Refusal;

    fn refusal(token: &str) -> Option<Refusal> {
        Token::read(token).err()
    }

    #[test]
    fn a_token_has_three_padded_segments() {
        let token = Token::read("eyJhIjoxfQ==.e30=.AAAA").unwrap();
        assert_eq!(token.signed, b"eyJhIjoxfQ==.e30=");
        assert_eq!(token.header, br#"{"a":1}"#);
        assert_eq!(token.payload, b"{}");
        assert_eq!(token.signature, [0; 3]);
        for (text, expected) in [
            ("", Refusal::NotAToken),
            ("e30=.e30=", Refusal::NotAToken),
            ("e30=.e30=.", Refusal::NotAToken),
            ("e30=.e30=.AAAA.AAAA.AAAA", Refusal::EncryptedToken),
            ("e30.e30=.AAAA", Refusal::MalformedBase64),
            ("e30=.e30.AAAA", Refusal::MalformedBase64),
            ("e30=.e30=.AAA", Refusal::MalformedBase64),
        ] {
            assert_eq!(refusal(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_token_of_more_than_8_kb_is_not_read() {
        let token = |length: usize| format!("e30=.e30=.{}", "A".repeat(length - 10));
        assert_eq!(refusal(&token(8190)), None);
        assert_eq!(refusal(&token(8193)), Some(Refusal::TokenTooLarge));
    }

    #[test]
    fn bytes_have_one_text_only() {
        let alphabet: Vec<u8> = (0..=127).collect();
        for (text, bytes) in [("AA==", 1), ("AAA=", 2), ("AAAA", 3)] {
            assert_eq!(decode(text), Ok(vec![0; bytes]));
            for at in 0..4 {
                for byte in &alphabet {
                    let mut other = text.as_bytes().to_vec();
                    other[at] = *byte;
                    let other = String::from_utf8(other).unwrap();
                    let same = decode(&other) == Ok(vec![0; bytes]);
                    assert_eq!(same, other == text, "{other}");
                }
            }
        }
        for text in [
            "AA", "AA=", "AAA", "AA===", "AAAA====", "AA==AAAA", "=", "====", "+/+/", "é==",
        ] {
            assert_eq!(decode(text), Err(Refusal::MalformedBase64), "{text}");
        }
    }

    #[test]
    fn a_header_says_es256_and_nothing_critical() {
        use Refusal::*;
        for (header, expected) in [
            (r#"{"alg":"ES256"}"#, None),
            (
                r#"{"alg":"ES256","typ":"jwt","jwk":{},"x5u":"https://a.example"}"#,
                None,
            ),
            (r#"{"alg":"ES384"}"#, Some(AlgorithmNotAllowed)),
            (r#"{"alg":"es256"}"#, Some(AlgorithmNotAllowed)),
            (r#"{"alg":"none"}"#, Some(AlgorithmNotAllowed)),
            (r#"{"alg":"HS256"}"#, Some(AlgorithmNotAllowed)),
            ("{}", Some(MalformedHeader)),
            (r#"{"alg":["ES256"]}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","alg":"ES256"}"#, Some(DuplicateMember)),
            (
                r#"{"alg":"ES256","x":{"a":1,"a":1}}"#,
                Some(DuplicateMember),
            ),
            (r#"{"alg":"ES256","crit":[]}"#, Some(UnknownCriticalHeader)),
            (r#"{"alg":"ES256","b64":true}"#, Some(UnknownCriticalHeader)),
            (
                r#"{"alg":"ES256","typ":"logout+jwt"}"#,
                Some(WrongTokenType),
            ),
            (r#"{"alg":"ES256","typ":null}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","kid":1}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","signer":["a"]}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","client":null}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","iss":{}}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256","exp":"1"}"#, Some(MalformedHeader)),
            (r#"{"alg":"ES256"} {}"#, Some(MalformedHeader)),
            (r#"["ES256"]"#, Some(MalformedHeader)),
            ("", Some(MalformedHeader)),
        ] {
            assert_eq!(Header::read(header.as_bytes()).err(), expected, "{header}");
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
