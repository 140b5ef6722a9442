//! Terminal output: requests, why they failed, and records of the log.
//!
//! Text from outside is escaped before colours are added, so that no request, error or record can move
//! the cursor, change a title or add a line. Details are indented below their line.

mod frames;
mod reason;
mod records;
mod style;

pub(super) use reason::reason;
pub(crate) use records::Human;
pub(super) use style::{Paint, Style};

use crate::log::Printable;

/// Indentation of details.
const INDENT: &str = "    ";

/// The number of bytes and lines of a text that are shown.
const MAX_BYTES: usize = 32 << 10;
const MAX_LINES: usize = 100;

/// Writes a text below a line, cut off if it is too long.
fn indented(out: &mut String, text: &str, depth: usize) {
    let cut = text
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8())
        .take_while(|end| *end <= MAX_BYTES)
        .last();
    let shown = text.get(..cut.unwrap_or(0)).unwrap_or_default();
    let mut left = text.len() - shown.len();
    for (number, line) in shown.lines().enumerate() {
        if number == MAX_LINES {
            let rest = shown.lines().skip(MAX_LINES).map(str::len);
            left += rest.sum::<usize>();
            break;
        }
        if !line.trim().is_empty() {
            *out += "\n";
            *out += &INDENT.repeat(depth);
            *out += &Printable(line).to_string();
        }
    }
    if left > 0 {
        *out += &format!("\n{}({left} more bytes)", INDENT.repeat(depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_below_a_line_are_indented_escaped_and_cut() {
        for (text, expected) in [
            ("one", "\n    one"),
            ("one\ntwo\r\n\n  three", "\n    one\n    two\n      three"),
            (
                "GET / -> 200\u{1b}[2J\u{85}\u{202e}",
                "\n    GET / -> 200\\u{1b}[2J\\u{85}\\u{202e}",
            ),
            ("", ""),
        ] {
            let mut out = String::new();
            indented(&mut out, text, 1);
            assert_eq!(out, expected);
        }
        let mut out = String::new();
        indented(&mut out, &"\u{fc}".repeat(3 << 20), 1);
        assert!(out.len() < MAX_BYTES + 100);
        assert!(out.ends_with("more bytes)"));
        let mut out = String::new();
        indented(&mut out, &"x\n".repeat(MAX_LINES + 3), 1);
        assert_eq!(out.lines().count(), MAX_LINES + 2);
        assert!(out.ends_with("(3 more bytes)"), "{out}");
    }
}
