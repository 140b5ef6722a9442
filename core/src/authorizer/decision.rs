//! What an authorizer decides.

use super::{
    context::{Context, ContextValue},
    pattern::PathPattern,
};
use crate::Error;
use http::Method;
use std::fmt;

/// Decision that a caller may call some routes, or all.
///
/// [`Allow::all_routes`] is the usual one. A policy of [routes](Allow::route) lists everything that the caller may
/// call, not only what the request at hand needs: API Gateway caches a decision, and applies it to the next requests
/// of the same caller. [The page on authorizers](crate::guide::authorizers) explains that.
///
/// ```
/// use lambda_api::{authorizer::Allow, http::Method};
///
/// let reader = Allow::new("alice").route(Method::GET, "/orders/*").context("tenant", "north");
/// let admin = Allow::all_routes("root");
/// ```
///
/// An `Allow` without routes denies every request.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Allow {
    pub(super) principal: String,
    pub(super) routes: Routes,
    pub(super) context: Context,
    pub(super) usage_identifier_key: Option<String>,
}

/// What is allowed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Routes {
    All,
    /// Only what the request is for.
    This,
    Listed(Vec<(Method, PathPattern)>),
}

/// The methods that API Gateway knows.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

impl Allow {
    fn with(principal: impl Into<String>, routes: Routes) -> Self {
        Self {
            principal: principal.into(),
            routes,
            context: Context::default(),
            usage_identifier_key: None,
        }
    }

    /// Allows all routes of the stage that the request is for.
    pub fn all_routes(principal: impl Into<String>) -> Self {
        Self::with(principal, Routes::All)
    }

    /// Allows only the method and path of the request at hand.
    ///
    /// API Gateway must not cache such a decision: it would deny all other routes to the same caller, until the cached
    /// decision expires. So the authorizer must say `#[authorizer(per_request)]`, with which the template turns the
    /// cache off; otherwise this is an error, which denies the request. It is one as well if the path has `*` or `?`,
    /// which a policy would read as patterns.
    pub fn this_route_only(principal: impl Into<String>) -> Self {
        Self::with(principal, Routes::This)
    }

    /// Allows nothing yet: add [routes](Allow::route).
    ///
    /// The principal names the caller, in access logs and as `principalId` in the request context of the API's
    /// functions. Payload format 2.0 of an HTTP API hands over the context alone: there it is the member `sub`, unless
    /// [`context`](Allow::context) sets one.
    pub fn new(principal: impl Into<String>) -> Self {
        Self::with(principal, Routes::Listed(Vec::new()))
    }

    /// Allows a method on the paths of a [pattern](PathPattern).
    ///
    /// On a decision for all routes, or for the one of the request, it replaces that.
    pub fn route(mut self, method: Method, pattern: impl Into<PathPattern>) -> Self {
        let route = (method, pattern.into());
        match &mut self.routes {
            Routes::Listed(routes) => routes.push(route),
            other => *other = Routes::Listed(vec![route]),
        }
        self
    }

    /// Allows every method on the paths of a [pattern](PathPattern).
    ///
    /// It is one entry of the policy for each of the seven methods of API Gateway: a wildcard for the method would
    /// match parts of a path, too.
    pub fn any_method(self, pattern: impl Into<PathPattern>) -> Self {
        let pattern = pattern.into();
        METHODS
            .into_iter()
            .fold(self, |allow, method| allow.route(method, pattern.clone()))
    }

    /// Adds a value to the context, which the gateway hands to the API's functions:
    /// [`LambdaAuthorizer`](crate::auth::gateway::LambdaAuthorizer) reads it there.
    ///
    /// A second value for a name replaces the first. A REST API hands all values over as texts.
    pub fn context(mut self, name: impl Into<String>, value: impl Into<ContextValue>) -> Self {
        self.context.set(name.into(), value.into());
        self
    }

    /// Sets the key of the usage plan that the request counts for. A REST API reads it if the source of its API keys
    /// is `AUTHORIZER`; other APIs do not.
    pub fn usage_identifier_key(mut self, key: impl Into<String>) -> Self {
        self.usage_identifier_key = Some(key.into());
        self
    }
}

/// Without the values of the context and the usage plan's key.
impl fmt::Debug for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allow")
            .field("principal", &self.principal)
            .field("routes", &self.routes)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

/// Decision that a caller may call nothing: the client gets 403.
///
/// It is for callers that are known. [`Unauthorized`] is for the others.
///
/// It is an error, too, so that `?` returns it from a handler.
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("the authorizer denied the request")]
#[must_use]
pub struct Deny {
    pub(super) principal: String,
    pub(super) context: Context,
}

impl Deny {
    /// Denies all routes to this caller. API Gateway caches it as it does an [`Allow`].
    pub fn new(principal: impl Into<String>) -> Self {
        Self {
            principal: principal.into(),
            context: Context::default(),
        }
    }

    /// Adds a value to the context, which templates of gateway responses can read.
    pub fn context(mut self, name: impl Into<String>, value: impl Into<ContextValue>) -> Self {
        self.context.set(name.into(), value.into());
        self
    }
}

/// Without the values of the context.
impl fmt::Debug for Deny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deny")
            .field("principal", &self.principal)
            .field("context", &self.context)
            .finish()
    }
}

/// Error returned by an authorizer for a caller without a valid credential: the client gets 401.
///
/// The invocation fails with exactly the message `Unauthorized`, which is how API Gateway tells a 401 from the 500 of
/// any other error. It is not cached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("Unauthorized")]
pub struct Unauthorized;

/// A decision of an authorizer.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Decision {
    /// The caller may call some routes, or all.
    Allow(Allow),
    /// The caller may call nothing.
    Deny(Deny),
}

impl From<Allow> for Decision {
    fn from(allow: Allow) -> Self {
        Self::Allow(allow)
    }
}

impl From<Deny> for Decision {
    fn from(deny: Deny) -> Self {
        Self::Deny(deny)
    }
}

/// What an `#[authorizer]` returns: [`Allow`], [`Deny`], [`Decision`], or a `Result` of one of them.
///
/// The error of a `Result` is [`Unauthorized`] (the client gets 401), [`Deny`] (403), or any other error: it is
/// logged, and the client gets 500. With [`Error`], `?` takes all of them. The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision of an authorizer",
    label = "expected `Allow`, `Deny`, `Decision`, or a `Result` of one of them",
    note = "a boolean says neither who the caller is nor what is allowed: `Allow::all_routes(\"alice\")`, `Err(Unauthorized)`"
)]
pub trait IntoDecision: Sealed {
    /// The decision, or the error.
    ///
    /// # Errors
    /// The error of the authorizer, unless it is a [`Deny`].
    fn into_decision(self) -> Result<Decision, Error>;
}

/// Only the types of this module are decisions.
pub trait Sealed {}

impl Sealed for Allow {}
impl Sealed for Deny {}
impl Sealed for Decision {}
impl<T: Into<Decision>, E: Into<Error>> Sealed for Result<T, E> {}

impl IntoDecision for Allow {
    fn into_decision(self) -> Result<Decision, Error> {
        Ok(self.into())
    }
}

impl IntoDecision for Deny {
    fn into_decision(self) -> Result<Decision, Error> {
        Ok(self.into())
    }
}

impl IntoDecision for Decision {
    fn into_decision(self) -> Result<Decision, Error> {
        Ok(self)
    }
}

impl<T: Into<Decision>, E: Into<Error>> IntoDecision for Result<T, E> {
    fn into_decision(self) -> Result<Decision, Error> {
        match self {
            Ok(decision) => Ok(decision.into()),
            Err(error) => denied(error.into()),
        }
    }
}

/// The decision in an error, if it is one.
pub(super) fn denied(error: Error) -> Result<Decision, Error> {
    match error.downcast_ref::<Deny>() {
        Some(deny) => Ok(deny.clone().into()),
        None => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_may_be_a_decision() {
        let deny = Deny::new("alice").context("reason", "closed");
        let of: Result<Allow, Deny> = Err(deny.clone());
        assert_eq!(of.into_decision().unwrap(), Decision::Deny(deny.clone()));
        let of: Result<Allow, Error> = Err(deny.clone().into());
        assert_eq!(of.into_decision().unwrap(), Decision::Deny(deny));
        let of: Result<Allow, Unauthorized> = Err(Unauthorized);
        let error = of.into_decision().unwrap_err();
        assert_eq!(error.to_string(), "Unauthorized");
        assert!(error.downcast_ref::<Unauthorized>().is_some());
    }

    #[test]
    fn debug_shows_no_values() {
        let allow = Allow::all_routes("alice")
            .context("card", "s3cret")
            .usage_identifier_key("s3cret");
        let deny = Deny::new("alice").context("card", "s3cret");
        for shown in [format!("{allow:?}"), format!("{deny:?}")] {
            assert!(
                shown.contains("card") && !shown.contains("s3cret"),
                "{shown}"
            );
        }
    }
}
