//! Detects that concurrent invocations are mixed up.
//!
//! `POST /mixed/{name}` returns all it knows of its invocation, after it has met another invocation and
//! has yielded several times.

use lambda_api::{
    Api, Body, Claims, Identity, Invocation, Json, Request, Response, State, api_handler,
    auth::{AuthError, Authenticator, Credential, Scheme},
    extract::Text,
    middleware::{Next, from_fn},
    routes,
};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};
use tokio::{sync::oneshot, task::yield_now};
use tracing::Instrument;

/// Where two invocations wait for each other.
#[derive(Default)]
struct Meeting(Mutex<Option<oneshot::Sender<String>>>);

impl Meeting {
    /// Waits for another invocation: one that waits already, or else the next one. The one that waited
    /// gets the name of the other.
    async fn meet(&self, name: &str) -> Option<String> {
        let (sender, receiver) = oneshot::channel();
        match self.waiting_or(sender) {
            Some(waiting) => {
                let _ = waiting.send(name.to_owned());
                None
            }
            None => receiver.await.ok(),
        }
    }

    /// The invocation that waits; if there is none, `next` waits from now on.
    fn waiting_or(&self, next: oneshot::Sender<String>) -> Option<oneshot::Sender<String>> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = place.take();
        if waiting.is_none() {
            *place = Some(next);
        }
        waiting
    }
}

/// Believes what a header says.
struct Believing(Credential);

impl Authenticator for Believing {
    fn scheme(&self) -> Scheme {
        Scheme::new("believing", self.0.clone())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let who = self.0.read(request)?.to_owned();
        yield_now().await;
        Ok(Identity::new(&*who).with_claims(&Who { who: who.clone() }))
    }
}

#[derive(Deserialize, Serialize)]
struct Who {
    who: String,
}

/// What a layer has put beside a request.
#[derive(Clone)]
struct Mark(String);

async fn mark(mut request: Request, next: Next) -> Response {
    let header = request.headers().get("x-mark").cloned();
    let text = header.as_ref().and_then(|mark| mark.to_str().ok());
    request
        .extensions_mut()
        .insert(Mark(text.unwrap_or_default().to_owned()));
    yield_now().await;
    let mut response: http::Response<Body> = next.run(request).await;
    if let Some(mark) = header {
        response.headers_mut().insert("x-mark", mark);
    }
    response
}

#[derive(Serialize)]
struct Seen {
    path: String,
    query: String,
    header: String,
    cookie: String,
    extension: String,
    subject: String,
    claims: String,
    body: String,
    request_id: String,
    trace_id: Option<String>,
    tenant_id: Option<String>,
    gateway_id: Option<String>,
    /// Whom it has waited for.
    met: Option<String>,
    thread: String,
}

#[derive(Deserialize)]
struct Query {
    turns: u8,
    panics: Option<bool>,
}

/// Says what belongs to this invocation.
#[api_handler(POST "/{name}")]
#[expect(clippy::too_many_arguments, reason = "all that can get mixed up")]
async fn mixed(
    name: String,
    #[query] mark: String,
    #[header("x-mark")] header: String,
    #[cookie("mark")] cookie: String,
    lambda_api::Query(query): lambda_api::Query<Query>,
    identity: Identity,
    Claims(claims): Claims<Who>,
    Text(body): Text,
    State(meeting): State<Arc<Meeting>>,
    invocation: Invocation,
    request: &Request,
) -> Json<Seen> {
    tracing::info!(mark = name, "began");
    let span = tracing::info_span!("work", part = name);
    let met = async {
        let met = meeting.meet(&name).await;
        for _ in 0..query.turns {
            yield_now().await;
        }
        tracing::info!(mark = name, "met");
        met
    };
    let met = met.instrument(span).await;
    if query.panics.unwrap_or_default() {
        panic!("{name}");
    }
    let lambda = invocation.lambda();
    let extension = request.extensions().get::<Mark>();
    let seen = Seen {
        query: mark,
        header,
        cookie,
        extension: extension.map(|mark| mark.0.clone()).unwrap_or_default(),
        subject: identity.subject().to_owned(),
        claims: claims.who,
        body: body.clone(),
        request_id: lambda.request_id.clone(),
        trace_id: lambda.trace_id.clone(),
        tenant_id: lambda.tenant_id.clone(),
        gateway_id: invocation.request_id().map(ToOwned::to_owned),
        met,
        thread: format!("{:?}", thread::current().id()),
        path: name,
    };
    tracing::info!(mark = seen.path, "ended");
    Json(seen)
}

pub(crate) fn api() -> Api {
    Api::new()
        .authenticate(Believing(Credential::header("x-who")))
        .state(Arc::<Meeting>::default())
        .layer(from_fn(mark))
        .routes(routes![mixed])
}
