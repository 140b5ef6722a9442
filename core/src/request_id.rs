//! Ids of requests that come from no gateway.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

/// Source of the ids of one run of the program.
#[derive(Debug, Default)]
pub(crate) struct RequestIds {
    /// Its keys are random, which is enough for ids that only need to differ.
    hasher: RandomState,
    count: AtomicU64,
}

impl RequestIds {
    /// 128 bits that differ from those of all other requests.
    pub(crate) fn next(&self) -> [u64; 2] {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        [0, u64::MAX].map(|part| self.hasher.hash_one(count ^ part))
    }
}

/// 128 bits in the form of a version 4 UUID (RFC 9562, section 5.4).
pub(crate) fn uuid([high, low]: [u64; 2]) -> String {
    let version = (high & !0xf000) | 0x4000;
    let variant = (low & !(0b11 << 62)) | (0b10 << 62);
    let bytes = ((u128::from(version) << 64) | u128::from(variant)).to_be_bytes();
    let mut text = [b'-'; 36];
    for (place, byte) in PLACES.into_iter().zip(bytes) {
        text[place] = digit(byte >> 4);
        text[place + 1] = digit(byte & 0xf);
    }
    // It is ASCII.
    String::from_utf8(text.to_vec()).unwrap_or_default()
}

/// The places of the pairs of digits, around the dashes.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

fn digit(value: u8) -> u8 {
    value + if value < 10 { b'0' } else { b'a' - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_a_uuid() {
        let table = [
            ([0, 0], "00000000-0000-4000-8000-000000000000"),
            ([u64::MAX; 2], "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (
                [0x0123_4567_89ab_cdef; 2],
                "01234567-89ab-4def-8123-456789abcdef",
            ),
        ];
        for (bits, text) in table {
            assert_eq!(uuid(bits), text);
        }
    }

    #[test]
    fn no_two_requests_have_the_same_id() {
        let ids = RequestIds::default();
        let all: std::collections::HashSet<_> = (0..1000).map(|_| uuid(ids.next())).collect();
        assert_eq!(all.len(), 1000);
    }
}
