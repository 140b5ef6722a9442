//! `TestIssuer`, judged by a verifier that is not of this project, and by HTTP spoken by hand.

mod http;
mod invalid;
mod keys;
mod kinds;
mod server;
mod server_errors;
mod tokens;
mod verifier;
