//! Items for generated code and the test client. Not part of the public interface.

#[cfg(feature = "openapi")]
use crate::{Api, Request, openapi::OpenApi};
use crate::{
    BoxError,
    app::{App, StreamError},
    auth::Scheme,
    error::Problem,
    event::{EventResponse, LambdaContext, Source},
    events::EventError,
    middleware::{FailedLink, Restyled},
};
use bytes::Bytes;
use serde::Serialize;
use std::{error::Error, fmt::Display};

pub use crate::auth::{
    Access,
    access::guard,
    authenticator::{LendKeys, TestKeys},
};
#[cfg(feature = "openapi")]
pub use crate::documentation::{Documentation, NoSchema, Options, Probe, example};
pub use crate::endpoint::{
    Document, DuplicateCheck, FALLBACK, INVALID, NO_DOCUMENT, Place, Route, async_0, async_1,
    async_2, async_3, async_4, async_5, async_6, async_7, async_8, async_9, async_10, async_11,
    async_12, check, into_response, slots, sync_0, sync_1, sync_2, sync_3, sync_4, sync_5, sync_6,
    sync_7, sync_8, sync_9, sync_10, sync_11, sync_12,
};
pub use crate::entry::{Flavor, IntoApi, main, main_of_one};
#[cfg(feature = "openapi")]
pub use crate::extract::field_error::Place as In;
pub use crate::extract::from_request::describe;
pub use crate::extract::scalar_args::{ArgumentErrors, cookie, header, path, query};
pub use crate::links::{LinkTarget, link};
#[cfg(feature = "openapi")]
pub use crate::openapi::routed::RoutedOperation;
pub use crate::path_shape::Shape;
pub use crate::response::{LinkArgument, LinkValue};
pub use http::StatusCode;
pub use lambda_api_macros::{events, routes};
pub use serde_json::Value;

/// What `routes --json` prints, for the checks of templates.
#[cfg(any(debug_assertions, feature = "local"))]
#[must_use]
pub fn manifest(api: &crate::Api) -> String {
    api.manifest().json()
}

/// What `#[authorizer]` generates for.
pub mod authorizer {
    pub use crate::{
        authorizer::{authorize, decided},
        events::{AuthorizerKind, AuthorizerTrigger},
    };
}

/// What handlers of events are made of.
pub mod events {
    pub use crate::events::{
        Call, EventHandler, EventKinds, Events, FromEvent, FromRecord, Handler, INVALID, Kinds,
        NoArgument, RecordKind, RecordKinds, SocketRoute, Trigger, batch_0, batch_1, batch_2,
        batch_3, batch_4, batch_5, batch_6, batch_7, batch_8, batch_outcome, event_0, event_1,
        event_2, event_3, event_4, event_5, event_6, event_7, event_8, event_response, record_0,
        record_1, record_2, record_3, record_4, record_5, record_6, record_7, record_8,
        record_outcome,
    };
}

/// What handlers of WebSocket APIs are made of, and the API of the test client.
#[cfg(feature = "websocket")]
pub mod websocket {
    pub use crate::websocket::{
        connect_response, connection, emulate::*, message, message_response, otherwise,
    };

    /// The routes of the WebSocket API of an application, and its connections in this process, which
    /// `Connection` and `Connections` reach from now on. `None` if it has no such routes.
    #[must_use]
    pub fn attach(app: &crate::App) -> Option<(Routes, Hub)> {
        app.attach_hub()
    }
}

/// What the rules of types and arguments are checked with.
#[cfg(feature = "validate")]
pub mod validate {
    pub use crate::extract::{
        field_error::Place,
        scalar_args::{Ruled, Unruled, constrained},
    };
    #[cfg(feature = "validate-credit-card")]
    pub use crate::validate::rules::credit_card;
    #[cfg(feature = "validate-url")]
    pub use crate::validate::rules::url;
    pub use crate::validate::{
        inside::{Inside, NoRules},
        pattern::Pattern,
        rules::{
            alphanumeric, ascii, contains, custom, dive, email, inner, ip, ipv4, ipv6, length,
            matches, member, pattern, prefix, range, required, suffix,
        },
        unsaid::Unsaid,
    };
}

/// Checks the rules that the type of an argument may have, or says whether it has any.
#[cfg(feature = "validate")]
#[doc(hidden)]
#[macro_export]
macro_rules! __ruled {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::validate::Unruled as _;
        $crate::__private::validate::Ruled::<$type>(::core::option::Option::None).has_rules()
    }};
    ($value:expr, $place:ident, $name:expr, $errors:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::validate::Unruled as _;
        $crate::__private::validate::Ruled($value).valid(
            $crate::__private::validate::Place::$place,
            $name,
            $errors,
        )
    }};
}

/// Without the feature `validate`, no type has rules.
#[cfg(not(feature = "validate"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __ruled {
    ($type:ty) => {
        false
    };
    ($value:expr, $place:ident, $name:expr, $errors:expr) => {
        $value
    };
}

/// Adds the rules of an argument that JSON Schema cannot say to its description.
#[cfg(all(feature = "openapi", feature = "validate"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __unsaid {
    ($documentation:ident, $add:expr) => {
        $documentation.unsaid_of_argument($add)
    };
}

/// Without rules, there are none to list.
#[cfg(all(feature = "openapi", not(feature = "validate")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __unsaid {
    ($($any:tt)*) => {};
}

/// A status that the macro has validated.
#[must_use]
pub fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The response to an event, and what the client does not see of it.
#[derive(Debug)]
pub struct Handled {
    pub response: EventResponse,
    /// The problem that `Api::on_problem` replaced.
    pub problem: Option<Problem>,
    /// Why a link in the response could not be resolved.
    pub failed_link: Option<String>,
}

/// Like `App::stream_event`, for the assertions of `lambda-api-testing`.
///
/// # Errors
/// The errors of `App::stream_event`.
pub async fn stream_event(
    app: &App,
    event: Bytes,
    lambda: LambdaContext,
) -> Result<Handled, EventError> {
    let (response, mut hidden) = app.stream_event_with_extensions(event, lambda).await?;
    Ok(Handled {
        response,
        problem: hidden.remove().map(|Restyled(problem)| problem),
        failed_link: hidden.remove().map(|FailedLink(reason)| reason),
    })
}

/// Runs the functions of `Api::after_response`, which `stream_event` does not.
pub async fn after_response(app: &App, deadline_ms: Option<u64>) {
    if let Some(after) = app.hooks().responded(deadline_ms) {
        after.await;
    }
}

/// Assumes that Lambda reads which records of a batch failed, as it does with the template, unless the program or the
/// environment says otherwise.
pub fn assume_partial_responses(mut api: crate::Api) -> crate::Api {
    api.assume_partial_responses();
    api
}

/// Whether a source gets responses as streams.
#[must_use]
pub fn streams_to(app: &App, source: Source) -> bool {
    app.streams_to(source)
}

/// The `errorType` of a stream that ended early.
#[must_use]
pub fn stream_error_type(error: &BoxError) -> Option<&'static str> {
    error.downcast_ref().map(|StreamError { kind }| *kind)
}

/// Calls a function with each request that reaches a route of an API, and with the path of the route: for
/// responses that `lambda-api-testing` compares with the document.
#[cfg(feature = "openapi")]
pub fn observe_routes(api: Api, tell: impl Fn(&Request, &str) + Send + Sync + 'static) -> Api {
    api.observe_routes(tell)
}

/// The operation of a request that a route took, if the document has it.
#[cfg(feature = "openapi")]
#[must_use]
pub fn operation_of<'a>(
    document: &'a OpenApi,
    method: &str,
    route: &str,
) -> Option<RoutedOperation<'a>> {
    document.operation_of(method, route)
}

/// The scheme of the verifier of a test issuer: [`Api::build`](crate::Api::build) lends its keys to
/// the authenticators that trust the issuer, and leaves the verifier out if there is one.
pub fn lending_scheme(scheme: Scheme, keys: TestKeys) -> Scheme {
    scheme.lending(keys)
}

/// Adds a field marked `#[api(extension)]` to the problem.
#[must_use]
pub fn with_extension<T: Serialize>(problem: Problem, name: &str, value: &T) -> Problem {
    problem.with_extension(name, value)
}

/// Adds a field marked `#[api(header = "..")]` to the response.
#[must_use]
pub fn with_header<T: Display>(problem: Problem, name: &str, value: &T) -> Problem {
    problem.with_header(name, value)
}

/// The cause of an error that may or may not implement `std::error::Error`: the inherent method
/// applies if it does, and the trait's method otherwise.
#[derive(Debug)]
pub struct Cause<'a, E>(pub &'a E);

impl<'a, E: Error> Cause<'a, E> {
    /// The error itself.
    #[must_use]
    pub fn cause(&self) -> Option<&'a (dyn Error + 'static)> {
        self.0.source()
    }
}

/// The fallback for types that do not implement `std::error::Error`.
pub trait NoCause<'a> {
    /// Always `None`.
    fn cause(&self) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

impl<'a, E> NoCause<'a> for Cause<'a, E> {}
