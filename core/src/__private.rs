//! What generated code calls, and the test client. No part of this is public interface.

use crate::{App, LambdaContext, Problem, event::DecodeError};
use bytes::Bytes;
use serde::Serialize;
use std::{error::Error, fmt::Display};

pub use crate::auth::{Access, access::guard};
pub use crate::endpoint::{
    BROKEN, FALLBACK, Place, Route, Unique, async_0, async_1, async_2, async_3, async_4, async_5,
    async_6, async_7, async_8, async_9, async_10, async_11, async_12, check, reply, slots, sync_0,
    sync_1, sync_2, sync_3, sync_4, sync_5, sync_6, sync_7, sync_8, sync_9, sync_10, sync_11,
    sync_12,
};
pub use crate::extract::plain::{Faults, cookie, header, path, query};
pub use crate::runtime::{Flavor, IntoApi, main, main_of_one};
pub use crate::shape::Shape;
pub use http::StatusCode;
pub use lambda_api_macros::routes;

/// A status that was checked when the macro was expanded.
#[must_use]
pub fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What `App::handle_event` gives, and the problem that `Api::on_problem` gave another form: for the
/// assertions of `lambda-api-testing`.
///
/// # Errors
/// Those of `App::handle_event`.
pub async fn handle_event_with_problem(
    app: &App,
    event: Bytes,
    lambda: LambdaContext,
) -> Result<(Vec<u8>, Option<Problem>), DecodeError> {
    app.handle_event_with_problem(event, lambda).await
}

/// Puts a field marked `#[api(extension)]` into the reply.
pub fn set_extension<T: Serialize>(problem: &mut Problem, name: &str, value: &T) {
    problem.set_extension(name, value);
}

/// Puts a field marked `#[api(header = "..")]` into the reply.
pub fn set_header<T: Display>(problem: &mut Problem, name: &str, value: &T) {
    problem.set_header(name, value);
}

/// The cause of an error that may or may not be a `std::error::Error`: the inherent method where
/// it is one, the trait's where not.
#[derive(Debug)]
pub struct Cause<'a, E>(pub &'a E);

impl<'a, E: Error> Cause<'a, E> {
    /// What the error itself says.
    #[must_use]
    pub fn cause(&self) -> Option<&'a (dyn Error + 'static)> {
        self.0.source()
    }
}

/// No cause, of a type that is no `std::error::Error`.
pub trait NoCause<'a> {
    /// `None`.
    fn cause(&self) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

impl<'a, E> NoCause<'a> for Cause<'a, E> {}
