//! What can go wrong with a fetch.

use super::url::UrlError;
use http::StatusCode;
use rustls::CertificateError;
use std::io;

/// Why keys could not be fetched: for the log, so it has nothing of what was sent or received but
/// a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("there is no tokio runtime to fetch with")]
    NoRuntime,
    #[error("the fetch took too long")]
    TimedOut,

    #[error("the host has no address: {0}")]
    Lookup(io::ErrorKind),
    #[error("http is for loopback alone, and the host is elsewhere")]
    NotLoopback,
    #[error("no connection could be made: {0}")]
    Connect(io::ErrorKind),
    #[error("the connection broke: {0}")]
    Connection(io::ErrorKind),
    #[error("TLS could not be set up")]
    TlsSetup,
    #[error("the certificate of the host is not accepted: {0}")]
    Certificate(&'static str),
    #[error("the host does not speak TLS as it is expected")]
    Tls,
    #[error("the answer is not HTTP")]
    NotHttp,

    #[error("the status of the answer is {0}, not 200; redirects are not followed")]
    Status(StatusCode),
    #[error("the answer is encoded, which was not asked for")]
    Encoded,
    #[error("the answer is larger than 150 KB")]
    TooLarge,

    #[error("the metadata of the issuer are not JSON with an issuer and a jwks_uri")]
    NotMetadata,
    #[error("the metadata are those of another issuer")]
    WrongIssuer,
    #[error("discovery leads to a URL that is not accepted: {0}")]
    Discovery(UrlError),

    #[error("the answer is not the document that is expected")]
    NotADocument,
}

impl Failure {
    /// Whether it is one of the connection, so that another one may do better.
    pub(super) fn is_of_connection(self) -> bool {
        matches!(
            self,
            Self::Lookup(_) | Self::Connect(_) | Self::Connection(_)
        )
    }

    /// Whether there is nothing at the URL, by the word of the host.
    pub(super) fn is_missing(self) -> bool {
        matches!(
            self,
            Self::Status(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE)
        )
    }

    /// Whether the host says that what it had is there no longer: then what was fetched before is not
    /// to be trusted for another day. Where the URL names a key, 404 says so as well; at the URL of a
    /// whole set, it may be a mistake of a deployment.
    pub(super) fn takes_back(self, names_key: bool) -> bool {
        match self {
            Self::Status(StatusCode::GONE) => true,
            Self::Status(StatusCode::NOT_FOUND) => names_key,
            _ => false,
        }
    }

    /// From an error while TLS is negotiated.
    pub(super) fn of_tls(error: &io::Error) -> Self {
        let tls = error
            .get_ref()
            .and_then(|error| error.downcast_ref::<rustls::Error>());
        match tls {
            None => Self::Connection(error.kind()),
            // The error's own text has the names in the certificate.
            Some(rustls::Error::InvalidCertificate(error)) => Self::Certificate(match error {
                CertificateError::UnknownIssuer => "nobody who is trusted has issued it",
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
            Some(_) => Self::Tls,
        }
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        if error.is_parse() {
            return Self::NotHttp;
        }
        let io = std::error::Error::source(&error)
            .and_then(|source| source.downcast_ref::<io::Error>())
            .map_or(io::ErrorKind::UnexpectedEof, io::Error::kind);
        Self::Connection(io)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use http::StatusCode;
    use rustls::{CertificateError, pki_types::ServerName};
    use std::io;

    #[test]
    fn the_names_in_a_certificate_stay_out_of_the_text() {
        let error = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("id.example.com").unwrap(),
            presented: vec!["other.example.com".to_owned()],
        };
        let error = io::Error::other(rustls::Error::InvalidCertificate(error));
        let failure = Failure::of_tls(&error);
        assert_eq!(failure, Failure::Certificate("it is for another name"));
        assert!(!failure.to_string().contains("example"));
    }

    #[test]
    fn only_what_the_connection_did_is_tried_again() {
        let kind = io::ErrorKind::ConnectionReset;
        assert!(Failure::Connect(kind).is_of_connection());
        assert!(Failure::Connection(kind).is_of_connection());
        assert!(Failure::of_tls(&kind.into()).is_of_connection());
        let status = Failure::Status(StatusCode::SERVICE_UNAVAILABLE);
        for failure in [status, Failure::TimedOut, Failure::Tls, Failure::NotHttp] {
            assert!(!failure.is_of_connection(), "{failure}");
        }
    }
}
