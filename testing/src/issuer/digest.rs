//! Digests, and identifiers made of them.

use aws_lc_rs::digest;

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 32];
    for (byte, digested) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *digested;
    }
    bytes
}

/// Bytes in the form of a UUID, of version 4 by its looks.
pub(super) fn uuid(bytes: [u8; 32]) -> String {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = bytes;
    let version = |byte: u8| (byte & 0x0f) | 0x40;
    let variant = |byte: u8| (byte & 0x3f) | 0x80;
    let number = u128::from_be_bytes([
        a,
        b,
        c,
        d,
        e,
        f,
        version(g),
        h,
        variant(i),
        j,
        k,
        l,
        m,
        n,
        o,
        p,
    ]);
    let hex = format!("{number:032x}");
    let mut uuid = String::with_capacity(36);
    for (position, digit) in hex.chars().enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::{sha256, uuid};

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
