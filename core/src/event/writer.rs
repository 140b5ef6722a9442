//! JSON strings, written straight to bytes.

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

    /// Writes a text with what a JSON string cannot have escaped (RFC 8259, section 7).
    pub(super) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(at) = rest
            .iter()
            .position(|byte| ESCAPES[usize::from(*byte)] != 0)
        {
            let (plain, tail) = rest.split_at(at);
            self.0.extend_from_slice(plain);
            let Some((byte, tail)) = tail.split_first() else {
                break;
            };
            match ESCAPES[usize::from(*byte)] {
                b'u' => {
                    self.0.extend_from_slice(br"\u00");
                    self.0.push(HEX[usize::from(byte >> 4)]);
                    self.0.push(HEX[usize::from(byte & 15)]);
                }
                escape => self.0.extend_from_slice(&[b'\\', escape]),
            }
            rest = tail;
        }
        self.0.extend_from_slice(rest);
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
}
