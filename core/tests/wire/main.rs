//! The properties of events and responses that AWS guarantees, one test for each.

mod hostile;
mod invocation;
mod not_http;
mod order;
mod paths;
mod properties;
mod requests;
mod responses;
mod sharing;

use lambda_api::{
    Invocation, LambdaContext, Request,
    event::{self, DecodeError, DecodeOptions, Source},
};
use serde_json::{Value, json};

/// Decodes an event with the default options.
fn decode(event: &Value) -> Request {
    match try_decode(event, &DecodeOptions::default()) {
        Ok(request) => request,
        Err(error) => panic!("{error}\n{event}"),
    }
}

fn try_decode(event: &Value, options: &DecodeOptions) -> Result<Request, DecodeError> {
    event::decode(event.to_string().into(), LambdaContext::default(), options)
}

/// Decodes a malformed event. Returns its source and the error.
fn malformed(event: &Value) -> (Option<Source>, String) {
    match try_decode(event, &DecodeOptions::default()) {
        Err(DecodeError::Malformed {
            invocation, detail, ..
        }) => (invocation.source(), detail),
        other => panic!("{other:?}\n{event}"),
    }
}

fn invocation(request: &Request) -> &Invocation {
    request
        .extensions()
        .get()
        .expect("a decoded request has its invocation")
}

fn header<'r>(request: &'r Request, name: &str) -> Vec<&'r str> {
    request
        .headers()
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect()
}

/// Returns the decoded query parameters, in order.
fn query(request: &Request) -> Vec<(String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| (String::from(*name), String::from(*value)))
        .collect()
}

/// Returns a minimal event of a source, which tests extend.
fn event(source: Source) -> Value {
    match source {
        Source::RestApi => json!({"httpMethod": "GET", "path": "/", "resource": "/{proxy+}"}),
        Source::HttpApi => json!({"version": "2.0", "rawPath": "/", "rawQueryString": "",
            "requestContext": {"http": {"method": "GET", "path": "/"}}}),
        Source::HttpApiV1 => json!({"version": "1.0", "httpMethod": "GET", "path": "/"}),
        Source::FunctionUrl => json!({"version": "2.0", "rawPath": "/", "rawQueryString": "",
            "requestContext": {"domainName": "x.lambda-url.eu-west-1.on.aws",
                "http": {"method": "GET", "path": "/"}}}),
        Source::Alb => json!({"httpMethod": "GET", "path": "/", "headers": {},
            "requestContext": {"elb": {"targetGroupArn": "arn"}}}),
        Source::AlbMultiValue => json!({"httpMethod": "GET", "path": "/", "multiValueHeaders": {},
            "requestContext": {"elb": {"targetGroupArn": "arn"}}}),
        Source::LatticeV1 => json!({"raw_path": "/", "method": "GET", "headers": {}}),
        Source::LatticeV2 => json!({"version": "2.0", "path": "/", "method": "GET",
            "requestContext": {"serviceArn": "arn"}}),
        _ => panic!("no event for {source}"),
    }
}

/// Returns the event of a source with additional members.
fn event_with(source: Source, more: Value) -> Value {
    let mut event = event(source);
    merge(&mut event, more);
    event
}

fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// The member that contains the path.
fn path_key(source: Source) -> &'static str {
    match source {
        Source::HttpApi | Source::FunctionUrl => "rawPath",
        Source::LatticeV1 => "raw_path",
        _ => "path",
    }
}
