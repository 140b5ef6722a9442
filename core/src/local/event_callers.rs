//! Callers of each event.

use super::{
    bearer::{Rejected, Verifiers},
    caller::LocalCaller,
    caller_check::Trust,
    redact,
};
use crate::{
    Api,
    auth::named_headers,
    event::{Source, emulate::GatewayContext},
};
use bytes::Bytes;
use http::{HeaderName, Request};

/// The callers of `--as`, and the authenticators of the program.
pub(super) struct Callers {
    always: Vec<LocalCaller>,
    trust: Trust,
    verifiers: Verifiers,
    credentials: Vec<HeaderName>,
}

impl Callers {
    /// No callers, for an API without authenticators.
    pub(super) fn none(source: Source) -> Self {
        Self::trusted(Trust::none(source), Vec::new(), source)
    }

    /// `always`: callers of every event, which the source can send.
    pub(super) fn new(api: &Api, always: Vec<LocalCaller>, source: Source) -> Self {
        Self {
            credentials: named_headers(api.all_authenticators()),
            ..Self::trusted(Trust::of(api, source), always, source)
        }
    }

    /// The headers with credentials that only the configuration of an authenticator tells.
    pub(super) fn credentials(&self) -> &[HeaderName] {
        &self.credentials
    }

    fn trusted(trust: Trust, always: Vec<LocalCaller>, source: Source) -> Self {
        let always = always.into_iter().map(|caller| trust.complete(caller));
        Self {
            always: always.collect(),
            verifiers: Verifiers::new(trust.schemes(), source),
            trust,
            credentials: Vec::new(),
        }
    }

    /// Lines for the terminal at the start.
    pub(super) fn notes(&self) -> Vec<String> {
        let callers = self.always.iter();
        let mut notes: Vec<String> = callers
            .map(|caller| format!("every request is from {caller}"))
            .collect();
        notes.extend(
            self.verifiers
                .names()
                .map(|name| format!("tokens in requests are verified by `{name}`")),
        );
        notes.extend(self.trust.warnings(&self.always));
        notes
    }

    /// The callers in the event of a request. A valid token takes precedence over the caller of `--as`
    /// that an authorizer recognises.
    ///
    /// # Errors
    /// If the gateway would reject the request.
    pub(super) async fn of(&self, request: &Request<Bytes>) -> Result<EventCallers, Rejected> {
        let mut callers = self.always.clone();
        if let Some(holder) = self.verifiers.caller(request).await? {
            callers.retain(|caller| !caller.is_authorized());
            callers.insert(0, holder);
        }
        Ok(self.event(callers))
    }

    pub(super) fn event(&self, callers: Vec<LocalCaller>) -> EventCallers {
        EventCallers {
            api: self.trust.api_id(&callers).map(str::to_owned),
            callers,
        }
    }
}

/// The callers and the API in an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EventCallers {
    api: Option<String>,
    callers: Vec<LocalCaller>,
}

impl EventCallers {
    /// Sets the URL of the event: the address of the server without a stage, so that links of the
    /// application lead back here. With an id of an API, the domain stays that of the gateway, which
    /// contains the id.
    pub(super) fn set_url(&self, context: GatewayContext, port: u16) -> GatewayContext {
        let context = context.without_stage();
        match self.api {
            Some(_) => context,
            None => context.domain(format!("127.0.0.1:{port}")),
        }
    }

    pub(super) fn apply(&self, mut context: GatewayContext) -> GatewayContext {
        if let Some(id) = &self.api {
            context = context.api_id(id.as_str());
        }
        self.callers
            .iter()
            .fold(context, |context, caller| context.caller(caller.sent()))
    }

    /// The callers without their identity.
    pub(super) fn redacted(&self) -> Self {
        Self {
            api: self.api.clone(),
            callers: self.callers.iter().map(redact::caller).collect(),
        }
    }
}
