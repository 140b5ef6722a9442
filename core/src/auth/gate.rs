//! Authentication and authorisation of one request.

use super::{
    Access, Identity, IdentityRejection, Installed, Refusal, challenge::challenge,
    list_claim::Lack, take::Recognised,
};
use crate::{Problem, Request};
use http::{StatusCode, header::WWW_AUTHENTICATE};
use std::sync::Arc;

/// Who is asked about the caller of a route, and what the route asks of the caller.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Those of the Api, in their order; the rule may name the one that it means.
    authenticators: Arc<[Installed]>,
    access: Access,
}

impl Policy {
    /// The policy of a route; `None` where nobody needs to be asked: nothing in the Api is closed,
    /// or the route is public and takes no identity.
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

    /// Lets the request go on, with the identity in its extensions, or makes the problem that
    /// answers it.
    pub(crate) async fn admit(&self, request: &mut Request) -> Result<(), Problem> {
        let recognised = match self.recognise(request).await {
            Ok(identity) => {
                if !self.access.public {
                    self.authorise(&identity, request).await?;
                }
                Recognised::As(identity)
            }
            // The extractors of the handler decide: `None`, a refusal, or whatever it makes of a
            // `Result`.
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
        let refusal = match named {
            Some(named) => match named.authenticate(request).await {
                Ok(identity) => return Ok(identity),
                Err(refusal) => refusal,
            },
            None => Refusal::Absent,
        };
        // Which authenticator a route means tells that the route exists. So who is nobody gets the
        // answer of a path where no route is, and that is for all of them to give.
        self.ask_all(request, Some((name, refusal))).await?;
        let meant = named.map(|named| &*named.scheme);
        Err(IdentityRejection::new(refusal, meant))
    }

    /// Asks one after the other; what the one of this name says is known.
    ///
    /// Who is recognised by one must not bring a credential for another: whoever stands before this
    /// process, a gateway or a log, may go by the other one.
    async fn ask_all(
        &self,
        request: &Request,
        known: Option<(&str, Refusal)>,
    ) -> Result<Identity, IdentityRejection> {
        for (index, one) in self.authenticators.iter().enumerate() {
            let verdict = match known {
                Some((name, refusal)) if one.name() == name => Err(refusal),
                _ => one.authenticate(request).await,
            };
            match verdict {
                Ok(identity) => {
                    for other in self.authenticators.iter().skip(index + 1) {
                        if !one.shares_credential(other) && other.has_credential(request).await {
                            let both = [&*one.scheme, &*other.scheme];
                            return Err(IdentityRejection::new(Refusal::SeveralCredentials, both));
                        }
                    }
                    return Ok(identity);
                }
                Err(Refusal::Absent) => {}
                Err(refusal) => return Err(IdentityRejection::new(refusal, [&*one.scheme])),
            }
        }
        let asked = self.authenticators.iter().map(|one| &*one.scheme);
        Err(IdentityRejection::new(Refusal::Absent, asked))
    }

    async fn authorise(&self, identity: &Identity, request: &Request) -> Result<(), Problem> {
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
                "the caller is not in the groups of the rule: `{names}`{}",
                because(identity.groups_lack())
            )));
        }
        if let Some(guard) = self.access.guard
            && !(guard.call)(identity, request).await
        {
            return Err(forbidden(format!("the guard `{}` said no", guard.name())));
        }
        Ok(())
    }

    fn insufficient_scope(&self, identity: &Identity, scope: &str) -> Problem {
        let mut problem = Problem::new(StatusCode::FORBIDDEN, "insufficient_scope")
            .with_detail("the credentials lack a scope that this needs")
            .with_cause(format!(
                "the caller lacks a scope of the rule: `{scope}`{}",
                because(identity.scopes_lack())
            ));
        let by = identity.authenticator();
        if let Some(one) = self.authenticators.iter().find(|one| one.name() == by) {
            let challenge = challenge(&one.scheme, Some("insufficient_scope"), Some(scope));
            problem.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        problem
    }
}

/// What a rule that is not met adds where the claim that it needs could not be read.
fn because(lack: Option<&Lack>) -> String {
    lack.map(|lack| format!("; {lack}")).unwrap_or_default()
}

/// The caller is known, and is not let in; `reason` is for the log.
fn forbidden(reason: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden")
        .with_detail("this is not open to the caller")
        .with_cause(reason)
}
