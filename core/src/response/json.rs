//! JSON as a reply.

use super::plain::ok;
use crate::{Error, IntoResponse, Json, Problem, Response};
use serde::Serialize;

/// `application/json`; a value that cannot be serialised is a logged 500.
impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut text = Vec::with_capacity(USUAL);
        json(serde_json::to_writer(&mut text, &self.0).map(|()| text))
    }
}

/// Most replies fit without their buffer having to grow again and again.
const USUAL: usize = 1024;

fn json(text: serde_json::Result<Vec<u8>>) -> Response {
    match text {
        Ok(text) => ok("application/json", text.into()),
        Err(error) => unserialisable(error),
    }
}

#[cold]
fn unserialisable(error: serde_json::Error) -> Response {
    let error = Error::new(error).context("the reply cannot be serialised as JSON");
    Problem::from_error(&error).into_response()
}
