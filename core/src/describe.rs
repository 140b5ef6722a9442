//! The description of a route, for checks before any request arrives.

use crate::error::ApiError;
#[cfg(feature = "openapi")]
use crate::error::Outcome;
use http::StatusCode;
use std::any::{TypeId, type_name};

/// The description of a route by its extractors and its response.
///
/// [`Api::build`](crate::Api::build) asks every route for its description, and fails if a route
/// needs something that the API does not have. The OpenAPI document (feature `openapi`) shows media
/// types, statuses, headers and problems; a build that writes no documents ignores these.
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
    /// Empty if the response is unspecified.
    pub(crate) responses: Vec<SuccessResponse>,
    pub(crate) failures: Vec<Outcome>,
    /// There are further failures: those of an error type that does not list its outcomes.
    pub(crate) any_failure: bool,
    /// An extractor takes the whole query.
    pub(crate) takes_query: bool,
    /// The extractor that was described last is an `Option`.
    accepts_absence: bool,
}

/// A body that an extractor accepts.
#[cfg(feature = "openapi")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestBody {
    pub(crate) media_type: &'static str,
    pub(crate) required: bool,
}

/// A response that is not a problem.
#[cfg(feature = "openapi")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SuccessResponse {
    /// `None` if only the handler knows it: `default` in a document.
    pub(crate) status: Option<StatusCode>,
    /// `None` if the response has no content, or content of an unknown type.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) headers: Vec<ResponseHeader>,
}

/// A header field of a response that is not a problem.
#[cfg(feature = "openapi")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseHeader {
    /// In lower case.
    pub(crate) name: &'static str,
    /// Whether every such response has it.
    pub(crate) required: bool,
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

    /// Declares that the route takes the query as a whole.
    pub(crate) fn take_query(&mut self) {
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            contents.takes_query = true;
        }
    }

    /// Describes something that the route takes but does not require, or a header field that its responses
    /// may lack.
    ///
    /// ```
    /// use lambda_api::{FromRequest, Operation};
    ///
    /// fn describe<'r, T: FromRequest<'r>>(operation: &mut Operation) {
    ///     operation.optionally(T::describe);
    /// }
    /// ```
    pub fn optionally(&mut self, describe: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.optional, true);
        describe(self);
        self.optional = outside;
    }

    /// Declares a media type of the request's body, without parameters. The body is required,
    /// unless this is called within [`optionally`](Operation::optionally).
    ///
    /// ```
    /// use lambda_api::{FromRequest, Operation, Request, extract::{Text, TextRejection, extract}};
    ///
    /// struct Csv(Vec<String>);
    ///
    /// impl<'r> FromRequest<'r> for Csv {
    ///     type Rejection = TextRejection;
    ///
    ///     async fn from_request(request: &'r Request) -> Result<Self, TextRejection> {
    ///         let Text(text) = extract(request).await?;
    ///         Ok(Csv(text.split(',').map(str::to_owned).collect()))
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.request_body("text/csv");
    ///     }
    /// }
    /// ```
    pub fn request_body(&mut self, media_type: &'static str) {
        let _ = media_type;
        #[cfg(feature = "openapi")]
        {
            let required = !self.optional;
            if let Some(contents) = self.contents() {
                contents.bodies.push(RequestBody {
                    media_type,
                    required,
                });
            }
        }
    }

    /// Declares a response: its status, and its media type without parameters if it has content.
    ///
    /// ```
    /// use http::StatusCode;
    /// use lambda_api::{IntoResponse, Operation, Response};
    ///
    /// struct Csv(String);
    ///
    /// impl IntoResponse for Csv {
    ///     fn into_response(self) -> Response {
    ///         ([("content-type", "text/csv")], self.0).into_response()
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.response(StatusCode::OK, Some("text/csv"));
    ///     }
    /// }
    /// ```
    pub fn response(&mut self, status: StatusCode, media_type: Option<&'static str>) {
        self.any_response(Some(status), media_type);
    }

    /// Like [`response`](Operation::response). Without a status, only the handler knows it.
    pub(crate) fn any_response(
        &mut self,
        status: Option<StatusCode>,
        media_type: Option<&'static str>,
    ) {
        let _ = (status, media_type);
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            contents.responses.push(SuccessResponse {
                status,
                media_type,
                headers: Vec::new(),
            });
        }
    }

    /// Changes the status of the responses that are declared so far. `None`: only the handler knows
    /// it.
    pub(crate) fn response_status(&mut self, status: Option<StatusCode>) {
        let _ = status;
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            for response in &mut contents.responses {
                response.status = status;
            }
        }
    }

    /// Declares a header field, in lower case, of the responses that are declared so far. They all have it,
    /// unless this is called within [`optionally`](Operation::optionally).
    ///
    /// ```
    /// use lambda_api::{Error, Operation, Response, response::ResponsePart};
    ///
    /// struct NoStore;
    ///
    /// impl ResponsePart for NoStore {
    ///     fn apply(self, response: &mut Response) -> Result<(), Error> {
    ///         let value = http::HeaderValue::from_static("no-store");
    ///         response.headers_mut().insert("cache-control", value);
    ///         Ok(())
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         operation.response_header("cache-control");
    ///     }
    /// }
    /// ```
    pub fn response_header(&mut self, name: &'static str) {
        let _ = name;
        #[cfg(feature = "openapi")]
        {
            let required = !self.optional;
            let responses = self.contents().map(|contents| &mut contents.responses);
            for response in responses.into_iter().flatten() {
                // It has no fields that describe content (RFC 9110, section 15.4.5).
                if response.status == Some(StatusCode::NOT_MODIFIED) && name.starts_with("content-")
                {
                    continue;
                }
                match response.headers.iter_mut().find(|one| one.name == name) {
                    Some(known) => known.required |= required,
                    None => response.headers.push(ResponseHeader { name, required }),
                }
            }
        }
    }

    /// Declares the problems of an error type.
    ///
    /// Those of an extractor's rejection and of a `Result` are declared by themselves. A response
    /// that contains an error declares them:
    ///
    /// ```
    /// use lambda_api::{ApiError, IntoResponse, Operation, Response};
    ///
    /// #[derive(Debug, thiserror::Error, ApiError)]
    /// #[error("the card was rejected")]
    /// #[api(status = 402, code = "card_rejected")]
    /// struct CardRejected;
    ///
    /// struct Paid<T>(Result<T, CardRejected>);
    ///
    /// impl<T: IntoResponse> IntoResponse for Paid<T> {
    ///     fn into_response(self) -> Response {
    ///         self.0.into_response()
    ///     }
    ///
    ///     fn describe(operation: &mut Operation) {
    ///         T::describe(operation);
    ///         operation.error::<CardRejected>();
    ///     }
    /// }
    /// ```
    pub fn error<E: ApiError>(&mut self) {
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            let outcomes = E::outcomes();
            // An error that has no value never happens, and adds nothing to a `Result`.
            let happens = size_of::<Result<E, ()>>() > 0;
            contents.any_failure |= outcomes.is_empty() && happens;
            contents.failures.extend(outcomes);
        }
    }

    /// Declares that the rejection that follows does not occur for an absent value.
    pub(crate) fn accept_absence(&mut self) {
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            contents.accepts_absence = true;
        }
    }

    /// Declares the problems of the rejection of an extractor, whose description is complete.
    pub(crate) fn rejection<E: ApiError>(&mut self) {
        #[cfg(feature = "openapi")]
        if let Some(contents) = self.contents() {
            let known = contents.failures.len();
            let accepts_absence = std::mem::take(&mut contents.accepts_absence);
            self.error::<E>();
            if accepts_absence && let Some(contents) = self.contents() {
                let mut added = contents.failures.split_off(known);
                added.retain(|one| !one.is_absent());
                contents.failures.append(&mut added);
            }
        }
    }

    /// Declares one problem.
    #[cfg(feature = "openapi")]
    pub(crate) fn failure(&mut self, outcome: Outcome) {
        if let Some(contents) = self.contents()
            && !contents.failures.contains(&outcome)
        {
            contents.failures.push(outcome);
        }
    }

    /// What a document shows, in a build that writes documents: no other contains the code for it.
    #[cfg(feature = "openapi")]
    fn contents(&mut self) -> Option<&mut Contents> {
        let written = cfg!(any(
            debug_assertions,
            feature = "local",
            feature = "openapi-release"
        ));
        self.contents.as_deref_mut().filter(|_| written)
    }

    /// A description for a document.
    #[cfg(feature = "openapi")]
    pub(crate) fn documented() -> Self {
        Self {
            contents: Some(Box::default()),
            ..Self::default()
        }
    }
}
