//! A small API for notes: with axum on lambda_http ([`old`]), and with lambda-api ([`new`]). The
//! programs in `src/bin` are the stations between the two; the README walks through them.

pub mod new;
pub mod note;
pub mod old;
