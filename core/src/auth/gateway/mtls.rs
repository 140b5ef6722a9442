//! Callers with a client certificate.

use super::{
    date,
    object::Object,
    origin::{Event, Trust, origins},
};
use crate::{
    Request,
    auth::{Authenticator, Identity, IdentityKind, Refusal, Scheme},
    event::Source,
};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Trusts the client certificates that a custom domain of a REST API or an HTTP API has checked:
/// [mutual TLS](https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html).
///
/// ```
/// use lambda_api::{Api, auth::gateway::MutualTls};
///
/// let api = Api::new().authenticate(MutualTls::from_apis(["a1b2c3d4e5"]));
/// ```
///
/// The subject is the distinguished name in the certificate, the issuer that of who signed it. Every
/// authority in the trust store of the domain can sign any name: keep the store small, or look at
/// the issuer too. A certificate without a name is [`Refusal::NoSubject`].
///
/// API Gateway does not ask whether a certificate was revoked. On the API's own domain
/// (`execute-api`) nobody shows one, so that its requests are [`Refusal::Absent`]; turn that domain
/// off.
///
/// An ALB passes certificates on in headers, which are not read here.
#[derive(Clone, Debug)]
#[must_use]
pub struct MutualTls {
    trust: Trust,
}

origins!(MutualTls, "mtls");

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

impl MutualTls {
    fn trusting(trust: Trust) -> Self {
        Self { trust }
    }

    fn read(&self, request: &Request) -> Result<Identity, Refusal> {
        let event = Event::of(request)?;
        let certificate = find(&event)?.ok_or(Refusal::Absent)?;
        self.trust.check(
            &event,
            &[Source::RestApi, Source::HttpApi, Source::HttpApiV1],
        )?;
        Certificate::read(&certificate).map(Identity::from)
    }
}

/// `clientCert`: in `identity` of payload format 1.0, in `authentication` of 2.0.
fn find<'a>(event: &Event<'a>) -> Result<Option<Object<'a>>, Refusal> {
    let inside = |holder: Option<Object<'a>>| match holder {
        Some(holder) => holder.only_object("clientCert"),
        None => Ok(None),
    };
    let authentication = || event.context.object("authentication");
    match event.source {
        Source::RestApi | Source::HttpApiV1 => inside(event.identity()?),
        Source::HttpApi | Source::FunctionUrl => inside(authentication()?),
        _ => match inside(event.identity()?)? {
            Some(certificate) => Ok(Some(certificate)),
            None => inside(authentication()?),
        },
    }
}

impl Certificate {
    fn read(certificate: &Object<'_>) -> Result<Self, Refusal> {
        let required = |name| certificate.string(name).ok_or(Refusal::MalformedContext);
        let validity = certificate.object("validity")?;
        let limit = |name| validity.as_ref().and_then(|limits| limits.string(name));
        Ok(Self {
            subject: match certificate.get("subjectDN") {
                Some(subject) if subject.get() == "\"\"" => return Err(Refusal::NoSubject),
                _ => required("subjectDN")?,
            },
            issuer: required("issuerDN")?,
            serial_number: required("serialNumber")?,
            not_before: limit("notBefore"),
            not_after: limit("notAfter"),
            pem: certificate.string("clientCertPem"),
        })
    }

    /// The distinguished name of the client: `C=US,O=Example,CN=till-7`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The distinguished name of who signed the certificate.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial number, as the gateway writes it: `a1:b2:c3`. It is unique for one issuer.
    #[must_use]
    pub fn serial_number(&self) -> &str {
        &self.serial_number
    }

    /// When it becomes valid; `None` when the gateway wrote no date that can be read.
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        time(self.not_before.as_deref())
    }

    /// When it ends to be valid; `None` when the gateway wrote no date that can be read.
    #[must_use]
    pub fn not_after(&self) -> Option<SystemTime> {
        time(self.not_after.as_deref())
    }

    /// The certificate itself.
    #[must_use]
    pub fn pem(&self) -> Option<&str> {
        self.pem.as_deref()
    }
}

fn time(text: Option<&str>) -> Option<SystemTime> {
    let seconds = date::certificate(text?)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

impl From<Certificate> for Identity {
    fn from(certificate: Certificate) -> Self {
        Identity::new(certificate.subject.as_str())
            .with_issuer(certificate.issuer.as_str())
            .with_kind(IdentityKind::MutualTls(certificate))
    }
}

impl Identity {
    /// The client certificate of the caller, when the gateway checked one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self.kind() {
            IdentityKind::MutualTls(certificate) => Some(certificate),
            _ => None,
        }
    }
}

/// Without the certificate itself.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("serial_number", &self.serial_number)
            .finish_non_exhaustive()
    }
}

impl Authenticator for MutualTls {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "mtls", self.trust.apis())
            .challenge("ClientCertificate")
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        self.trust.faults()
    }
}
