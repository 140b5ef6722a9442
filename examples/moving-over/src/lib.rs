//! A small API for notes: with axum on lambda_http ([`old`]), and with lambda-api ([`new`]). The
//! programs in `src/bin` are the steps from one to the other, which the README explains.

pub mod new;
pub mod note;
pub mod old;
