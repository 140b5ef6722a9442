//! `TestIssuer`, judged by a verifier that is not of this project, and by HTTP spoken by hand.

mod faults;
mod http;
mod keys;
mod kinds;
mod server;
mod server_faults;
mod tokens;
mod verifier;
