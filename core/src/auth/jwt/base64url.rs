//! The base64url of tokens and keys.

use super::super::Refusal;
use base64_simd::AsOut;

/// Decodes base64url as [RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2) has
/// it: without padding, line breaks or anything else, and not empty.
///
/// The bits that the last character has left over must be zero: otherwise several texts would stand
/// for the same bytes, and a token could be changed without anybody noticing.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    if text.is_empty() {
        return Err(Refusal::MalformedBase64);
    }
    base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(text)
        .map_err(|_| Refusal::MalformedBase64)
}

/// Decodes into the beginning of some memory, and returns the rest of it as well: the segments of a
/// token take one allocation.
pub(crate) fn decode_into<'d>(
    text: &str,
    memory: &'d mut [u8],
) -> Result<(&'d [u8], &'d mut [u8]), Refusal> {
    if text.is_empty() {
        return Err(Refusal::MalformedBase64);
    }
    let length = text.len() / 4 * 3 + text.len() % 4 * 3 / 4;
    let (place, rest) = memory
        .split_at_mut_checked(length)
        .ok_or(Refusal::MalformedBase64)?;
    match base64_simd::URL_SAFE_NO_PAD.decode(text.as_bytes(), place.as_out()) {
        Ok(decoded) => Ok((decoded, rest)),
        Err(_) => Err(Refusal::MalformedBase64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// In both ways, which have to agree.
    fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
        let decoded = super::decode(text);
        let mut memory = vec![0; text.len()];
        let length = memory.len();
        match (&decoded, decode_into(text, &mut memory)) {
            (Ok(expected), Ok((found, rest))) => {
                assert_eq!(found, expected);
                assert_eq!(rest.len(), length - found.len());
            }
            (Err(expected), Err(found)) => assert_eq!(found, *expected),
            (_, found) => panic!("{decoded:?} in one way, {found:?} in the other"),
        }
        decoded
    }

    #[test]
    fn too_little_memory_is_an_error() {
        let mut memory = [0; 2];
        let refused = decode_into("AAAA", &mut memory);
        assert_eq!(refused, Err(Refusal::MalformedBase64));
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        for length in 1..300_usize {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 7 + length) as u8).collect();
            let text = base64_simd::URL_SAFE_NO_PAD.encode_to_string(&bytes);
            assert_eq!(decode(&text), Ok(bytes));
        }
    }

    #[test]
    fn no_text_but_the_canonical_one_is_decoded() {
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
    fn foreign_characters_are_refused_wherever_they_stand() {
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
                    assert_eq!(decode(&text), Err(Refusal::MalformedBase64), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn other_forms_of_base64_are_refused() {
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
            assert_eq!(decode(text), Err(Refusal::MalformedBase64), "{text:?}");
        }
    }
}
