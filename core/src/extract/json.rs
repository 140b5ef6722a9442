//! JSON in a body.

/// A value as JSON, in a request or a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);
