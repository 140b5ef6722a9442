//! Lines on standard error.

pub(super) use crate::runtime::log::Printable;
use http::{Method, StatusCode};
use std::{io::Write as _, time::Duration};

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
        let line = request(
            &Method::GET,
            "/a\nGET /b -> 200",
            StatusCode::OK,
            Duration::ZERO,
        );
        assert_eq!(line, "GET /a\\u{a}GET /b -> 200 -> 200 in 0.0 ms");
    }
}
