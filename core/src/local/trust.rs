//! What the authenticators of the program want to see of a gateway.

use super::caller::LocalCaller;
use crate::{Api, auth::GatewayScheme, event::Source};

/// The authenticators of identities that a gateway has verified, in front of which a source stands.
pub(super) struct Trust {
    schemes: Vec<GatewayScheme>,
    source: Source,
}

/// The issuer that a user pool of AWS's examples would be.
const USER_POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";

impl Trust {
    pub(super) fn of(api: &Api, source: Source) -> Self {
        let installed = api.all_authenticators();
        let schemes = installed
            .iter()
            .filter_map(|installed| installed.scheme.gateway.clone());
        Self {
            schemes: schemes.collect(),
            source,
        }
    }

    pub(super) fn nobody(source: Source) -> Self {
        Self {
            schemes: Vec::new(),
            source,
        }
    }

    pub(super) fn schemes(&self) -> &[GatewayScheme] {
        &self.schemes
    }

    /// The authenticators that look for such a caller.
    fn asked(&self, caller: &LocalCaller) -> Vec<&GatewayScheme> {
        let of_kind = |kind: &str| {
            let schemes = self.schemes.iter().filter(|scheme| scheme.kind == kind);
            schemes.collect::<Vec<_>>()
        };
        let asked = of_kind(caller.kind());
        // JWT authorizers verify tokens of user pools as well; a REST API has Cognito authorizers
        // besides, whose claims are nobody else's.
        let other = match caller.kind() {
            "cognito" => "jwt",
            "jwt" => "cognito",
            _ => return asked,
        };
        let is_shared = matches!(self.source, Source::HttpApi | Source::HttpApiV1)
            || (self.source == Source::RestApi && other == "cognito");
        if asked.is_empty() && is_shared {
            of_kind(other)
        } else {
            asked
        }
    }

    /// The caller with what those who look for it ask for, where `--as` did not say it: an issuer
    /// that they trust, a name where they look for one.
    pub(super) fn complete(&self, mut caller: LocalCaller) -> LocalCaller {
        let asked = self.asked(&caller);
        let issuers = asked.iter().flat_map(|scheme| &scheme.issuers);
        let issuer = issuers.map(String::as_str).next();
        let is_of_pool =
            caller.kind() == "cognito" || asked.iter().any(|scheme| scheme.kind == "cognito");
        if let Some(issuer) = issuer.or(is_of_pool.then_some(USER_POOL)) {
            caller.issued_by(issuer);
        }
        if let Some(scheme) = asked.first().filter(|scheme| scheme.kind == "lambda") {
            match &scheme.subject {
                Some(member) => caller.named_by(member),
                // This format does not send the principal.
                None if self.source == Source::HttpApi => caller.named_by("principalId"),
                None => {}
            }
        }
        caller
    }

    /// The id of the API that an event of these callers says it is from; `None` when no
    /// authenticator cares.
    ///
    /// It is one of the ids of the authenticators that look for such a caller, and one that all of
    /// them trust where there is one; when they trust any, it is one that another authenticator
    /// trusts.
    pub(super) fn api_id(&self, callers: &[LocalCaller]) -> Option<&str> {
        let asked: Vec<&[String]> = callers
            .iter()
            .flat_map(|caller| self.asked(caller))
            .map(|scheme| scheme.apis.as_slice())
            .filter(|apis| !apis.is_empty())
            .collect();
        let mut all = self.schemes.iter().map(|scheme| scheme.apis.as_slice());
        let any = || all.find(|apis| !apis.is_empty());
        let first = asked.first().copied().or_else(any)?;
        let is_common = |id: &&String| asked.iter().all(|apis| apis.contains(id));
        let suits = |id: &&String| suits(id, self.source);
        let mut common = first.iter().filter(is_common);
        let id = common.clone().find(suits);
        let id = id
            .or_else(|| common.next())
            .or_else(|| first.iter().find(suits))
            .or(first.first());
        id.map(String::as_str)
    }

    /// What a developer may wonder about: callers that nobody looks for, authenticators that trust
    /// another API than the one of the events.
    pub(super) fn warnings(&self, callers: &[LocalCaller]) -> Vec<String> {
        // An API key recognises nobody.
        let unheard = callers
            .iter()
            .filter(|caller| caller.kind() != "api-key" && self.asked(caller).is_empty());
        let mut warnings: Vec<String> = unheard
            .map(|caller| {
                format!(
                    "warning: no authenticator of this API recognises `--as {caller}`; it is in \
                     the request context, and nothing else comes of it. An authenticator that \
                     verifies tokens itself is to be sent one"
                )
            })
            .collect();
        if let Some(id) = self.api_id(callers) {
            let asked = callers.iter().flat_map(|caller| self.asked(caller));
            let elsewhere = asked.filter(|scheme| {
                !scheme.apis.is_empty() && !scheme.apis.iter().any(|known| known == id)
            });
            warnings.extend(elsewhere.map(|scheme| {
                format!(
                    "warning: events come from the API `{id}`, and an authenticator for `{}` \
                     trusts only {}: its routes refuse this caller",
                    scheme.kind,
                    scheme.apis.join(", ")
                )
            }));
        }
        warnings
    }
}

/// Services of VPC Lattice have ids and ARNs that nothing else has.
fn suits(id: &str, source: Source) -> bool {
    let of_lattice = id.starts_with("svc-") || id.starts_with("arn:");
    of_lattice == matches!(source, Source::LatticeV1 | Source::LatticeV2)
}

#[cfg(test)]
mod tests;
