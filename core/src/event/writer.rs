//! JSON strings, written straight to bytes.

use super::scan::specials;

/// JSON in the making.
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    pub(super) fn into_text(self) -> String {
        match String::from_utf8(self.0) {
            Ok(text) => text,
            // Nothing but texts was written.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
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

    /// Writes a text with what a JSON string cannot have escaped (RFC 8259, section 7): eight bytes
    /// at once where none of them needs it. In JSON, which has a quote every few bytes, most do.
    pub(super) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
            if specials(u64::from_le_bytes(*chunk)) == 0 {
                self.0.extend_from_slice(chunk);
            } else {
                chunk.iter().for_each(|byte| self.byte(*byte));
            }
            rest = behind;
        }
        rest.iter().for_each(|byte| self.byte(*byte));
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        match ESCAPES[usize::from(byte)] {
            0 => self.0.push(byte),
            b'u' => {
                let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                self.0.extend_from_slice(br"\u00");
                self.0.extend_from_slice(&digits);
            }
            escape => self.0.extend_from_slice(&[b'\\', escape]),
        }
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// For each byte what follows the backslash, `u` for a number; 0 where no escape is needed.
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
