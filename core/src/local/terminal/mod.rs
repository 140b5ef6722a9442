//! What a person reads on the terminal: requests, why they failed, and records of the log.
//!
//! Everything that came from outside is escaped before colours are added, so that no request, error
//! or record moves the cursor, changes a title or writes a line of its own. What belongs to a line
//! stands indented under it.

mod frames;
mod reason;
mod records;
mod style;

pub(super) use reason::reason;
pub(crate) use records::Human;
pub(super) use style::{Paint, Style};

use crate::runtime::log::Printable;

/// How far what belongs to a line is indented.
const INDENT: &str = "    ";

/// How many bytes of a text are shown, and how many of its lines.
const MAX_BYTES: usize = 32 << 10;
const MAX_LINES: usize = 100;

/// Writes a text of any number of lines under another line, as far as it is not too long.
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
    fn a_text_under_a_line_is_indented_escaped_and_bounded() {
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
