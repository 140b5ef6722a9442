//! The same program as an HTTP server: in a container, on a virtual machine, under AWS Lambda Web
//! Functions.
//!
//! Its goal is that a program that runs on Lambda needs no change to run elsewhere. Handlers, layers,
//! authenticators, limits and problems are the same; responses are streams, as they are made. Three
//! things are different, because there is no gateway:
//!
//! - [`Invocation::source`](crate::Invocation::source) is `None`, and the authenticators of
//!   [`auth::gateway`](crate::auth::gateway) reject every request: a header or a body cannot prove
//!   what a gateway would have verified. Tokens are verified in the process.
//! - [`Invocation::source_ip`](crate::Invocation::source_ip) is the address of the socket. Behind a load
//!   balancer, that is the load balancer, until [`Serve::trusted_proxies`] names it. A rule about addresses
//!   without this setting is a rule about the load balancer.
//! - There is no TLS: a load balancer terminates it.
//!
//! The [guide](crate::guide::server) has the settings, and what runs where.

mod accept;
mod access_log;
mod address;
mod connection;
mod finished;
mod flow;
mod head;
mod health;
mod io;
mod peer;
mod proxies;
mod rarely;
mod respond;
mod sent;
mod serve;
mod settings;
mod shared;
mod signals;
mod stage;
mod start;
mod watch;

pub use serve::{Serve, serve};

pub(crate) use address::Address;
pub(crate) use signals::{Signals, catch_signals};
pub(crate) use start::start;
