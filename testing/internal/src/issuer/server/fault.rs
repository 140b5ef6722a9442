//! Errors of fetching keys.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// Error of fetches of keys; [`JwksServer::inject`](super::JwksServer::inject)
/// makes it happen.
///
/// It happens to all fetches, until it is limited to [some](Fault::times), or to
/// [one path](Fault::at).
///
/// ```
/// use lambda_api_testing_internal::Fault;
/// use std::time::Duration;
///
/// let faults = [
///     Fault::status(503).times(2),
///     Fault::reset().at("/.well-known/jwks.json"),
///     Fault::garbage().after(Duration::from_millis(20)),
/// ];
/// # assert_eq!(faults.len(), 3);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault happens once it is injected"]
pub struct Fault {
    pub(super) what: What,
    pub(super) delay: Duration,
    pub(super) path: Option<String>,
    pub(super) times: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// The right response.
    Nothing,
    Status(StatusCode),
    Content {
        content_type: &'static str,
        content: Bytes,
    },
    Huge {
        length: usize,
        declared: bool,
    },
    Truncated,
    Reset,
    Redirect(HeaderValue),
}

impl Fault {
    fn new(what: What) -> Self {
        Self {
            what,
            delay: Duration::ZERO,
            path: None,
            times: None,
        }
    }

    /// The right response, but only after this time of tokio's clock. A test that need not see time
    /// pass is better off with [`hold`](super::JwksServer::hold).
    pub fn slow(delay: Duration) -> Self {
        Self::new(What::Nothing).after(delay)
    }

    /// A response with this status and a short text.
    ///
    /// # Panics
    /// If it is not a status from 200 to 999.
    #[track_caller]
    pub fn status(status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) if !status.is_informational() => Self::new(What::Status(status)),
            _ => panic!("expected the status of a response, from 200 to 999; found {status}"),
        }
    }

    /// A response that calls itself JSON, and is neither JSON nor UTF-8.
    pub fn garbage() -> Self {
        Self::new(What::Content {
            content_type: "application/json",
            content: Bytes::from_static(b"{\"keys\":[{\"kty\":\xff\xfe\0"),
        })
    }

    /// Any JSON in place of the right document.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "mostly made on the spot by `json!`"
    )]
    pub fn document(document: Value) -> Self {
        Self::new(What::Content {
            content_type: "application/json",
            content: document.to_string().into(),
        })
    }

    /// The right document with so much white space before it that it has this many bytes. Its
    /// length is announced by `content-length`.
    pub fn huge(length: usize) -> Self {
        Self::new(What::Huge {
            length,
            declared: true,
        })
    }

    /// As [`huge`](Fault::huge), without announcing the length: the body is chunked.
    pub fn huge_unannounced(length: usize) -> Self {
        Self::new(What::Huge {
            length,
            declared: false,
        })
    }

    /// The first half of the right response, and then the end of the connection.
    pub fn truncated() -> Self {
        Self::new(What::Truncated)
    }

    /// No response, but a reset of the connection after the request arrived.
    pub fn reset() -> Self {
        Self::new(What::Reset)
    }

    /// A redirect (302) to this URL.
    ///
    /// # Panics
    /// When it can be no header.
    #[track_caller]
    pub fn redirect_to(url: &str) -> Self {
        match HeaderValue::try_from(url) {
            Ok(url) => Self::new(What::Redirect(url)),
            Err(_) => panic!("expected a URL, found {url:?}"),
        }
    }

    /// Happens only to fetches of this path, relative to the
    /// [issuer's](super::JwksServer::issuer_url).
    pub fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Happens this many times, and not again.
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// Happens only after this time of tokio's clock.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    #[should_panic(expected = "found 100")]
    fn an_informational_status_panics() {
        let _ = Fault::status(100);
    }
}
