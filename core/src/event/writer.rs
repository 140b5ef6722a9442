//! Writes JSON strings directly to bytes.

use super::scan::{first, specials};

/// A JSON text that is being written.
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    pub(super) fn comma(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.0.push(b',');
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        self.0.push(b'"');
        self.escaped(text);
        self.0.push(b'"');
    }

    /// Writes a text with the escapes that a JSON string needs (RFC 8259, section 7).
    ///
    /// JSON has a quote every few bytes. So eight bytes are written at once, and those from the
    /// first special one on are removed again. Checking each byte costs twice as much.
    pub(super) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(chunk) = rest.first_chunk::<8>() {
            self.0.extend_from_slice(chunk);
            let Some(place) = first(specials(u64::from_le_bytes(*chunk))) else {
                rest = rest.get(8..).unwrap_or_default();
                continue;
            };
            self.0.truncate(self.0.len() + place - 8);
            if let Some([byte, behind @ ..]) = rest.get(place..) {
                self.byte(*byte);
                rest = behind;
            }
        }
        for byte in rest {
            self.byte(*byte);
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        match ESCAPES[usize::from(byte)] {
            0 => self.0.push(byte),
            b'u' => self.unicode(byte),
            escape => self.0.extend_from_slice(&[b'\\', escape]),
        }
    }

    #[cold]
    fn unicode(&mut self, byte: u8) {
        let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
        self.0.extend_from_slice(br"\u00");
        self.0.extend_from_slice(&digits);
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// For each byte, the character after the backslash, `u` for a code; 0 if no escape is needed.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = b'u';
        control += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_escaped_so_that_it_reads_back() {
        let text: String = (0..0x300)
            .filter_map(char::from_u32)
            .chain("😀\u{2028}".chars())
            .collect();
        let mut json = Writer(Vec::new());
        json.string(&text);
        assert_eq!(serde_json::from_slice::<String>(&json.0).unwrap(), text);
    }

    #[test]
    fn the_longest_escapes_fit() {
        for length in 0..100 {
            let text = "\u{1}".repeat(length);
            let mut json = Writer(Vec::new());
            json.string(&text);
            assert_eq!(json.0, serde_json::to_vec(&text).unwrap());
        }
    }

    #[test]
    fn a_character_is_escaped_at_every_place() {
        for before in 0..20 {
            for after in 0..20 {
                for middle in ["\"", "\\", "\n\n", "\u{1}\"\"", "\u{7f}", "é"] {
                    let text = format!("{}{middle}{}", "a".repeat(before), "é".repeat(after));
                    let mut json = Writer(Vec::new());
                    json.string(&text);
                    assert_eq!(json.0, serde_json::to_vec(&text).unwrap(), "{text}");
                }
            }
        }
    }
}
