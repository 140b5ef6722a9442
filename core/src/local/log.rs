//! Lines on standard error.

use http::{Method, StatusCode};
use std::{
    fmt::{self, Write as _},
    io::Write as _,
    time::Duration,
};

/// Writes a line to standard error; when that is gone, there is nobody to tell.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// The line of one request. The query is not in it: it may have secrets.
pub(super) fn request(method: &Method, path: &str, status: StatusCode, took: Duration) -> String {
    let millis = took.as_secs_f64() * 1000.0;
    format!(
        "{method} {} -> {} in {millis:.1} ms",
        Printable(path),
        status.as_u16()
    )
}

/// A text from outside with everything escaped that a terminal could take for more than a letter.
pub(super) struct Printable<'a>(pub(super) &'a str);

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

/// Neither a control character nor one that reorders or breaks lines.
fn is_harmless(letter: char) -> bool {
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
    fn a_request_is_one_line() {
        let took = Duration::from_micros(1234);
        assert_eq!(
            request(&Method::GET, "/hello/world", StatusCode::OK, took),
            "GET /hello/world -> 200 in 1.2 ms"
        );
    }

    #[test]
    fn nothing_in_a_path_can_write_a_second_line() {
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
