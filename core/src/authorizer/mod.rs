//! Lambda authorizers: functions that decide for API Gateway who may call an API.
//!
//! A gateway calls an authorizer before the function of a route, hands over the request without its body, and gets a
//! decision: [`Allow`], [`Deny`], or an error. It caches the decision, so it must be right for *all* requests with the
//! same credential; [the page on authorizers](crate::guide::authorizers) explains that trap.
//!
//! An authorizer is closed by default. An event that cannot be read, a handler that fails, and a decision that
//! a policy cannot express exactly are failed invocations, for which the gateway lets nothing pass.

mod arn;
mod context;
mod decision;
mod handler;
mod pattern;
mod policy;
mod request;
mod verify;
mod wire;

pub use arn::{InvalidRouteArn, RouteArn};
pub use context::ContextValue;
pub use decision::{Allow, Decision, Deny, IntoDecision, Unauthorized};
pub use pattern::PathPattern;
pub use request::{AuthorizerRequest, InvalidAuthorizerEvent};

pub use crate::events::AuthorizerKind;

#[doc(hidden)]
pub use handler::{authorize, decided};
