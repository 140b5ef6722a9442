//! A status as an error, with or without a text.

use super::{ApiError, Outcome, Problem};
use http::StatusCode;
use std::borrow::Cow;

/// The code is the name of the status: see [`ApiError`](ApiError#a-status-as-an-error).
impl ApiError for StatusCode {
    fn status(&self) -> StatusCode {
        *self
    }

    fn code(&self) -> Cow<'static, str> {
        code(*self)
    }

    fn decorate(&self, _: Problem) -> Problem {
        bare(*self)
    }

    fn outcomes() -> Vec<Outcome> {
        Vec::new()
    }
}

#[cold]
pub(crate) fn with_text(status: StatusCode, text: Cow<'static, str>) -> Problem {
    let problem = bare(status);
    if !problem.status().is_server_error() {
        return problem.with_detail(text);
    }
    match is_error(status) {
        true => problem.with_cause(text),
        false => problem.with_cause(format!("{}: {text}", no_error(status))),
    }
}

fn bare(status: StatusCode) -> Problem {
    let problem = Problem::new(status, code(status));
    match is_error(status) {
        true => problem,
        false => problem.with_cause(no_error(status)),
    }
}

fn no_error(status: StatusCode) -> String {
    format!("a handler returned the status {status} as an error, but it is not an error status")
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// The name of a status in `snake_case`.
fn code(status: StatusCode) -> Cow<'static, str> {
    match status {
        // Like the code of all other server errors.
        StatusCode::INTERNAL_SERVER_ERROR => "internal_error".into(),
        status if !is_error(status) => "internal_error".into(),
        status => match status.canonical_reason() {
            Some(reason) => snake(reason).into(),
            None if status.is_server_error() => "server_error".into(),
            None => "client_error".into(),
        },
    }
}

fn snake(reason: &str) -> String {
    let letters = reason.chars().filter(|char| *char != '\'');
    letters
        .map(|char| match char {
            char if char.is_ascii_alphanumeric() => char.to_ascii_lowercase(),
            _ => '_',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> StatusCode {
        StatusCode::from_u16(status).unwrap()
    }

    #[test]
    fn the_code_is_the_name_of_the_status() {
        for (number, expected) in [
            (400, "bad_request"),
            (404, "not_found"),
            (405, "method_not_allowed"),
            (409, "conflict"),
            (418, "im_a_teapot"),
            (422, "unprocessable_entity"),
            (499, "client_error"),
            (500, "internal_error"),
            (503, "service_unavailable"),
            (599, "server_error"),
            (200, "internal_error"),
            (302, "internal_error"),
        ] {
            assert_eq!(code(status(number)), expected, "{number}");
        }
    }

    #[test]
    fn only_below_500_the_text_is_sent() {
        for (number, sent, kept) in [
            (404, Some("no tea"), None),
            (503, None, Some("no tea")),
            (
                302,
                None,
                Some(
                    "a handler returned the status 302 Found as an error, but it is not an error status: no tea",
                ),
            ),
        ] {
            let problem = with_text(status(number), "no tea".into());
            assert_eq!((problem.detail(), problem.cause_text()), (sent, kept));
        }
    }

    #[test]
    fn a_status_alone_has_no_detail() {
        for number in [404, 503] {
            let problem = Problem::from_error(&status(number));
            assert_eq!(problem.status(), number);
            assert_eq!((problem.detail(), problem.cause_text()), (None, None));
        }
        let problem = Problem::from_error(&status(302));
        assert_eq!(problem.status(), 500);
        assert!(problem.cause_text().unwrap().contains("302"));
    }
}
