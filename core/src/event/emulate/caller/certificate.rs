//! Callers with a client certificate.

use super::super::time::{certificate_time, rfc3339};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The certificate of a client, for a gateway with mutual TLS.
///
/// ```
/// use lambda_api::event::emulate::{ClientCertificate, GatewayContext};
///
/// let certificate = ClientCertificate::new("CN=till-7").serial_number("0a:1b");
/// let gateway = GatewayContext::new().domain("api.example.com").caller(certificate);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientCertificate {
    subject: String,
    issuer: String,
    serial_number: String,
    pem: String,
    /// `not_before` and `not_after`, in seconds since the epoch.
    valid: (u64, u64),
}

impl ClientCertificate {
    /// Creates a certificate with this subject, valid from 2020 to 2120.
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            issuer: "C=US,O=Example,CN=Example Private CA".to_owned(),
            serial_number: "a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1".to_owned(),
            pem: "-----BEGIN CERTIFICATE-----\nMIIEZTCCAk0CAQEwDQ\n-----END CERTIFICATE-----\n"
                .to_owned(),
            valid: (1_577_836_800, 4_733_510_400),
        }
    }

    /// Sets the issuer.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets the serial number.
    pub fn serial_number(mut self, number: impl Into<String>) -> Self {
        self.serial_number = number.into();
        self
    }

    /// Sets the certificate itself, as PEM.
    pub fn pem(mut self, pem: impl Into<String>) -> Self {
        self.pem = pem.into();
        self
    }

    /// Sets the validity, in seconds since the epoch.
    pub fn valid(mut self, not_before: u64, not_after: u64) -> Self {
        self.valid = (not_before, not_after);
        self
    }

    /// The certificate in API Gateway's format.
    pub(super) fn client_cert(&self) -> Value {
        json!({
            "clientCertPem": self.pem,
            "subjectDN": self.subject,
            "issuerDN": self.issuer,
            "serialNumber": self.serial_number,
            "validity": {
                "notBefore": certificate_time(self.valid.0),
                "notAfter": certificate_time(self.valid.1),
            },
        })
    }

    /// The headers of a load balancer that verifies certificates.
    ///
    /// See <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html>.
    pub(super) fn headers(&self) -> [(&'static str, String); 5] {
        let (not_before, not_after) = (rfc3339(self.valid.0), rfc3339(self.valid.1));
        [
            (
                "x-amzn-mtls-clientcert-serial-number",
                self.serial_number.clone(),
            ),
            ("x-amzn-mtls-clientcert-issuer", self.issuer.clone()),
            ("x-amzn-mtls-clientcert-subject", self.subject.clone()),
            (
                "x-amzn-mtls-clientcert-validity",
                format!("NotBefore={not_before};NotAfter={not_after}"),
            ),
            (
                "x-amzn-mtls-clientcert-leaf",
                utf8_percent_encode(&self.pem, LEAF).to_string(),
            ),
        ]
    }
}

/// The PEM is URL-encoded; `+`, `=` and `/` are safe characters.
const LEAF: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
    .remove(b'+')
    .remove(b'=')
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
