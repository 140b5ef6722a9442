//! Reasons of failed requests.

use super::{INDENT, Paint, Style, frames::own_frames, indented};
use crate::{Problem, log::Printable};
use serde_json::Value;

/// The reason of a problem, indented below the line of its request.
///
/// For a 4xx it is the detail and the cause, for a 5xx the whole cause, and for a panic its location.
pub(in super::super) fn reason(problem: &Problem, style: Style) -> String {
    let mut out = String::new();
    let is_server = problem.status().is_server_error();
    match problem.detail() {
        Some(detail) => indented(&mut out, &format!("{}: {detail}", problem.code()), 1),
        None if is_server && problem.code() == "internal_error" => {}
        None => indented(&mut out, problem.code(), 1),
    }
    for error in errors(problem) {
        indented(&mut out, &error, 1);
    }
    let trace = problem.trace();
    match (problem.cause_text(), trace.location.as_deref()) {
        (Some(cause), Some(location)) => {
            let message = cause.strip_prefix("panicked: ").unwrap_or(cause);
            indented(&mut out, &format!("panicked at {location}:"), 1);
            indented(&mut out, message, 1);
        }
        (Some(cause), None) => indented(&mut out, cause, 1),
        (None, _) => {}
    }
    if let Some(backtrace) = &trace.backtrace {
        frames(&mut out, backtrace, style);
    } else if trace.location.is_some() {
        let hint = "RUST_BACKTRACE=1 shows what led there";
        out += &format!("\n{INDENT}{}", style.paint(Paint::Dim, hint));
    }
    out
}

/// The developer's frames of a backtrace, one a line.
pub(super) fn frames(out: &mut String, backtrace: &str, style: Style) {
    let directory = std::env::current_dir().unwrap_or_default();
    for (function, place) in own_frames(backtrace, &directory).into_iter().take(50) {
        let place = Printable(place).to_string();
        let place = style.paint(Paint::Dim, &place);
        *out += &format!("\n{INDENT}{INDENT}{} {place}", Printable(function));
    }
}

/// The rejected values, if they say more than the detail.
fn errors(problem: &Problem) -> Vec<String> {
    let Some(Value::Array(errors)) = problem.extension("errors") else {
        return Vec::new();
    };
    let text = |error: &Value, name: &str| error.get(name)?.as_str().map(str::to_owned);
    let known = problem.detail().unwrap_or_default();
    let values = errors.iter().take(20).filter_map(|error| {
        let detail = text(error, "detail").filter(|detail| !known.contains(detail.as_str()))?;
        Some(match (text(error, "in"), text(error, "name")) {
            (Some(place), Some(name)) => format!("{place} `{name}`: {detail}"),
            (None, Some(name)) => format!("`{name}`: {detail}"),
            (Some(place), None) => format!("{place}: {detail}"),
            (None, None) => detail,
        })
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error,
        error::{Trace, framework},
    };
    use http::StatusCode;
    use serde_json::json;

    #[test]
    fn a_4xx_has_its_reason_and_a_5xx_its_whole_cause() {
        let invalid = || {
            Problem::new(StatusCode::BAD_REQUEST, "invalid_parameters").with_detail("two are wrong")
        };
        let panicked = framework::panicked("index out of bounds").with_trace(Trace {
            location: Some("src/price.rs:7:9".to_owned()),
            ..Trace::default()
        });
        for (problem, expected) in [
            (
                framework::not_found(),
                "\n    route_not_found: there is nothing at this path",
            ),
            (
                invalid().with_extension(
                    "errors",
                    &json!([
                        {"in": "query", "name": "page", "detail": "expected u32"},
                        {"in": "body", "detail": "no JSON"},
                        {"in": "path", "detail": "two are wrong"},
                    ]),
                ),
                "\n    invalid_parameters: two are wrong\n    query `page`: expected u32\n    body: \
                 no JSON",
            ),
            (
                invalid().with_cause("the page is \u{1b}[2J\nGET / -> 200"),
                "\n    invalid_parameters: two are wrong\n    the page is \\u{1b}[2J\n    GET / -> \
                 200",
            ),
            (
                Problem::from_error(&Error::msg("connection reset").context("storage failed")),
                "\n    storage failed: connection reset",
            ),
            (
                panicked,
                "\n    panicked at src/price.rs:7:9:\n    index out of bounds\n    \
                 RUST_BACKTRACE=1 shows what led there",
            ),
        ] {
            assert_eq!(reason(&problem, Style::PLAIN), expected);
        }
    }

    #[test]
    fn panics_have_the_frames_of_the_developer() {
        let library = "9: tokio::poll\n   at /x/.cargo/registry/src/y/tokio/z.rs:1:1\n".repeat(200);
        let backtrace = format!("1: orders::total\n   at /home/alice/price.rs:7:9\n{library}");
        let problem = framework::panicked("no").with_trace(Trace {
            location: Some("src/price.rs:7:9".to_owned()),
            backtrace: Some(backtrace),
            elapsed: None,
        });
        assert_eq!(
            reason(&problem, Style::PLAIN),
            "\n    panicked at src/price.rs:7:9:\n    no\n        orders::total /home/alice/price.rs:7:9"
        );
        let colored = reason(&problem, Style::COLORED);
        assert!(colored.ends_with("orders::total \u{1b}[2m/home/alice/price.rs:7:9\u{1b}[0m"));
    }
}
