//! Requirements of the authenticators for callers and APIs in events.

use super::caller::LocalCaller;
use crate::{Api, auth::GatewayScheme, event::Source};

/// The gateway authenticators of the program, and the source of events.
pub(super) struct Trust {
    schemes: Vec<GatewayScheme>,
    source: Source,
}

/// The issuer of a user pool in AWS's examples.
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

    pub(super) fn none(source: Source) -> Self {
        Self {
            schemes: Vec::new(),
            source,
        }
    }

    pub(super) fn schemes(&self) -> &[GatewayScheme] {
        &self.schemes
    }

    /// The authenticators that recognise such a caller.
    fn asked(&self, caller: &LocalCaller) -> Vec<&GatewayScheme> {
        let of_kind = |kind: &str| {
            let schemes = self.schemes.iter().filter(|scheme| scheme.kind == kind);
            schemes.collect::<Vec<_>>()
        };
        let asked = of_kind(caller.kind());
        // JWT authorizers verify tokens of user pools as well. A REST API also has Cognito
        // authorizers, whose claims only `CognitoAuthorizer` reads.
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

    /// Adds what the authenticators require and `--as` left out: a trusted issuer, the member with the
    /// subject.
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

    /// The id of the API in events of these callers; `None` if every authenticator trusts any API.
    ///
    /// It is an id that the authenticators of these callers trust, all of them if possible. If they
    /// trust any API, it is one that another authenticator trusts.
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

    /// Warnings about callers that no authenticator recognises, and about authenticators that trust
    /// another API than that of the events.
    pub(super) fn warnings(&self, callers: &[LocalCaller]) -> Vec<String> {
        // An API key of the gateway is not an identity.
        let unheard = callers
            .iter()
            .filter(|caller| caller.kind() != "api-key" && self.asked(caller).is_empty());
        let mut warnings: Vec<String> = unheard
            .map(|caller| {
                format!(
                    "warning: no authenticator of this API recognises `--as {caller}`: it is only in \
                     the request context. Authenticators that verify tokens need a token"
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
                     trusts only {}: its routes reject this caller",
                    scheme.kind,
                    scheme.apis.join(", ")
                )
            }));
        }
        warnings
    }
}

/// Only services of VPC Lattice have such ids and ARNs.
fn suits(id: &str, source: Source) -> bool {
    let of_lattice = id.starts_with("svc-") || id.starts_with("arn:");
    of_lattice == matches!(source, Source::LatticeV1 | Source::LatticeV2)
}

#[cfg(test)]
mod tests;
