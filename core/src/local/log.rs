//! Lines on standard error.

use super::terminal::{Paint, Style, reason};
pub(super) use crate::log::Printable;
use crate::{Problem, events::Taken};
use http::{Method, StatusCode};
use std::{io::Write as _, time::Duration};

/// The number of characters of a path that are shown.
const PATH: usize = 300;

/// Writes a line to standard error, with a leading `error:` or `warning:` in colour. Errors of standard
/// error are ignored.
pub(super) fn line(text: &str) {
    let text = marked(text.trim_end(), Style::of_stderr());
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn marked(text: &str, style: Style) -> String {
    for (word, paint) in [("error:", Paint::Bad), ("warning:", Paint::Warning)] {
        if let Some(rest) = text.strip_prefix(word) {
            return format!("{}{rest}", style.paint(paint, word));
        }
    }
    text.to_owned()
}

/// The parts of a request that are shown.
pub(super) struct Shown<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    /// What took the event, if it is not an HTTP request.
    pub(super) taken: Option<Taken>,
    /// The problems, in the order of their occurrence.
    pub(super) problems: &'a [Problem],
}

/// Writes a request, in one piece.
pub(super) fn request(shown: &Shown<'_>) {
    let text = text(shown, Style::of_stderr());
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes that a streamed response ended early, in one piece: its line was written at its begin.
pub(super) fn ended_early(shown: &Shown<'_>) {
    let text = early(shown, Style::of_stderr());
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn early(shown: &Shown<'_>, style: Style) -> String {
    let ended = style.paint(Paint::Bad, "the stream ended early");
    let took = took("after", shown, style);
    let mut text = format!("{} -> {ended} {took}", target(shown));
    for problem in shown.problems {
        text += &reason(problem, style);
    }
    text
}

/// The line of a request, and below it why it failed. The query is left out: it may contain secrets.
fn text(shown: &Shown<'_>, style: Style) -> String {
    let paint = match shown.status.as_u16() {
        ..300 => Paint::Good,
        300..400 => Paint::Moved,
        400..500 => Paint::Warning,
        500.. => Paint::Bad,
    };
    let status = style.paint(paint, shown.status.as_str());
    let mut text = format!("{} -> {status} {}", target(shown), took("in", shown, style));
    if let Some(taken) = shown.taken {
        text += &format!("\n    taken by {taken}");
    }
    for problem in shown.problems {
        text += &reason(problem, style);
    }
    text
}

fn target(shown: &Shown<'_>) -> String {
    let path: String = shown.path.chars().take(PATH).collect();
    let cut = if path.len() < shown.path.len() {
        ".."
    } else {
        ""
    };
    format!("{} {}{cut}", shown.method, Printable(&path))
}

fn took(preposition: &str, shown: &Shown<'_>, style: Style) -> String {
    let millis = shown.took.as_secs_f64() * 1000.0;
    style.paint(Paint::Dim, &format!("{preposition} {millis:.1} ms"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::framework;

    fn shown(path: &str, status: u16, problems: &[Problem], style: Style) -> String {
        let shown = Shown {
            method: &Method::GET,
            path,
            status: StatusCode::from_u16(status).unwrap(),
            took: Duration::from_micros(1234),
            taken: None,
            problems,
        };
        text(&shown, style)
    }

    #[test]
    fn a_request_is_one_line() {
        assert_eq!(
            shown("/hello/world", 200, &[], Style::PLAIN),
            "GET /hello/world -> 200 in 1.2 ms"
        );
    }

    #[test]
    fn the_reason_of_a_failure_is_below_the_line() {
        assert_eq!(
            shown("/x", 404, &[framework::not_found()], Style::PLAIN),
            "GET /x -> 404 in 1.2 ms\n    route_not_found: there is nothing at this path"
        );
    }

    #[test]
    fn what_took_an_event_is_below_the_line() {
        let shown = Shown {
            method: &Method::POST,
            path: "/_events",
            status: StatusCode::OK,
            took: Duration::from_micros(1234),
            taken: Some(Taken::BY_ON_OTHER),
            problems: &[],
        };
        assert_eq!(
            text(&shown, Style::PLAIN),
            "POST /_events -> 200 in 1.2 ms\n    taken by on_other_event"
        );
    }

    #[test]
    fn an_early_end_has_a_line_of_its_own() {
        let problem = framework::internal(&std::io::Error::other("the database is gone"));
        let shown = Shown {
            method: &Method::GET,
            path: "/export",
            status: StatusCode::OK,
            took: Duration::from_millis(2500),
            taken: None,
            problems: &[problem],
        };
        assert_eq!(
            early(&shown, Style::PLAIN),
            "GET /export -> the stream ended early after 2500.0 ms\n    the database is gone"
        );
    }

    #[test]
    fn the_status_has_the_colour_of_its_class() {
        for (status, color) in [(200, 32), (304, 36), (404, 33), (500, 31)] {
            assert_eq!(
                shown("/", status, &[], Style::COLORED),
                format!("GET / -> \u{1b}[{color}m{status}\u{1b}[0m \u{1b}[2min 1.2 ms\u{1b}[0m")
            );
        }
    }

    #[test]
    fn nothing_in_a_path_can_write_a_second_line() {
        let line = shown("/a\nGET /b -> 200\u{1b}[2J", 200, &[], Style::COLORED);
        assert!(
            line.starts_with("GET /a\\u{a}GET /b -> 200\\u{1b}[2J -> "),
            "{line}"
        );
        let long = shown(&"/\u{fc}".repeat(5000), 200, &[], Style::PLAIN);
        assert!(long.len() < 600 && long.contains(".. -> 200"), "{long}");
    }

    #[test]
    fn warnings_start_with_a_coloured_word() {
        for (line, expected) in [
            ("error: no", "\u{1b}[31merror:\u{1b}[0m no"),
            ("warning: no", "\u{1b}[33mwarning:\u{1b}[0m no"),
            ("no error: yes", "no error: yes"),
        ] {
            assert_eq!(marked(line, Style::COLORED), expected);
            assert_eq!(marked(line, Style::PLAIN), line);
        }
    }
}
