//! Fuzz targets as plain functions of bytes.
//!
//! Each module is a target. Its `run` takes any bytes and panics if a property is violated.
//! libFuzzer calls it from `fuzz/fuzz_targets`. The test `replay` calls it on stable Rust with
//! every seed and with every input that once caused an error.
//!
//! The targets use the public interface of the crates. Three parts have none and are included as
//! files: the program `echo`; the parsers of the macros, because a procedural
//! macro crate cannot export functions; and the parser and the writer of the Runtime API, which are private.

pub mod alb;
pub mod cookies;
pub mod echo;
pub mod event_decode;
pub mod jwks;
pub mod jwt;
pub mod macros;
pub mod multipart;
pub mod other_events;
pub mod runtime_api;
pub mod stream;
pub mod target;

mod apis;
mod calls;
mod object;
mod response;
mod signer;

/// The program, without its `main`.
#[path = "../../../testing/programs/echo/src/main.rs"]
#[allow(dead_code, reason = "it is a program")]
mod echo_program;

// The macros as functions of token streams. Their files refer to each other by `crate::`.
#[path = "../../../macros/src/authorizer.rs"]
mod authorizer;
#[path = "../../../macros/src/error/mod.rs"]
mod error;
#[path = "../../../macros/src/error_store.rs"]
mod error_store;
#[path = "../../../macros/src/event/mod.rs"]
mod event;
#[path = "../../../macros/src/function.rs"]
mod function;
#[path = "../../../macros/src/handler/mod.rs"]
mod handler;
#[path = "../../../macros/src/handler_list.rs"]
mod handler_list;
#[path = "../../../macros/src/krate.rs"]
mod krate;
#[path = "../../../macros/src/main_fn.rs"]
mod main_fn;
#[path = "../../../macros/src/routes.rs"]
mod routes;
#[path = "../../../macros/src/span_range.rs"]
mod span_range;
#[path = "../../../macros/src/suggest.rs"]
mod suggest;
#[path = "../../../macros/src/validate/mod.rs"]
mod validate;

// The parser of Runtime API responses, and the writer of streams. Nothing is sent here.
#[path = "../../../core/src/runtime/chunks.rs"]
#[allow(dead_code, reason = "the head of a request is not written")]
mod chunks;
#[path = "../../../core/src/runtime/connection.rs"]
#[allow(dead_code, reason = "nothing is sent")]
mod connection;
#[path = "../../../core/src/runtime/head.rs"]
mod head;
#[path = "../../../core/src/runtime/invoke.rs"]
#[allow(dead_code, reason = "the event is a body")]
mod invoke;

/// Used by the included files.
use lambda_api::LambdaContext;

/// The name of a target and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Each has a folder with its name under `fuzz/seeds` and a binary in
/// `fuzz/Cargo.toml`.
pub const TARGETS: [Target; 12] = [
    ("alb", alb::run),
    ("cookies", cookies::run),
    ("echo", echo::run),
    ("event_decode", event_decode::run),
    ("jwks", jwks::run),
    ("jwt", jwt::run),
    ("macros", macros::run),
    ("multipart", multipart::run),
    ("other_events", other_events::run),
    ("runtime_api", runtime_api::run),
    ("stream", stream::run),
    ("target", target::run),
];
