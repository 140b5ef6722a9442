//! Finds the end of the plain part of a JSON string, several bytes at a time.

/// Returns the position of the first byte from `at` on that must be escaped or ends a JSON string:
/// a quote, a backslash, a control character. Without one, it is the length of `bytes`.
pub(super) fn special(bytes: &[u8], at: usize) -> usize {
    let mut rest = bytes.get(at..).unwrap_or_default();
    let mut steps = 0;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        if let Some(place) = first(specials(u64::from_le_bytes(*chunk))) {
            return bytes.len() - rest.len() + place;
        }
        rest = behind;
        steps += 1;
        if steps == 8 {
            rest = long(rest);
        }
    }
    let place = rest.iter().position(|byte| is_special(*byte));
    bytes.len() - rest.len() + place.unwrap_or(rest.len())
}

/// Skips plain bytes in strides that the compiler converts to vector instructions. This pays for
/// bodies, not for names and headers.
#[inline(never)]
fn long(mut rest: &[u8]) -> &[u8] {
    while let Some((stride, behind)) = rest.split_first_chunk::<64>() {
        if stride
            .iter()
            .fold(false, |any, byte| any | is_special(*byte))
        {
            break;
        }
        rest = behind;
    }
    rest
}

/// A quote is 0x22; XOR 2 makes it 0x20. 0x20 and 0x21 become greater than that, and control
/// characters remain less, so that a single comparison detects both.
fn is_special(byte: u8) -> bool {
    byte ^ 2 < 0x21 || byte == b'\\'
}

/// Returns the position of the lowest marked byte.
pub(super) fn first(marks: u64) -> Option<usize> {
    (marks != 0).then(|| (marks.trailing_zeros() / 8) as usize)
}

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// Marks each special byte by its highest bit.
///
/// Both subtractions borrow from the highest bit of a byte that is too small, and possibly from the
/// bytes above it, which may be marked wrongly. The lowest mark is always correct. Bytes with the
/// highest bit set, those of non-ASCII characters, are never special. (After "Determine if a word
/// has a byte less than n", <https://graphics.stanford.edu/~seander/bithacks.html>.)
pub(super) fn specials(word: u64) -> u64 {
    let quote_or_control = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quote_or_control | backslash) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_or_passed_over_at_every_place() {
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 71, 127, 128, 129, 200, 300] {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'a'; length];
                    bytes[place] = byte;
                    let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let expected = if is_special { place } else { length };
                    assert_eq!(
                        special(&bytes, 0),
                        expected,
                        "{byte} at {place} of {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found_whatever_follows_it() {
        for first in [0x1f, b'"', b'\\', 0] {
            for second in 0..=255 {
                let bytes = [b'a', b' ', b'!', b'#', first, second, b']', b'['];
                assert_eq!(special(&bytes, 0), 4, "{first} {second}");
                assert_eq!(special(&bytes, 2), 4, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        assert_eq!(special(b"abc", 3), 3);
        assert_eq!(special(b"", 0), 0);
    }
}
