//! Texts with a limited length.

use std::{
    borrow::Cow,
    fmt::{self, Display, Write},
};

/// The maximum size of one text, such as a field of a log record or the message of an error
/// document.
pub(crate) const TEXT_LIMIT: usize = 16 * 1024;

/// Room for the text that says how much was cut.
const WORDS: usize = 40;

/// A text that keeps its beginning and counts the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounded {
    kept: String,
    cut: usize,
}

impl Bounded {
    /// Formats a value, up to [`TEXT_LIMIT`]. If its `Display` fails, the text ends there.
    pub(crate) fn of(value: impl Display) -> Self {
        let mut text = Self::default();
        let _ = write!(text, "{value}");
        text
    }

    /// The same for a text, without the cost of formatting.
    pub(crate) fn of_text(text: &str) -> Self {
        let kept = beginning(text, TEXT_LIMIT);
        Self {
            kept: kept.to_owned(),
            cut: text.len() - kept.len(),
        }
    }

    /// The text in at most `limit` bytes, with a note if it was cut: `connection res… (3000123
    /// bytes cut)`.
    pub(crate) fn within(&self, limit: usize) -> Cow<'_, str> {
        let limit = limit.max(WORDS);
        if self.cut == 0 && self.kept.len() <= limit {
            return Cow::Borrowed(&self.kept);
        }
        let kept = beginning(&self.kept, limit - WORDS);
        let cut = self.cut.saturating_add(self.kept.len() - kept.len());
        Cow::Owned(format!("{kept}\u{2026} ({cut} bytes cut)"))
    }
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = match self.cut {
            0 => TEXT_LIMIT - self.kept.len(),
            // Once something was cut, nothing more is kept.
            _ => 0,
        };
        let kept = beginning(part, room);
        self.kept.push_str(kept);
        self.cut = self.cut.saturating_add(part.len() - kept.len());
        Ok(())
    }
}

/// Formats a value in at most [`TEXT_LIMIT`] bytes.
pub(crate) fn bounded(value: impl Display) -> String {
    Bounded::of(value).within(TEXT_LIMIT).into_owned()
}

/// The longest prefix of whole characters that fits.
pub(crate) fn beginning(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    (0..=limit)
        .rev()
        .find_map(|end| text.get(..end))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_the_limit_stays_as_it_is() {
        for text in [String::new(), "é".to_owned(), "x".repeat(TEXT_LIMIT)] {
            assert_eq!(bounded(&text), text);
            assert_eq!(Bounded::of_text(&text).within(TEXT_LIMIT), text);
        }
    }

    #[test]
    fn a_long_text_says_how_much_of_it_was_cut() {
        for part in ["x", "é", "\u{1f980}", "\u{20ac}"] {
            let text = part.repeat(1_000_000);
            let short = bounded(&text);
            assert_eq!(Bounded::of_text(&text).within(TEXT_LIMIT), short);
            assert!(
                short.len() <= TEXT_LIMIT && short.len() > TEXT_LIMIT - 50,
                "{}",
                short.len()
            );
            let (kept, words) = short.split_once('\u{2026}').expect("words");
            assert!(text.starts_with(kept));
            assert_eq!(words, format!(" ({} bytes cut)", text.len() - kept.len()));
            assert_eq!(bounded(&short), short);
        }
    }

    #[test]
    fn a_text_that_comes_in_parts_is_cut_once() {
        struct Parts;
        impl Display for Parts {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (0..10_000).try_for_each(|n| write!(f, "{n}, "))
            }
        }
        let parts = Parts;
        let whole = parts.to_string();
        let short = bounded(&parts);
        let (kept, words) = short.split_once('\u{2026}').expect("words");
        assert!(whole.starts_with(kept));
        assert_eq!(words, format!(" ({} bytes cut)", whole.len() - kept.len()));
        let shorter = Bounded::of(&parts);
        assert!(
            shorter
                .within(100)
                .ends_with(&format!(" ({} bytes cut)", whole.len() - 60))
        );
        assert_eq!(
            shorter.within(0),
            format!("\u{2026} ({} bytes cut)", whole.len())
        );
    }

    #[test]
    fn a_failing_display_does_not_panic() {
        struct Fails;
        impl Display for Fails {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                Err(fmt::Error)
            }
        }
        assert_eq!(bounded(Fails), "half");
    }
}
