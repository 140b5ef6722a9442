//! Authentication and authorization of one request.

use super::{
    Access, AuthError, Identity, IdentityRejection, Installed, extract::Recognised,
    list_claim::Lack,
};
use crate::{Problem, Request};
use http::{StatusCode, header::WWW_AUTHENTICATE};
use std::sync::Arc;

/// The authenticators and the access rule of a route.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The authenticators of the Api, in their order. The rule may name one.
    authenticators: Arc<[Installed]>,
    access: Access,
}

impl Policy {
    /// The policy of a route; `None` if callers are not authenticated: the Api has no authenticator, or
    /// the route is public and takes no identity.
    pub(crate) fn of(
        authenticators: &Arc<[Installed]>,
        access: Access,
        takes_identity: bool,
    ) -> Option<Self> {
        if authenticators.is_empty() || (access.public && !takes_identity) {
            return None;
        }
        Some(Self {
            authenticators: Arc::clone(authenticators),
            access,
        })
    }

    pub(crate) fn is_public(&self) -> bool {
        self.access.public
    }

    /// Puts the identity into the extensions of the request.
    ///
    /// # Errors
    /// The response for a caller that is not authenticated or not authorized.
    pub(crate) async fn admit(&self, request: &mut Request) -> Result<(), Problem> {
        let recognised = match self.recognise(request).await {
            Ok(identity) => {
                if !self.access.public {
                    self.authorize(&identity, request).await?;
                }
                Recognised::As(identity)
            }
            // The extractors of the handler decide.
            Err(rejection) if self.access.public => Recognised::Not(rejection),
            Err(rejection) => return Err(Problem::from_error(&rejection)),
        };
        request.extensions_mut().insert(recognised);
        Ok(())
    }

    async fn recognise(&self, request: &Request) -> Result<Identity, IdentityRejection> {
        let Some(name) = self.access.authenticator else {
            return self.ask_all(request, None).await;
        };
        let named = self.authenticators.iter().find(|one| one.name() == name);
        let rejection = match named {
            Some(named) => match named.authenticate(request).await {
                Ok(identity) => return Ok(identity),
                Err(rejection) => rejection,
            },
            None => AuthError::Absent,
        };
        // A response by the named authenticator alone would reveal that the route exists: callers that
        // are not authenticated get the same response as on a path without a route.
        self.ask_all(request, Some((name, rejection))).await?;
        let meant = named.map(|named| &*named.scheme);
        Err(IdentityRejection::new(rejection, meant))
    }

    /// Asks the authenticators in their order. `known` is the rejection by the one of this name, which
    /// was asked before.
    ///
    /// A recognised caller is rejected if the request has a credential for another authenticator as
    /// well: a gateway or a log in front of this process may go by that one.
    async fn ask_all(
        &self,
        request: &Request,
        known: Option<(&str, AuthError)>,
    ) -> Result<Identity, IdentityRejection> {
        for (index, one) in self.authenticators.iter().enumerate() {
            let verdict = match known {
                Some((name, rejection)) if one.name() == name => Err(rejection),
                _ => one.authenticate(request).await,
            };
            match verdict {
                Ok(identity) => {
                    for other in self.authenticators.iter().skip(index + 1) {
                        if !one.shares_credential(other) && other.has_credential(request).await {
                            let both = [&*one.scheme, &*other.scheme];
                            return Err(IdentityRejection::new(
                                AuthError::SeveralCredentials,
                                both,
                            ));
                        }
                    }
                    return Ok(identity);
                }
                Err(AuthError::Absent) => {}
                Err(rejection) => return Err(IdentityRejection::new(rejection, [&*one.scheme])),
            }
        }
        let asked = self.authenticators.iter().map(|one| &*one.scheme);
        Err(IdentityRejection::new(AuthError::Absent, asked))
    }

    async fn authorize(&self, identity: &Identity, request: &Request) -> Result<(), Problem> {
        if let Some(scopes) = self.access.scopes
            && !scopes.is_met(|scope| identity.has_scope(scope))
        {
            return Err(self.insufficient_scope(identity, &scopes.names.join(" ")));
        }
        if let Some(groups) = self.access.groups
            && !groups.is_met(|group| identity.in_group(group))
        {
            let names = groups.names.join("`, `");
            return Err(forbidden(format!(
                "the caller is not in the required groups `{names}`{}",
                because(identity.groups_lack())
            )));
        }
        if let Some(guard) = self.access.guard
            && !(guard.call)(identity, request).await
        {
            return Err(forbidden(format!(
                "the guard `{}` returned false",
                guard.name()
            )));
        }
        Ok(())
    }

    fn insufficient_scope(&self, identity: &Identity, scope: &str) -> Problem {
        let mut problem = Problem::new(StatusCode::FORBIDDEN, "insufficient_scope")
            .with_detail("a required scope is missing")
            .with_cause(format!(
                "the caller does not have the required scopes `{scope}`{}",
                because(identity.scopes_lack())
            ));
        let by = identity.authenticator();
        if let Some(one) = self.authenticators.iter().find(|one| one.name() == by) {
            let challenge = one
                .scheme
                .www_authenticate(Some("insufficient_scope"), Some(scope));
            problem.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        problem
    }
}

/// The problem with the claim that a rule needs, for the log.
fn because(lack: Option<&Lack>) -> String {
    lack.map(|lack| format!("; {lack}")).unwrap_or_default()
}

/// `reason` is for the log only.
fn forbidden(reason: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden")
        .with_detail("access denied")
        .with_cause(reason)
}
