//! Callers whom the gateway in front of the function has recognised.
//!
//! | authenticator | reads | of |
//! |---|---|---|
//! | [`Iam`] | who signed the request | REST API, HTTP API, function URL, VPC Lattice (event version 2) |
//! | [`CognitoAuthorizer`] | the claims of a token of a user pool | REST API, HTTP API |
//! | [`JwtAuthorizer`] | the claims of any token | HTTP API, REST API |
//! | [`LambdaAuthorizer`] | what a Lambda authorizer says | REST API, HTTP API |
//! | [`MutualTls`] | the client certificate | REST API, HTTP API |
//!
//! HTTP API means both payload formats, 2.0 and 1.0. An identity in an event of another source, an
//! ALB say, is refused. The id of an API key is no identity: keys of usage plans tell customers
//! apart, they prove nothing ([`Invocation::api_key_id`](crate::Invocation::api_key_id)).
//!
//! ```
//! use lambda_api::{Api, api_handler, auth::gateway::{Iam, JwtAuthorizer}, routes};
//!
//! #[api_handler(GET "/health", public)]
//! async fn health() -> &'static str { "ok" }
//!
//! // People come through one API, other services through another.
//! let api = Api::new()
//!     .authenticate(JwtAuthorizer::from_apis(["a1b2c3d4e5"]))
//!     .authenticate(Iam::from_apis(["f6g7h8i9j0"]).account("123456789012"))
//!     .routes(routes![health]);
//! ```
//!
//! # Who can write a request context
//! What the gateway found out is JSON in the event, and nothing signs it. **Whoever may invoke the
//! function directly can write any identity**: everybody with `lambda:InvokeFunction` on it, which
//! includes the console's Test button, and every other service that the function's resource policy
//! lets in. The authenticators here are worth as much as that permission. So:
//!
//! - Let the API alone invoke the function. Its statement in the resource policy has the principal
//!   `apigateway.amazonaws.com` and a condition on `AWS:SourceArn` with the ARN of the API
//!   (`arn:aws:execute-api:REGION:ACCOUNT:API/*`); without the condition any API of any account
//!   will do. No statement has the principal `*`.
//!   See <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>.
//! - Keep `lambda:InvokeFunction` out of the policies of people and roles, wildcards such as
//!   `lambda:*` included.
//! - Name the APIs: `from_apis`. It keeps out an API that somebody else puts in front of the same
//!   function with an authorizer of their own, and an older one that has none. The id stands in the
//!   event too, so that it does not replace the policy.
//! - A function URL invokes the function past the API. One with `AuthType: AWS_IAM` is for [`Iam`]
//!   and checks signatures; one with `NONE` lets everybody in, and they are nobody here.
//! - An authorizer belongs to a route of the gateway, not to the function. A route without one
//!   sends its requests without an identity, and they are refused here unless the handler is
//!   `public`. Test requests from the console of a REST API skip authorizers.
//! - Where it matters, verify the token in this process instead, which stands in the request behind
//!   a gateway, too: `Jwt` and `Cognito` look at the signature, which nobody can write. Beside them,
//!   an authenticator of this module would be another way in.
//!
//! # Claims are strings
//! Gateways make strings of claims; the JWT authorizer of a REST API alone is said to leave them their
//! types. `Claims<T>` gives a `T` the types that it has for a token
//! verified here: booleans and numbers, also from the date that a REST API makes of `exp`; lists
//! from `a,b` (REST API) and `[a b]` (HTTP API); objects from their JSON. Two things are lost:
//!
//! - Where `T` does not say what it expects, strings stay strings: `serde_json::Value`,
//!   `#[serde(flatten)]`, `#[serde(untagged)]`.
//! - A group whose name has the separator in it cannot be told from several. A Cognito group can be
//!   called `x,admins`, and another issuer's `team admins`: whoever may make up such names becomes
//!   a member of `admins` here. Verify the token in this process, or let few people name groups.

mod cognito;
mod date;
mod iam;
mod jwt;
mod lambda;
mod lists;
mod mtls;
mod object;
mod origin;
mod stringified;
mod token;

pub use cognito::CognitoAuthorizer;
pub use iam::{CognitoIdentity, Iam, IamIdentity};
pub use jwt::JwtAuthorizer;
pub use lambda::{LambdaAuthorizer, LambdaIdentity};
pub use mtls::{Certificate, MutualTls};

pub(crate) use lists::Lists;
pub(crate) use stringified::from_str as stringified_claims;

#[cfg(test)]
mod tests;
