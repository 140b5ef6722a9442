//! Authenticators for callers that the gateway in front of the function has authenticated.
//!
//! | authenticator | reads | sources |
//! |---|---|---|
//! | [`Iam`] | the signer of the request | REST API, HTTP API, function URL, VPC Lattice (event version 2) |
//! | [`CognitoAuthorizer`] | the claims of a token of a user pool | REST API, HTTP API |
//! | [`JwtAuthorizer`] | the claims of a token | HTTP API, REST API |
//! | [`LambdaAuthorizer`] | the context of a Lambda authorizer | REST API, HTTP API |
//! | [`MutualTls`] | the client certificate | REST API, HTTP API |
//!
//! HTTP API means both payload formats, 2.0 and 1.0. An identity in an event of another source, such
//! as an ALB, is rejected. The id of an API key is not an identity: keys of usage plans distinguish
//! customers and do not authenticate them
//! ([`Invocation::api_key_id`](crate::Invocation::api_key_id)).
//!
//! ```
//! use lambda_api::{Api, api_handler, auth::gateway::{Iam, JwtAuthorizer}, routes};
//!
//! #[api_handler(GET "/health", public)]
//! async fn health() -> &'static str { "ok" }
//!
//! // People come through the API of the template, other services through another one.
//! let api = Api::new()
//!     .authenticate(JwtAuthorizer::from_this_api())
//!     .authenticate(Iam::from_apis(["f6g7h8i9j0"]).account("123456789012"))
//!     .routes(routes![health]);
//! ```
//!
//! # Who can write a request context
//! The request context is JSON in the event, and it is not signed. **Whoever may invoke the function
//! directly can write any identity**: everyone with `lambda:InvokeFunction` on it, which includes the
//! Test button of the console, and every service in the function's resource policy. These
//! authenticators are as trustworthy as that permission. So:
//!
//! - Let only the API invoke the function. Its statement in the resource policy has the principal
//!   `apigateway.amazonaws.com` and a condition on `AWS:SourceArn` with the ARN of the API
//!   (`arn:aws:execute-api:REGION:ACCOUNT:API/*`); without the condition, any API of any account can
//!   invoke it. No statement has the principal `*`.
//!   See <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>.
//! - Keep `lambda:InvokeFunction` out of the policies of people and roles, including wildcards such as
//!   `lambda:*`.
//! - Name the APIs: `from_this_api` or `from_apis`. Events of another API are rejected: of one that
//!   somebody else puts in front of the function with an authorizer of their own, or of an older one
//!   without authorizers. The id is part of the event, too, so it does not replace the policy.
//! - A function URL invokes the function without the API. One with `AuthType: AWS_IAM` checks
//!   signatures, for [`Iam`]; one with `NONE` accepts every request, and its callers have no identity.
//! - An authorizer belongs to a route of the gateway, not to the function. Requests to a route without
//!   one have no identity, and are rejected unless the handler is `public`. Test requests in the console
//!   of a REST API skip authorizers.
//! - Where it matters, verify the token in this process: requests contain it behind a gateway as well,
//!   and `Jwt` and `Cognito` check its signature. Do not add an authenticator of this module beside
//!   them, since it would be a second way in.
//!
//! # Claims are strings
//! Gateways turn claims into strings; only the JWT authorizer of a REST API is documented to keep their
//! types. `Claims<T>` reads a `T` as from a token that was verified in this process: booleans and
//! numbers, also from the date that a REST API makes of `exp`; lists from `a,b` (REST API) and `[a b]`
//! (HTTP API); objects from their JSON. There are two limits:
//!
//! - Where `T` does not say what it expects, strings stay strings: `serde_json::Value`,
//!   `#[serde(flatten)]`, `#[serde(untagged)]`.
//! - A group whose name contains the separator is read as several groups. A Cognito group can be
//!   called `x,admins`, and a group of another issuer `team admins`: whoever can create such a group
//!   can become a member of `admins` here. Verify the token in this process, or restrict who can
//!   create groups.

mod certificate;
mod claims_coercion;
mod cognito;
mod iam;
mod jwt;
mod lambda;
mod mtls;
mod token;
mod trusted_apis;

pub use super::identity::LambdaIdentity;
pub use certificate::Certificate;
pub use cognito::CognitoAuthorizer;
pub use iam::{CognitoIdentity, Iam, IamIdentity};
pub use jwt::JwtAuthorizer;
pub use lambda::LambdaAuthorizer;
pub use mtls::MutualTls;

pub(crate) use claims_coercion::{Lists, from_str as coerced_claims};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use trusted_apis::OWN_IDS;

#[cfg(test)]
mod tests;
