//! Recorded events, and changes of them.

use super::{EventBuilder, difference::carry_over};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use lambda_api::{
    Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source, emulate},
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// A recorded event, and what would have to be emulated to get one like it.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    text: String,
    event: Value,
    source: Source,
    request: Request<Bytes>,
    gateway: emulate::GatewayContext,
}

impl EventBuilder {
    /// Starts from an event that was recorded in a file, such as one that the command
    /// `serve --record DIR` of an API has made, or one from the log of a function.
    ///
    /// Changes are made in the JSON of the event; everything else stays as it was recorded. Methods that
    /// add (`query`, `cookie`, `stage_variable`)
    /// add to what was recorded. A `header` replaces the recorded one of that name.
    ///
    /// ```no_run
    /// use lambda_api_testing::EventBuilder;
    ///
    /// # async fn test(app: &lambda_api::App) {
    /// let response = EventBuilder::from_file("tests/events/place-order.json")
    ///     .header("x-tenant", "blue")
    ///     .send(app)
    ///     .await;
    /// assert_eq!(response.status(), 201);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If there is no such file, or if it is not the event of an HTTP source.
    #[track_caller]
    pub fn from_file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = match fs::read_to_string(path) {
            // Some editors write a byte order mark.
            Ok(text) => match text.strip_prefix('\u{feff}') {
                Some(text) => text.to_owned(),
                None => text,
            },
            Err(error) => panic!("cannot read an event from {}: {error}", path.display()),
        };
        let event = serde_json::from_str(&text).map_err(|error| error.to_string());
        match event.and_then(|event| Self::recorded(text, event)) {
            Ok(builder) => builder,
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }

    /// Starts from an event as JSON, like
    /// [`from_file`](EventBuilder::from_file).
    ///
    /// # Panics
    /// If it is not the event of an HTTP source.
    #[track_caller]
    pub fn from_value(event: Value) -> Self {
        match Self::recorded(event.to_string(), event) {
            Ok(builder) => builder,
            Err(error) => panic!("{error}"),
        }
    }

    fn recorded(text: String, event: Value) -> Result<Self, String> {
        let decoded = event::decode(
            text.clone().into(),
            LambdaContext::default(),
            &DecodeOptions::default(),
        );
        let (invocation, request) = match decoded {
            Ok(request) => {
                let invocation = request.extensions().get::<Invocation>().cloned();
                let (parts, body) = request.into_parts();
                let request = Request::from_parts(parts, body.to_bytes());
                (invocation.unwrap_or_default(), request)
            }
            // Such events are worth a test as well: what can be changed is changed.
            Err(DecodeError::Malformed { invocation, .. }) => {
                (*invocation, Request::new(Bytes::new()))
            }
            Err(DecodeError::LimitExceeded(over)) => {
                (over.invocation().clone(), Request::new(Bytes::new()))
            }
            Err(error) => return Err(error.to_string()),
        };
        let source = invocation.source().unwrap_or(Source::HttpApi);
        let gateway = gateway(&event, source, &invocation);
        let (parts, body) = request.into_parts();
        let headers = headers(parts.headers);
        let builder = Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            given: headers.keys().cloned().collect(),
            headers,
            body,
            gateway: gateway.clone(),
            ..Self::new(source)
        };
        let recorded = Recorded {
            text,
            event,
            source,
            request: builder.to_request(),
            gateway,
        };
        Ok(Self {
            recorded: Some(recorded),
            ..builder
        })
    }
}

impl Recorded {
    /// The recorded event, with all that differs between the request as it was recorded and this
    /// one.
    pub(super) fn changed(
        &self,
        request: &Request<Bytes>,
        gateway: &emulate::GatewayContext,
    ) -> Value {
        let emulated = |request: &Request<Bytes>, gateway| {
            let mut request = request.clone();
            // The emulator derives this one from path and time, which is not a change by the test.
            let trace = HeaderValue::from_static(UNKNOWN);
            request.headers_mut().entry(TRACE_ID).or_insert(trace);
            emulate::event(self.source, &request, gateway)
        };
        let before = emulated(&self.request, &self.gateway);
        let after = emulated(request, gateway);
        let mut event = self.event.clone();
        carry_over(&mut event, &before, &after);
        event
    }

    /// The text as it was recorded, if this is the event that was.
    pub(super) fn text_of(&self, event: &Value) -> Option<&str> {
        (*event == self.event).then_some(self.text.as_str())
    }
}

/// The value of a part that the event does not have. No test would choose it, so a test that sets the
/// default of the emulator still makes a difference.
const UNKNOWN: &str = "unrecorded";

/// An event without a domain comes through the gateway's own, so the stage is part of its path.
const UNKNOWN_DOMAIN: &str = "unrecorded.execute-api.invalid";

fn gateway(event: &Value, source: Source, invocation: &Invocation) -> emulate::GatewayContext {
    let known = |value: Option<&str>| value.unwrap_or(UNKNOWN).to_owned();
    let time = invocation.time();
    let mut gateway = emulate::GatewayContext::new()
        .stage(invocation.stage().unwrap_or(stage_of(source)))
        .domain(invocation.domain_name().unwrap_or(UNKNOWN_DOMAIN))
        .account_id(known(invocation.account_id()))
        .api_id(known(invocation.api_id().or(service(event))))
        .request_id(known(invocation.request_id()))
        .source_ip(known(invocation.source_ip()))
        .time(time.unwrap_or(SystemTime::UNIX_EPOCH + Duration::from_millis(1)));
    for (name, value) in invocation.stage_variables() {
        gateway = gateway.stage_variable(name, value);
    }
    match route(event) {
        Some(route) => gateway.route(route),
        None => gateway,
    }
}

/// The service of VPC Lattice, which has the place of an API there.
fn service(event: &Value) -> Option<&str> {
    let arn = event.pointer("/requestContext/serviceArn")?.as_str()?;
    let (_, id) = arn.rsplit_once('/')?;
    Some(id)
}

/// An HTTP API whose stage is not known has none in its paths.
fn stage_of(source: Source) -> &'static str {
    match source {
        Source::RestApi => UNKNOWN,
        _ => "$default",
    }
}

/// The route of the gateway, without the method that HTTP APIs put before it.
fn route(event: &Value) -> Option<&str> {
    let route = event.get("resource").or(event.get("routeKey"))?.as_str()?;
    match route.split_once(' ') {
        Some((_, route)) => Some(route),
        None => Some(route),
    }
}

/// The headers that were recorded, without the address that the source added to
/// `x-forwarded-for`: the emulator adds it again.
fn headers(mut headers: HeaderMap) -> HeaderMap {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back();
    let before = last
        .and_then(|value| value.to_str().ok()?.rsplit_once(','))
        .and_then(|(before, _)| HeaderValue::from_str(before.trim()).ok());
    match before {
        Some(before) => drop(headers.insert(FORWARDED_FOR, before)),
        None => drop(headers.remove(FORWARDED_FOR)),
    }
    headers
}
