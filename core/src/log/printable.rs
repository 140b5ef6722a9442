//! Text from outside, as part of one line.

use std::fmt::{self, Write};

/// Displays a text with control characters escaped, line breaks above all, so that it cannot forge
/// a second log record or move the cursor of a terminal.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            if is_harmless(letter) {
                f.write_char(letter)?;
            } else {
                write!(f, "{}", letter.escape_unicode())?;
            }
        }
        Ok(())
    }
}

/// Whether a character is neither a control character nor reorders or breaks lines.
pub(super) fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_write_a_second_line() {
        for (text, expected) in [
            ("/a\nGET /b -> 200", "/a\\u{a}GET /b -> 200"),
            ("/\u{1b}[2J", "/\\u{1b}[2J"),
            ("/\u{85}\u{2028}\u{202e}", "/\\u{85}\\u{2028}\\u{202e}"),
            ("/J\u{fc}rgen", "/J\u{fc}rgen"),
        ] {
            assert_eq!(Printable(text).to_string(), expected);
        }
    }
}
