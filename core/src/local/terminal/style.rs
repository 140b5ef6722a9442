//! Colours on the terminal.

use std::{
    io::{self, IsTerminal as _},
    sync::OnceLock,
};

/// Whether texts are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    colored: bool,
}

/// The meaning of a part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Good,
    Moved,
    Warning,
    Bad,
    Dim,
}

impl Style {
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colored: false };
    #[cfg(test)]
    pub(crate) const COLORED: Self = Self { colored: true };

    /// The style of standard error.
    pub(crate) fn of_stderr() -> Self {
        static STYLE: OnceLock<Style> = OnceLock::new();
        *STYLE.get_or_init(|| {
            let is_terminal = io::stderr().is_terminal();
            Self::of(is_terminal, |name| std::env::var(name).ok())
        })
    }

    /// Terminals have colours, unless `NO_COLOR` has a value (<https://no-color.org>) or the terminal
    /// does not support them. `WT_SESSION` means that a console of Windows supports them.
    fn of(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let can = !is_dumb && (cfg!(not(windows)) || is_set("WT_SESSION") || is_set("TERM"));
        Self {
            colored: is_terminal && can && !is_set("NO_COLOR"),
        }
    }

    /// The text in the colour of its meaning. It must not contain control characters.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.colored || text.is_empty() {
            return text.to_owned();
        }
        // ECMA-48, 8.3.117: colours of the palette of the terminal.
        let code = match paint {
            Paint::Good => "32",
            Paint::Moved => "36",
            Paint::Warning => "33",
            Paint::Bad => "31",
            Paint::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_without_no_color() {
        for (is_terminal, variables, expected) in [
            (true, &[("TERM", "xterm")][..], true),
            (false, &[("TERM", "xterm")], false),
            (true, &[("TERM", "xterm"), ("NO_COLOR", "1")], false),
            (true, &[("TERM", "xterm"), ("NO_COLOR", "")], true),
            (true, &[("TERM", "dumb")], false),
        ] {
            let style = Style::of(is_terminal, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(style.colored, expected, "{is_terminal} {variables:?}");
        }
    }

    #[test]
    fn a_plain_text_stays_as_it_is() {
        assert_eq!(Style::PLAIN.paint(Paint::Bad, "500"), "500");
        let painted = Style::COLORED.paint(Paint::Bad, "500");
        assert_eq!(painted, "\u{1b}[31m500\u{1b}[0m");
    }
}
