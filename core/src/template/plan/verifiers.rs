//! Authenticators that verify callers in the function.

use crate::{
    auth::description::{Description, Kind},
    template::described::Described,
};

/// Whether the function verifies the caller itself.
pub(super) fn is_in_function(kind: Kind) -> bool {
    match kind {
        #[cfg(feature = "jwt")]
        Kind::Jwt | Kind::Cognito | Kind::Alb => true,
        #[cfg(feature = "api-keys")]
        Kind::ApiKey => true,
        // The gateway verifies certificates for a whole domain, not for a route.
        Kind::Custom | Kind::Mtls => true,
        Kind::GatewayJwt | Kind::GatewayCognito | Kind::Iam | Kind::Lambda => false,
    }
}

/// The verifiers that are asked: those of the outermost `Api` that read no context of a gateway.
pub(super) fn verifiers<'a>(api: &'a Described<'_>) -> impl Iterator<Item = &'a Description> {
    let all = api.manifest.authenticators.iter();
    let outermost = all.filter(|one| one.id == one.description.name);
    let descriptions = outermost.map(|one| &one.description);
    descriptions.filter(|one| is_in_function(one.kind) && one.kind != Kind::Mtls)
}
