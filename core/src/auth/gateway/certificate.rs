//! Client certificate that the gateway has checked.

use crate::auth::{AuthError, date, json::Object};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A client certificate that the gateway has checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    subject: String,
    issuer: String,
    serial_number: String,
    not_before: Option<String>,
    not_after: Option<String>,
    pem: Option<String>,
}

impl Certificate {
    pub(super) fn read(certificate: &Object<'_>) -> Result<Self, AuthError> {
        let required = |name| {
            certificate
                .owned_text(name)
                .ok_or(AuthError::MalformedContext)
        };
        let validity = certificate.object("validity")?;
        let limit = |name| validity.as_ref().and_then(|limits| limits.owned_text(name));
        Ok(Self {
            subject: match certificate.get("subjectDN") {
                Some(subject) if subject.get() == "\"\"" => return Err(AuthError::NoSubject),
                _ => required("subjectDN")?,
            },
            issuer: required("issuerDN")?,
            serial_number: required("serialNumber")?,
            not_before: limit("notBefore"),
            not_after: limit("notAfter"),
            pem: certificate.owned_text("clientCertPem"),
        })
    }

    /// The distinguished name of the client: `C=US,O=Example,CN=till-7`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The distinguished name of the issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial number as the gateway writes it, `a1:b2:c3`. It is unique for one issuer.
    #[must_use]
    pub fn serial_number(&self) -> &str {
        &self.serial_number
    }

    /// The start of its validity; `None` if the gateway did not write a valid date.
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        time(self.not_before.as_deref())
    }

    /// The end of its validity; `None` if the gateway did not write a valid date.
    #[must_use]
    pub fn not_after(&self) -> Option<SystemTime> {
        time(self.not_after.as_deref())
    }

    /// The certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> Option<&str> {
        self.pem.as_deref()
    }
}

fn time(text: Option<&str>) -> Option<SystemTime> {
    let seconds = date::certificate(text?)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Omits the certificate in PEM.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("serial_number", &self.serial_number)
            .finish_non_exhaustive()
    }
}
