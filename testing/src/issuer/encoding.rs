//! Base64url, PEM, digests, and identifiers made of digests.

use aws_lc_rs::digest;
use base64_simd::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

/// As [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-2) has it: without padding.
pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes.as_ref())
}

/// With padding, as an ALB writes it.
pub(super) fn encode_padded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE.encode_to_string(bytes.as_ref())
}

/// [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468#section-13): lines of 64 characters.
pub(super) fn public_key_pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode_to_string(der);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (position, character) in base64.chars().enumerate() {
        if position > 0 && position % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    bytes
}

/// Bytes in the form of a UUID, of version 4 by its looks.
pub(super) fn uuid(bytes: [u8; 32]) -> String {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    id[6] = (id[6] & 0x0f) | 0x40;
    id[8] = (id[8] & 0x3f) | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(id));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_what_tells_the_two_apart() {
        assert_eq!(encode([0xfb, 0xff]), "-_8");
        assert_eq!(encode_padded([0xfb, 0xff]), "-_8=");
    }

    #[test]
    fn a_pem_has_lines_of_64_characters_and_no_empty_one() {
        for length in [47, 48, 49, 96] {
            let pem = public_key_pem(&vec![7; length]);
            let lines: Vec<_> = pem.lines().collect();
            let [first, middle @ .., partial, last] = lines.as_slice() else {
                panic!("too few lines: {pem}");
            };
            assert_eq!(*first, "-----BEGIN PUBLIC KEY-----");
            assert_eq!(*last, "-----END PUBLIC KEY-----");
            assert!(middle.iter().all(|line| line.len() == 64), "{pem}");
            assert!((1..=64).contains(&partial.len()), "{pem}");
        }
    }

    #[test]
    fn a_uuid_has_its_version_and_its_variant() {
        assert_eq!(uuid([0xff; 32]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 32]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_digest_is_that_of_the_text() {
        // FIPS 180-2, appendix B.1.
        let digest = sha256("abc");
        assert_eq!(digest.first_chunk(), Some(&[0xba, 0x78, 0x16, 0xbf]));
        assert_eq!(digest.last_chunk(), Some(&[0xf2, 0x00, 0x15, 0xad]));
    }
}
