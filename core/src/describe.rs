//! The description of a route, for checks before any request arrives.

use crate::error::{ApiError, Outcome};
use http::StatusCode;
use std::any::{TypeId, type_name};

/// The description of a route by its extractors and its response.
///
/// [`Api::build`](crate::Api::build) asks every route for its description, and fails if a route
/// needs something that the API does not have.
///
/// An extractor that calls other ones also calls their `describe`:
///
/// ```
/// use lambda_api::{FromRequest, Operation, Request, State, extract::{StateRejection, extract}};
///
/// #[derive(Clone)]
/// struct Flags { beta: bool }
///
/// struct Beta(bool);
///
/// impl<'r> FromRequest<'r> for Beta {
///     type Rejection = StateRejection;
///
///     async fn from_request(request: &'r Request) -> Result<Self, StateRejection> {
///         let State(flags) = extract::<State<Flags>>(request).await?;
///         Ok(Beta(flags.beta))
///     }
///
///     fn describe(operation: &mut Operation) {
///         State::<Flags>::describe(operation);
///     }
/// }
/// ```
#[derive(Debug, Default)]
pub struct Operation {
    pub(crate) state: Vec<(TypeId, &'static str)>,
    /// An extractor requires an identity.
    pub(crate) needs_identity: bool,
    /// An extractor takes an identity, if there is one.
    pub(crate) takes_identity: bool,
    /// An extractor requires the pattern of the route.
    pub(crate) needs_route: bool,
    /// An extractor requires path parameters.
    pub(crate) needs_parameters: bool,
    /// Within an `Option` or a `Result`.
    optional: bool,
    /// What the document of the API shows; `None` while an API is built.
    #[cfg(feature = "openapi")]
    pub(crate) contents: Option<Box<Contents>>,
}

/// What a route reads and responds with, without schemas.
#[cfg(feature = "openapi")]
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) bodies: Vec<RequestBody>,
    pub(crate) responses: Vec<SuccessResponse>,
    pub(crate) failures: Vec<Outcome>,
}

/// A body that an extractor accepts.
#[cfg(feature = "openapi")]
#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) media_type: &'static str,
    pub(crate) required: bool,
}

/// A response that is not a problem.
#[cfg(feature = "openapi")]
#[derive(Debug)]
pub(crate) struct SuccessResponse {
    pub(crate) status: StatusCode,
    /// `None` without content.
    pub(crate) media_type: Option<&'static str>,
    /// Header fields, in lower case.
    pub(crate) headers: Vec<&'static str>,
}

impl Operation {
    /// Declares that the route needs a state of type `T`.
    pub fn require_state<T: 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if !self.state.iter().any(|(known, _)| *known == id) {
            self.state.push((id, type_name::<T>()));
        }
    }

    /// Declares that the route takes an identity. It is required, unless this is called within
    /// [`optionally`](Operation::optionally).
    pub(crate) fn require_identity(&mut self) {
        self.takes_identity = true;
        self.needs_identity |= !self.optional;
    }

    /// Declares that the route takes its pattern.
    pub(crate) fn require_route(&mut self) {
        self.needs_route |= !self.optional;
    }

    /// Declares that the route takes path parameters, of any name.
    pub(crate) fn require_parameters(&mut self) {
        self.needs_parameters |= !self.optional;
    }

    /// Describes something that the route takes but does not require.
    pub(crate) fn optionally(&mut self, describe: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.optional, true);
        describe(self);
        self.optional = outside;
    }

    /// Declares a media type of the request's body. The body is required, unless this is called
    /// within [`optionally`](Operation::optionally).
    pub fn request_body(&mut self, media_type: &'static str) {
        let _ = media_type;
        #[cfg(feature = "openapi")]
        if let Some(contents) = &mut self.contents {
            let required = !self.optional;
            contents.bodies.push(RequestBody {
                media_type,
                required,
            });
        }
    }

    /// Declares a response: its status, and its media type if it has content.
    pub fn response(&mut self, status: StatusCode, media_type: Option<&'static str>) {
        let _ = (status, media_type);
        #[cfg(feature = "openapi")]
        if let Some(contents) = &mut self.contents {
            contents.responses.push(SuccessResponse {
                status,
                media_type,
                headers: Vec::new(),
            });
        }
    }

    /// Declares the problems of an error type.
    pub fn error<E: ApiError>(&mut self) {
        #[cfg(feature = "openapi")]
        if let Some(contents) = &mut self.contents {
            contents.failures.extend(E::outcomes());
        }
    }
}
