//! What can go wrong with a fetch.

use super::url::UrlError;
use http::StatusCode;
use http_body_util::LengthLimitError;
use hyper_util::client::legacy;
use rustls::CertificateError;
use std::{error::Error, io, iter};

/// Why keys could not be fetched. It is logged, so it has nothing of what was sent or received but
/// a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("there is no tokio runtime to fetch with")]
    NoRuntime,
    #[error("the fetch took too long")]
    TimedOut,

    #[error("the host has no address: {0}")]
    Lookup(io::ErrorKind),
    #[error("plain HTTP is allowed to loopback only, and the host is elsewhere")]
    NotLoopback,
    #[error("no connection could be made: {0}")]
    Connect(io::ErrorKind),
    #[error("the connection broke: {0}")]
    Connection(io::ErrorKind),
    #[error("TLS could not be set up")]
    TlsSetup,
    #[error("the certificate of the host is not accepted: {0}")]
    Certificate(&'static str),
    #[error("the TLS handshake failed")]
    Tls,
    #[error("the response is not HTTP")]
    NotHttp,

    #[error("the status of the response is {0}, not 200; redirects are not followed")]
    Status(StatusCode),
    #[error("the response is compressed, which was not requested")]
    Encoded,
    #[error("the response is larger than 150 KB")]
    TooLarge,

    #[error("the metadata of the issuer are not a JSON object with issuer and jwks_uri")]
    NotMetadata,
    #[error("the metadata name another issuer")]
    WrongIssuer,
    #[error("the metadata lead to an invalid URL: {0}")]
    Discovery(UrlError),

    #[error("the response is not a key document")]
    NotADocument,
}

impl Failure {
    /// Whether the connection failed, so that another one may succeed.
    pub(super) fn is_of_connection(self) -> bool {
        matches!(
            self,
            Self::Lookup(_) | Self::Connect(_) | Self::Connection(_)
        )
    }

    /// Whether the host says that there is nothing at the URL.
    pub(super) fn is_missing(self) -> bool {
        matches!(
            self,
            Self::Status(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE)
        )
    }

    /// Whether the host says that the document was removed, so that an earlier copy must not be
    /// trusted for another day. 404 counts if the URL names a single key; for a whole set, it may be a
    /// mistake in a deployment.
    pub(super) fn takes_back(self, names_key: bool) -> bool {
        match self {
            Self::Status(StatusCode::GONE) => true,
            Self::Status(StatusCode::NOT_FOUND) => names_key,
            _ => false,
        }
    }

    /// From an error while the request was sent or the head of the response awaited.
    pub(super) fn of_request(error: &legacy::Error) -> Self {
        Self::of(error, |kind| match error.is_connect() {
            true => Self::Connect(kind),
            false => Self::Connection(kind),
        })
    }

    /// From an error while the body of the response was read.
    pub(super) fn of_body(error: &(dyn Error + 'static)) -> Self {
        Self::of(error, Self::Connection)
    }

    fn of(error: &(dyn Error + 'static), connection: impl Fn(io::ErrorKind) -> Self) -> Self {
        let mut kind = io::ErrorKind::UnexpectedEof;
        for cause in causes(error) {
            if let Some(failure) = cause.downcast_ref::<Self>() {
                return *failure;
            } else if cause.is::<LengthLimitError>() {
                return Self::TooLarge;
            } else if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
                return Self::of_tls(tls);
            } else if let Some(http) = cause.downcast_ref::<hyper::Error>() {
                if http.is_parse() {
                    return Self::NotHttp;
                }
            } else if let Some(io) = cause.downcast_ref::<io::Error>() {
                kind = io.kind();
            }
        }
        connection(kind)
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            // The error's own text has the names in the certificate.
            rustls::Error::InvalidCertificate(error) => Self::Certificate(match error {
                CertificateError::UnknownIssuer => "its issuer is not trusted",
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "it has expired"
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "it is not valid yet"
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => "it is for another name",
                CertificateError::BadSignature => "its signature is wrong",
                _ => "it is not valid",
            }),
            _ => Self::Tls,
        }
    }
}

/// An error and its causes. What an `io::Error` wraps is one, which its `source` passes over.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(
        Some(error),
        |error: &&'a (dyn Error + 'static)| match (**error)
            .downcast_ref::<io::Error>()
            .map(io::Error::get_ref)
        {
            Some(inner) => inner.map(|inner| inner as &(dyn Error + 'static)),
            None => (**error).source(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use http::StatusCode;
    use rustls::{CertificateError, pki_types::ServerName};
    use std::io;

    #[test]
    fn names_in_a_certificate_are_not_shown() {
        let error = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("id.example.com").unwrap(),
            presented: vec!["other.example.com".to_owned()],
        };
        let error = io::Error::other(rustls::Error::InvalidCertificate(error));
        let failure = Failure::of_body(&io::Error::other(error));
        assert_eq!(failure, Failure::Certificate("it is for another name"));
        assert!(!failure.to_string().contains("example"));
    }

    #[test]
    fn only_failures_of_the_connection_are_retried() {
        let kind = io::ErrorKind::ConnectionReset;
        assert!(Failure::Connect(kind).is_of_connection());
        assert!(Failure::Connection(kind).is_of_connection());
        assert!(Failure::of_body(&io::Error::from(kind)).is_of_connection());
        let status = Failure::Status(StatusCode::SERVICE_UNAVAILABLE);
        for failure in [status, Failure::TimedOut, Failure::Tls, Failure::NotHttp] {
            assert!(!failure.is_of_connection(), "{failure}");
        }
    }
}
