//! The header `content-disposition`: RFC 6266.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Characters other than those of `attr-char` (RFC 8187, section 3.2.1).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// How a browser uses the content, and the name of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Disposition {
    pub(super) is_inline: bool,
    pub(super) name: Option<String>,
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_inline {
            "inline"
        } else {
            "attachment"
        })?;
        let Some(name) = &self.name else {
            return Ok(());
        };
        let name = safe(name);
        let plain: String = name.chars().map(plain).collect();
        write!(f, "; filename=\"{plain}\"")?;
        if plain != name {
            let encoded = utf8_percent_encode(&name, ENCODED);
            write!(f, "; filename*=UTF-8''{encoded}")?;
        }
        Ok(())
    }
}

/// The name without directories and invisible characters, which could hide what it ends with.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|one| !is_invisible(*one)).collect();
    match visible.trim() {
        "" | "." | ".." => "download".to_owned(),
        name => name.to_owned(),
    }
}

/// Control characters, and marks that change the direction of text (Unicode, `Bidi_Control`).
fn is_invisible(one: char) -> bool {
    one.is_control()
        || matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character that all clients read in the same way between quotes (RFC 6266, appendix D): some
/// decode `%41`, and some do not know an escaped quote.
fn plain(one: char) -> char {
    match one {
        '"' | '%' => '_',
        ' '..='~' => one,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sent_so_that_every_client_reads_it() {
        for (name, expected) in [
            ("report.csv", r#"filename="report.csv""#),
            ("a report; v=1.csv", r#"filename="a report; v=1.csv""#),
            (
                "grün €.csv",
                r#"filename="gr_n _.csv"; filename*=UTF-8''gr%C3%BCn%20%E2%82%AC.csv"#,
            ),
            (
                r#"say "hi".txt"#,
                r#"filename="say _hi_.txt"; filename*=UTF-8''say%20%22hi%22.txt"#,
            ),
            (
                "100%41.txt",
                r#"filename="100_41.txt"; filename*=UTF-8''100%2541.txt"#,
            ),
            ("it's (1)*.txt", r#"filename="it's (1)*.txt""#),
            (
                "é'(1)*.txt",
                r#"filename="_'(1)*.txt"; filename*=UTF-8''%C3%A9%27%281%29%2A.txt"#,
            ),
        ] {
            let disposition = Disposition {
                is_inline: false,
                name: Some(name.to_owned()),
            };
            assert_eq!(disposition.to_string(), format!("attachment; {expected}"));
        }
    }

    #[test]
    fn a_name_has_no_directory_and_nothing_invisible() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\Windows\a.ini", "a.ini"),
            ("a/..", "download"),
            ("a/", "download"),
            (".", "download"),
            (" \t", "download"),
            ("", "download"),
            ("a\r\nset-cookie: b=c", "aset-cookie: b=c"),
            ("a\0\u{7f}\u{85}.txt", "a.txt"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            (".htaccess", ".htaccess"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
    }

    #[test]
    fn content_may_be_shown_and_nameless() {
        let mut disposition = Disposition::default();
        assert_eq!(disposition.to_string(), "attachment");
        disposition.is_inline = true;
        assert_eq!(disposition.to_string(), "inline");
    }
}
