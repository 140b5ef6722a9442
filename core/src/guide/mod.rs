//! The guide: one page for each subject that needs more room than the documentation of an item.
//!
//! | page | subject |
//! |---|---|
//! | [`handlers`] | arguments, routes, responses, errors, limits, layers |
//! | [`validation`] | rules for values, and the errors of values |
//! | [`access`] | authentication and access rules |
//! | [`authorizers`] | Lambda authorizers: decisions, policies, and the cache of the gateway |
//! | [`testing`] | tests of handlers, of whole APIs and of the compiled program |
//! | [`openapi`] | the OpenAPI document: what in a signature becomes what in it |
//! | [`local_runs`] | the command line and the local server |
//! | [`deploying`] | the template, building, deploying, timeouts, logs, the lifecycle of the process |
//! | [`infrastructure`] | the AWS CDK, Terraform and other programs that create an API |
//! | [`sources`] | the services that send requests to a function |
//! | [`streaming`] | responses that the client gets while they are made: events, exports, files; which sources stream |
//! | [`events`] | events that are not HTTP requests: queues, buckets, tables, streams, schedules; what is retried |
//! | [`websocket`] | WebSocket APIs: handlers, messages to clients, tests |
//! | [`server`] | the same program as an HTTP server, and an app inside axum |
//! | [`beside_axum`] | how this crate differs from axum on `lambda_http` |
//! | [`moving_over`] | moving a program from axum and `lambda_http`, with a table of idioms |
//! | [`costs`] | instructions, allocations, binary size and build time |
//!
//! The modules of the guide exist in the documentation only.

#[doc = include_str!("handlers.md")]
pub mod handlers {}

#[doc = include_str!("validation.md")]
pub mod validation {}

#[doc = include_str!("access.md")]
pub mod access {}

#[doc = include_str!("authorizers.md")]
pub mod authorizers {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("openapi.md")]
pub mod openapi {}

#[doc = include_str!("local_runs.md")]
pub mod local_runs {}

#[doc = include_str!("deploying.md")]
pub mod deploying {}

#[doc = include_str!("infrastructure.md")]
pub mod infrastructure {}

#[doc = include_str!("sources.md")]
pub mod sources {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("events.md")]
pub mod events {}

#[doc = include_str!("websocket.md")]
pub mod websocket {}

#[doc = include_str!("server.md")]
pub mod server {}

#[doc = include_str!("beside_axum.md")]
pub mod beside_axum {}

#[doc = include_str!("moving_over.md")]
pub mod moving_over {}

#[doc = include_str!("costs.md")]
pub mod costs {}
