//! The text of a token: its segments, and their base64url.

use super::super::AuthError;
use base64_simd::{Base64, URL_SAFE_NO_PAD};

/// How long a token may be, in bytes. Gateways limit all headers to 10 KB.
const MAX_LENGTH: usize = 8 * 1024;

/// A token's segments, still encoded
/// ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compact<'a> {
    pub(super) header: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: &'a str,
    /// What is signed: header, dot and payload as received.
    pub(super) signed: &'a str,
}

/// Splits a token.
pub(super) fn split(token: &str) -> Result<Compact<'_>, AuthError> {
    if token.len() > MAX_LENGTH {
        return Err(AuthError::TokenTooLarge);
    }
    let mut segments = token.split('.');
    match [(); 6].map(|()| segments.next()) {
        [Some(header), Some(payload), Some(signature), None, ..]
            if ![header, payload, signature].contains(&"") =>
        {
            let signed = token.strip_suffix(signature);
            let signed = signed.and_then(|signed| signed.strip_suffix('.'));
            Ok(Compact {
                header,
                payload,
                signature,
                signed: signed.ok_or(AuthError::NotAToken)?,
            })
        }
        // RFC 7516, section 3.1.
        [.., Some(_), None] => Err(AuthError::EncryptedToken),
        _ => Err(AuthError::NotAToken),
    }
}

/// Decodes base64url without padding
/// ([RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2)).
pub(super) fn decode(text: &str) -> Result<Vec<u8>, AuthError> {
    decode_as(&URL_SAFE_NO_PAD, text)
}

/// Decodes base64 of one form, without line breaks or anything else, and not empty.
///
/// The bits that the last character has left over must be zero: otherwise several texts would mean
/// the same bytes, and a token could be changed unnoticed.
pub(super) fn decode_as(base64: &Base64, text: &str) -> Result<Vec<u8>, AuthError> {
    if text.is_empty() {
        return Err(AuthError::MalformedBase64);
    }
    base64
        .decode_to_vec(text)
        .map_err(|_| AuthError::MalformedBase64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_split_into_three() {
        let expected = Compact {
            header: "ab",
            payload: "c",
            signature: "def",
            signed: "ab.c",
        };
        assert_eq!(split("ab.c.def"), Ok(expected));
    }

    #[test]
    fn other_counts_of_segments_are_rejected() {
        let long = format!("a.b.{}", "c".repeat(MAX_LENGTH - 3));
        for (token, rejection) in [
            ("", AuthError::NotAToken),
            (".", AuthError::NotAToken),
            ("..", AuthError::NotAToken),
            ("a", AuthError::NotAToken),
            ("a.b", AuthError::NotAToken),
            ("a.b.", AuthError::NotAToken),
            (".b.c", AuthError::NotAToken),
            ("a..c", AuthError::NotAToken),
            ("a.b.c.d", AuthError::NotAToken),
            ("a.b.c.d.e", AuthError::EncryptedToken),
            ("a..c.d.e", AuthError::EncryptedToken),
            ("a.b.c.d.e.f", AuthError::NotAToken),
            (&long, AuthError::TokenTooLarge),
        ] {
            assert_eq!(split(token), Err(rejection), "{token:?}");
        }
        assert!(split(long.trim_end_matches("c").trim_end_matches('.')).is_err());
        assert!(split(&long[1..]).is_err_and(|rejection| rejection == AuthError::NotAToken));
        assert!(split(&long[..MAX_LENGTH]).is_ok());
    }

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    #[test]
    fn encoded_bytes_are_decoded() {
        for length in 1..300_usize {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 7 + length) as u8).collect();
            let text = base64_simd::URL_SAFE_NO_PAD.encode_to_string(&bytes);
            assert_eq!(decode(&text), Ok(bytes));
        }
    }

    #[test]
    fn only_the_canonical_text_is_decoded() {
        // Every last character, after full groups that the wide and the narrow path read.
        for groups in [0, 1, 2, 7, 8, 9, 20] {
            for tail in [2, 3] {
                let before = "A".repeat(groups * 4 + tail - 1);
                let accepted = ALPHABET
                    .iter()
                    .filter(|last| decode(&format!("{before}{}", **last as char)).is_ok())
                    .count();
                // 4 bits of the last character are left over, or 2.
                assert_eq!(accepted, if tail == 2 { 4 } else { 16 });
            }
        }
    }

    #[test]
    fn foreign_characters_are_rejected_anywhere() {
        for length in [2, 3, 4, 8, 31, 32, 33, 64, 100] {
            if length % 4 == 1 {
                continue;
            }
            for at in 0..length {
                for byte in 0..=127_u8 {
                    if ALPHABET.contains(&byte) {
                        continue;
                    }
                    let mut text = vec![b'A'; length];
                    text[at] = byte;
                    let text = String::from_utf8(text).expect("it is ASCII");
                    assert_eq!(decode(&text), Err(AuthError::MalformedBase64), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn other_forms_of_base64_are_rejected() {
        for text in [
            "",
            "A",
            "AAAAA",
            "QQ==",
            "QUE=",
            "QQ=",
            "QQ== ",
            " QQ",
            "QQ\n",
            "Q\r\nQ",
            "+/8",
            "=",
            "==",
            "\u{e9}\u{e9}",
            "QUFB\u{ff21}",
            "QR",
            "QUF",
        ] {
            assert_eq!(decode(text), Err(AuthError::MalformedBase64), "{text:?}");
        }
    }

    #[test]
    fn padded_bytes_have_one_text() {
        let padded = |text: &str| decode_as(&base64_simd::URL_SAFE, text);
        let alphabet: Vec<u8> = (0..=127).collect();
        for (text, bytes) in [("AA==", 1), ("AAA=", 2), ("AAAA", 3)] {
            assert_eq!(padded(text), Ok(vec![0; bytes]));
            for at in 0..4 {
                for byte in &alphabet {
                    let mut other = text.as_bytes().to_vec();
                    other[at] = *byte;
                    let other = String::from_utf8(other).unwrap();
                    let same = padded(&other) == Ok(vec![0; bytes]);
                    assert_eq!(same, other == text, "{other}");
                }
            }
        }
        for text in [
            "AA", "AA=", "AAA", "AA===", "AAAA====", "AA==AAAA", "=", "====", "+/+/", "é==",
        ] {
            assert_eq!(padded(text), Err(AuthError::MalformedBase64), "{text}");
        }
    }
}
