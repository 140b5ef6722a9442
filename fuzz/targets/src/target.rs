//! Path and query. The first byte of the input selects the source, the rest of its line is the
//! path, and what follows is the query.

use crate::{
    apis,
    calls::{block_on, first_line},
    response,
};
use http::{Response, StatusCode, Uri};
use lambda_api::{
    App, LambdaContext,
    bytes::Bytes,
    event::{self, DecodeError, DecodeOptions, Source},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// Sends a path and a query through a source.
///
/// # Panics
/// Panics if a protected route is accessible, or if a handler gets values that were not sent.
pub fn run(data: &[u8]) {
    let (target, query) = first_line(data);
    let Some((chosen, path)) = target.split_first() else {
        return;
    };
    let source = Source::ALL[usize::from(*chosen) % Source::ALL.len()];
    let path = String::from_utf8_lossy(path);
    let query = String::from_utf8_lossy(query);
    let event: Bytes = event(source, &path, &query).to_string().into();
    let options = DecodeOptions::default();
    let decoded = event::decode(event.clone(), LambdaContext::default(), &options);
    let uri = match &decoded {
        Ok(request) => Some(request.uri()),
        Err(DecodeError::UnsupportedEvent(error)) => panic!("an event of {source}: {error}"),
        // It cannot be represented in an event, or exceeds a limit.
        Err(_) => None,
    };
    let seen = send(source, &apis::SEES, &event);
    let closed = send(source, &apis::CLOSED, &event);
    match uri {
        None => {
            assert!(seen.status().is_client_error(), "{seen:?}");
            assert_eq!(closed.status(), seen.status());
        }
        Some(uri) => {
            check_seen(uri, &seen);
            check_closed(uri, &closed);
        }
    }
}

fn send(source: Source, app: &App, event: &Bytes) -> Response<Bytes> {
    let response = block_on(app.handle_event(event.clone(), LambdaContext::default()));
    let response = response.expect("the event is valid");
    let response = response::check(source, &response);
    assert!(!response.status().is_server_error(), "{response:?}");
    response
}

/// Checks that a handler got the path and the query as they were sent, decoded once.
fn check_seen(uri: &Uri, response: &Response<Bytes>) {
    if response.status() != StatusCode::OK {
        assert!(response.status().is_client_error(), "{response:?}");
        return;
    }
    let seen: apis::Sees =
        serde_json::from_slice(response.body()).expect("the values a handler got");
    assert_eq!(seen.raw, uri.path());
    let decoded = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        decoded.expect("invalid UTF-8 is rejected").into_owned()
    };
    let path = uri.path();
    match seen.values.as_slice() {
        [id] => {
            let sent = path.strip_prefix("/one/").expect("the route of one");
            assert!(!sent.contains('/'), "{path}");
            assert_eq!(decoded(sent), *id);
        }
        [first, rest] => {
            let sent = path.strip_prefix("/rest/").expect("the greedy route");
            let (one, all) = sent.split_once('/').expect("two parameters");
            assert_eq!((decoded(one), decoded(all)), (first.clone(), rest.clone()));
        }
        other => panic!("{other:?}"),
    }
    let query = uri.query().unwrap_or_default();
    let sent: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(seen.query, sent);
}

/// Checks that without a credential only the public route responds, under its exact name, and that
/// other responses do not reveal which routes exist.
fn check_closed(uri: &Uri, response: &Response<Bytes>) {
    match response.status().as_u16() {
        200 => assert_eq!((uri.path(), &response.body()[..]), ("/open", &b"open"[..])),
        404 | 405 => panic!("{uri} was routed without authentication"),
        status => assert!((400..500).contains(&status), "{uri}: {status}"),
    }
}

/// The smallest event of each source, with the path and query in its format.
fn event(source: Source, path: &str, query: &str) -> Value {
    let mut last = Map::new();
    let mut lists = Map::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        last.insert(name.to_owned(), value.into());
        let list = lists.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    }
    match source {
        Source::RestApi => json!({"resource": "/{proxy+}", "httpMethod": "GET", "path": path,
            "multiValueQueryStringParameters": lists}),
        Source::HttpApiV1 => json!({"version": "1.0", "resource": "/{proxy+}", "httpMethod": "GET",
            "path": path, "multiValueQueryStringParameters": lists}),
        Source::Alb => json!({"requestContext": {"elb": {}}, "httpMethod": "GET", "path": path,
            "headers": {}, "queryStringParameters": last}),
        Source::AlbMultiValue => json!({"requestContext": {"elb": {}}, "httpMethod": "GET",
            "path": path, "multiValueHeaders": {}, "multiValueQueryStringParameters": lists}),
        Source::LatticeV1 => json!({"method": "GET", "raw_path": path, "headers": {},
            "query_string_parameters": last}),
        Source::LatticeV2 => json!({"version": "2.0", "method": "GET", "path": path,
            "headers": {}, "queryStringParameters": lists,
            "requestContext": {"serviceArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:service/s"}}),
        Source::FunctionUrl => json!({"version": "2.0", "rawPath": path, "rawQueryString": query,
            "requestContext": {"http": {"method": "GET"},
                "domainName": "abc.lambda-url.eu-west-1.on.aws"}}),
        _ => json!({"version": "2.0", "rawPath": path, "rawQueryString": query,
            "requestContext": {"http": {"method": "GET"}}}),
    }
}
