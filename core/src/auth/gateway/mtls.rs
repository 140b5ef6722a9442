//! Authenticator for callers with a client certificate.

use super::{
    certificate::Certificate,
    trusted_apis::{API_GATEWAY, Event, Trust, origins},
};
use crate::{
    Request,
    auth::{
        AuthError, Authenticator, Identity, IdentityKind, Installed, Scheme,
        authenticator::{BuiltIn, Own},
        description::{Description, Kind},
        install,
        json::Object,
    },
    event::Source,
    setting::{Setting, Visit},
};

/// Authenticator for callers whose client certificate was checked by a custom domain of a REST API or an
/// HTTP API:
/// [mutual TLS](https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html).
///
/// ```
/// use lambda_api::{Api, auth::gateway::MutualTls};
///
/// let api = Api::new().authenticate(MutualTls::from_apis(["a1b2c3d4e5"]));
/// ```
///
/// Subject and issuer are the distinguished names in the certificate. Every authority in the trust
/// store of the domain can sign any name: keep the store small, or check the issuer too. A certificate
/// without a subject is rejected with [`AuthError::NoSubject`].
///
/// API Gateway does not check whether a certificate was revoked. The API's own domain (`execute-api`)
/// does not ask for certificates: its requests are [`AuthError::Absent`], so disable that domain.
///
/// The headers in which an ALB forwards certificates are not read.
#[derive(Clone, Debug)]
#[must_use]
pub struct MutualTls {
    trust: Trust,
}

origins!(MutualTls, "mtls");

impl MutualTls {
    fn trusting(trust: Trust) -> Self {
        Self { trust }
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        let event = Event::of(request)?;
        let certificate = find(&event)?.ok_or(AuthError::Absent)?;
        self.trust.check(&event, API_GATEWAY)?;
        Certificate::read(&certificate).map(Identity::from)
    }
}

/// `clientCert`: in `identity` of payload format 1.0, in `authentication` of 2.0.
fn find<'a>(event: &Event<'a>) -> Result<Option<Object<'a>>, AuthError> {
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

impl From<Certificate> for Identity {
    fn from(certificate: Certificate) -> Self {
        Identity::new(certificate.subject())
            .with_issuer(certificate.issuer())
            .with_kind(IdentityKind::MutualTls(certificate))
    }
}

impl Identity {
    /// The client certificate; `None` if the gateway did not check one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self.kind() {
            IdentityKind::MutualTls(certificate) => Some(certificate),
            _ => None,
        }
    }
}

impl Authenticator for MutualTls {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "mtls", self.trust.apis())
            .challenge("ClientCertificate")
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.read(request)
    }

    fn config_errors(&self) -> Vec<String> {
        self.checked(|| self.trust.config_errors())
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for MutualTls {
    fn describe(&self) -> Description {
        self.trust.describe(Kind::Mtls, &self.scheme())
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        let mut visited = self.clone();
        visited.trust.settings(visit);
        install(visited)
    }
}
