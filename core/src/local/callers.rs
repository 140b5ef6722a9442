//! Whom each event names as its caller.

use super::{
    bearer::{Refused, Verifiers},
    caller::LocalCaller,
    trust::Trust,
};
use crate::{
    Api,
    auth::named_headers,
    event::{Source, emulate::Facts},
};
use bytes::Bytes;
use http::{HeaderName, Request};

/// The callers of `--as`, and what the program makes of callers.
pub(super) struct Callers {
    always: Vec<LocalCaller>,
    trust: Trust,
    verifiers: Verifiers,
    credentials: Vec<HeaderName>,
}

impl Callers {
    /// Nobody, in an API that asks for nobody.
    pub(super) fn nobody(source: Source) -> Self {
        Self::trusted(Trust::nobody(source), Vec::new(), source)
    }

    /// `always` can be sent by the source.
    pub(super) fn new(api: &Api, always: Vec<LocalCaller>, source: Source) -> Self {
        Self {
            credentials: named_headers(api.all_authenticators()),
            ..Self::trusted(Trust::of(api, source), always, source)
        }
    }

    /// The headers in which the program takes credentials, where no name tells that it does.
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

    /// What the developer should know at the start, a line each.
    pub(super) fn notes(&self) -> Vec<String> {
        let callers = self.always.iter();
        let mut notes: Vec<String> = callers
            .map(|caller| format!("every request comes as {caller}"))
            .collect();
        notes.extend(self.verifiers.names().map(|name| {
            format!("a token in a request is verified by `{name}`; who has one comes as its holder")
        }));
        notes.extend(self.trust.warnings(&self.always));
        notes
    }

    /// Whom the event of a request names.
    ///
    /// A token is what an authorizer looks at, so its holder goes before whomever `--as` says the
    /// authorizer has recognised.
    ///
    /// # Errors
    /// When the gateway would not let the request through to the function.
    pub(super) async fn of(&self, request: &Request<Bytes>) -> Result<Named, Refused> {
        let mut callers = self.always.clone();
        if let Some(holder) = self.verifiers.caller(request).await? {
            callers.retain(|caller| !caller.is_authorized());
            callers.insert(0, holder);
        }
        Ok(self.named(callers))
    }

    pub(super) fn named(&self, callers: Vec<LocalCaller>) -> Named {
        Named {
            api: self.trust.api_id(&callers).map(str::to_owned),
            callers,
        }
    }
}

/// What an event says of its caller, and of which API it is from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    api: Option<String>,
    callers: Vec<LocalCaller>,
}

impl Named {
    /// Where the event was called: at the address of the server, with no stage in the URL, so that
    /// links of the application lead back here. A caller is vouched for by an API on a domain of the
    /// gateway, whose id that domain has.
    pub(super) fn call(&self, facts: Facts, port: u16) -> Facts {
        let facts = facts.without_stage();
        match self.api {
            Some(_) => facts,
            None => facts.domain(format!("127.0.0.1:{port}")),
        }
    }

    pub(super) fn tell(&self, mut facts: Facts) -> Facts {
        if let Some(id) = &self.api {
            facts = facts.api_id(id.as_str());
        }
        self.callers
            .iter()
            .fold(facts, |facts, caller| facts.caller(caller.sent()))
    }

    /// The same without what says who the caller is.
    pub(super) fn redacted(&self) -> Self {
        Self {
            api: self.api.clone(),
            callers: self.callers.iter().map(LocalCaller::redacted).collect(),
        }
    }
}
