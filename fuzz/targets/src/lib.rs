//! What is fuzzed, as plain functions of bytes.
//!
//! Each module is one target: its `run` takes any bytes, and panics when something that has to hold
//! does not. libFuzzer calls it from `fuzz/fuzz_targets`; the test `replay` calls it on stable with
//! every seed, and with every input that once was a fault.
//!
//! The targets use the public interface of the crates. Three things have none, and are taken over as
//! files: the example `echo`, which is a program, the parsers of the macros, since a crate of
//! procedural macros exports nothing else, and what reads the answers of the Runtime API, since
//! nobody else is to call it.

pub mod alb;
pub mod cookies;
pub mod echo;
pub mod event_decode;
pub mod jwks;
pub mod jwt;
pub mod macros;
pub mod multipart;
pub mod runtime_api;
pub mod target;

mod apis;
mod calls;
mod object;
mod reply;
mod signer;

/// The example, without its `main`.
#[path = "../../../examples/echo/src/main.rs"]
#[allow(dead_code, reason = "it is a program")]
mod echo_example;

// The macros as functions of token streams. Their files name each other by `crate::`.
#[path = "../../../macros/src/ends.rs"]
mod ends;
#[path = "../../../macros/src/error/mod.rs"]
mod error;
#[path = "../../../macros/src/faults.rs"]
mod faults;
#[path = "../../../macros/src/function.rs"]
mod function;
#[path = "../../../macros/src/handler/mod.rs"]
mod handler;
#[path = "../../../macros/src/krate.rs"]
mod krate;
#[path = "../../../macros/src/main_fn.rs"]
mod main_fn;
#[path = "../../../macros/src/routes.rs"]
mod routes;
#[path = "../../../macros/src/similar.rs"]
mod similar;

// What reads the answers of the Runtime API. Nothing is sent here.
#[path = "../../../core/src/runtime/connection.rs"]
#[allow(dead_code, reason = "nothing is sent")]
mod connection;
#[path = "../../../core/src/runtime/head.rs"]
mod head;
#[path = "../../../core/src/runtime/invoke.rs"]
#[allow(dead_code, reason = "the event is a body")]
mod invoke;

/// For the files that are taken over.
use lambda_api::LambdaContext;

/// A target, by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Each has a folder of its name under `fuzz/seeds`, and a binary in `fuzz/Cargo.toml`.
pub const TARGETS: [Target; 10] = [
    ("alb", alb::run),
    ("cookies", cookies::run),
    ("echo", echo::run),
    ("event_decode", event_decode::run),
    ("jwks", jwks::run),
    ("jwt", jwt::run),
    ("macros", macros::run),
    ("multipart", multipart::run),
    ("runtime_api", runtime_api::run),
    ("target", target::run),
];
