//! Base64url, with and without padding.

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

#[cfg(test)]
mod tests {
    use super::{encode, encode_padded, public_key_pem};

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
}
