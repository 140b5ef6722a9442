//! What `#[authorizer]` generates for: the arguments, and the call with what comes before and after it.

use super::{
    decision::{Decision, Deny, IntoDecision, Unauthorized},
    policy::{ResponseOptions, respond},
    request::AuthorizerRequest,
    verify::{recognise, verifiers},
};
use crate::{
    ApiError, BoxFuture, Claims, Error, Identity, Operation,
    auth::{AuthError, IdentityRejection, Recognised},
    events::{Event, EventError, ForAuthorizer, FromEvent, Kinds},
};
use serde::Deserialize;

/// What is known before the arguments are taken.
struct Prepared {
    request: AuthorizerRequest,
    /// The result of the verifiers; `None` if none was asked.
    recognised: Option<Recognised>,
}

fn given(event: &Event) -> Result<&ForAuthorizer, Error> {
    let given = event.extensions().get::<ForAuthorizer>();
    given.ok_or_else(|| Error::msg("the event is not one of an authorizer"))
}

fn prepared(event: &Event) -> Result<&Prepared, Error> {
    let prepared = given(event)?.prepared.get();
    prepared
        .and_then(|prepared| prepared.downcast_ref())
        .ok_or_else(|| Error::msg("the event of the authorizer was not read"))
}

/// Takes the arguments and calls the handler.
type CallHandler = for<'e> fn(&'e Event) -> BoxFuture<'e, Result<Vec<u8>, Error>>;

/// Reads the event, verifies the credential if an argument needs it, calls the handler, and writes what it decides.
#[doc(hidden)]
pub fn authorize<'e>(
    event: &'e Event,
    describe: fn(&mut Operation),
    call: CallHandler,
) -> BoxFuture<'e, Result<Vec<u8>, Error>> {
    Box::pin(async move {
        let given = given(event)?;
        let request = AuthorizerRequest::from_json(event.json())?;
        let mut operation = Operation::default();
        describe(&mut operation);
        let recognised = match operation.takes_identity {
            true => recognise(&verifiers(&given.authenticators), &request).await?,
            false => None,
        };
        let prepared = Prepared {
            request,
            recognised,
        };
        let _ = given.prepared.set(Box::new(prepared));
        match call(event).await {
            Err(error) => failed(error, event),
            response => response,
        }
    })
}

/// The response for the value of a handler.
#[doc(hidden)]
pub fn decided<T: IntoDecision>(value: T, event: &Event) -> Result<Vec<u8>, Error> {
    written(&value.into_decision()?, event)
}

fn written(decision: &Decision, event: &Event) -> Result<Vec<u8>, Error> {
    let given = given(event)?;
    let options = ResponseOptions {
        simple: given.simple,
        per_request: given.per_request,
    };
    respond(decision, &prepared(event)?.request, options)
}

/// An error of an argument or of the handler may be a decision.
#[cold]
fn failed(error: Error, event: &Event) -> Result<Vec<u8>, Error> {
    if let Some(deny) = find::<Deny>(&error) {
        return written(&deny.clone().into(), event);
    }
    match find::<Unauthorized>(&error) {
        Some(_) => {
            // It is no error of the function: clients cause it.
            tracing::info!(target: "lambda_api", cause = ?error, "the authorizer rejected the caller");
            Err(EventError::failed("Unauthorized", Unauthorized.to_string()).into())
        }
        None => Err(error),
    }
}

/// An error of this type, or one below the messages that were added to it.
fn find<E: std::error::Error + 'static>(error: &Error) -> Option<&E> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let mut source = error.cause();
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        source = error.source();
    }
    None
}

impl<'e> FromEvent<'e> for &'e AuthorizerRequest {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::AUTHORIZER;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        Ok(&prepared(event)?.request)
    }
}

impl<'e> FromEvent<'e> for AuthorizerRequest {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::AUTHORIZER;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        Ok(prepared(event)?.request.clone())
    }
}

fn identity(event: &Event) -> Result<Result<&Identity, &IdentityRejection>, Error> {
    match &prepared(event)?.recognised {
        Some(Recognised::As(identity)) => Ok(Ok(identity)),
        Some(Recognised::Not(rejection)) => Ok(Err(rejection)),
        None => Err(Error::msg(
            "an authorizer takes an identity, but no authenticator was asked",
        )),
    }
}

/// The error of a credential that is absent or invalid, or cannot be checked.
#[cold]
fn rejected(rejection: &IdentityRejection) -> Error {
    match rejection.auth_error() {
        // A 401 would be wrong: the credential may be valid.
        None | Some(AuthError::KeysUnavailable | AuthError::Unavailable(_)) => {
            rejection.clone().into()
        }
        Some(reason) => Error::new(Unauthorized).context(reason),
    }
}

/// The caller, as the authenticators of the [`Api`](crate::Api) verify it. An absent or invalid credential is
/// [`Unauthorized`].
impl<'e> FromEvent<'e> for Identity {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::AUTHORIZER;
    const READS_EVENT: bool = false;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        identity(event)?.cloned().map_err(rejected)
    }

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}

/// `None` without a credential; an invalid one is [`Unauthorized`].
impl<'e> FromEvent<'e> for Option<Identity> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::AUTHORIZER;
    const READS_EVENT: bool = false;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        match identity(event)? {
            Ok(identity) => Ok(Some(identity.clone())),
            Err(rejection) if rejection.is_absent() => Ok(None),
            Err(rejection) => Err(rejected(rejection)),
        }
    }

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}

/// The claims of the caller. Claims that do not fit the type are a [`Deny`], and logged.
impl<'e, T: Deserialize<'e>> FromEvent<'e> for Claims<T> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::AUTHORIZER;
    const READS_EVENT: bool = false;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let identity = identity(event)?.map_err(rejected)?;
        identity.claims().map(Self).map_err(|error| {
            tracing::info!(target: "lambda_api", cause = %error, "the claims do not fit the authorizer");
            Deny::new(identity.subject()).into()
        })
    }

    fn describe(operation: &mut Operation) {
        operation.require_identity();
    }
}
