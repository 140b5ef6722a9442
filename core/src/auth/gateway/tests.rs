//! The authenticators with events of every source.

use super::*;
use crate::{
    Invocation, LambdaContext, Request,
    auth::{AuthError, Authenticator, Identity, IdentityKind, Scheme},
    event::{
        self, Source,
        emulate::{self, Caller, ClientCertificate, GatewayContext, IamCaller},
    },
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

mod callers;
mod garbage;
mod tokens;

/// Authenticates a request.
pub(super) fn ask(
    authenticator: &impl Authenticator,
    request: &Request,
) -> Result<Identity, AuthError> {
    // None of them waits for anything.
    let asked = pin!(authenticator.authenticate(request));
    match asked.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => found,
        Poll::Pending => panic!("an authenticator waits"),
    }
}

/// The request of an event of this source with this request context.
pub(super) fn request(source: Source, context: &Value) -> Request {
    let with = |members: Value| {
        let mut context = context.clone();
        if let (Some(context), Some(members)) = (context.as_object_mut(), members.as_object()) {
            context.extend(members.clone());
        }
        context
    };
    let format_1 = |version: Option<&str>, context: Value| {
        json!({
            "version": version, "resource": "/", "path": "/", "httpMethod": "GET",
            "requestContext": context,
        })
    };
    let event = match source {
        Source::RestApi => format_1(None, context.clone()),
        Source::HttpApiV1 => format_1(Some("1.0"), context.clone()),
        Source::HttpApi => json!({"version": "2.0", "rawPath": "/", "requestContext": context}),
        Source::FunctionUrl => json!({
            "version": "2.0", "rawPath": "/",
            "requestContext": with(json!({"domainName": "x.lambda-url.eu-west-1.on.aws"})),
        }),
        Source::Alb => json!({
            "httpMethod": "GET", "path": "/", "headers": {},
            "requestContext": with(json!({"elb": {"targetGroupArn": "arn"}})),
        }),
        Source::AlbMultiValue => json!({
            "httpMethod": "GET", "path": "/", "multiValueHeaders": {},
            "requestContext": with(json!({"elb": {"targetGroupArn": "arn"}})),
        }),
        Source::LatticeV1 => json!({
            "raw_path": "/", "method": "GET", "requestContext": context,
        }),
        Source::LatticeV2 => json!({
            "version": "2.0", "path": "/", "method": "GET", "requestContext": context,
        }),
    };
    let request = decoded(&event);
    assert_eq!(Invocation::of(&request).source(), Some(source), "{event}");
    request
}

fn decoded(event: &Value) -> Request {
    let event = event.to_string().into();
    event::decode(event, LambdaContext::default(), &Default::default()).unwrap()
}

/// The request of an event of VPC Lattice with this identity.
pub(super) fn lattice(identity: &Value) -> Request {
    let context = json!({
        "serviceNetworkArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0bf3f2882e9cc805a",
        "serviceArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c",
        "targetGroupArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-6d0ecf831eec9f09",
        "identity": identity, "region": "eu-west-1", "timeEpoch": "1696331543569073",
    });
    request(Source::LatticeV2, &context)
}

/// A request of this caller, as the source sends it.
fn sent(source: Source, caller: impl Into<Caller>) -> Request {
    let request = http::Request::get("/").body(Bytes::new()).unwrap();
    let facts = GatewayContext::new().api_id("a1").caller(caller);
    decoded(&emulate::event(source, &request, &facts))
}
