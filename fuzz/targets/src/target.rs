//! Path and query: the first byte chooses the source, the rest of its line is the path, and what
//! comes after it is the query.

use crate::{
    apis,
    calls::{block_on, first_line},
    reply,
};
use http::{Response, StatusCode, Uri};
use lambda_api::{
    App, LambdaContext,
    bytes::Bytes,
    event::{self, DecodeError, DecodeOptions, Source},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// Sends one path and query through one source.
///
/// # Panics
/// When a closed route is open, or when a handler sees other values than were sent.
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
        Err(DecodeError::NotHttp(error)) => panic!("an event of {source}: {error}"),
        // It cannot be represented, or is over a limit.
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
    let reply = block_on(app.handle_event(event.clone(), LambdaContext::default()));
    let reply = reply.expect("the event is one");
    let reply = reply::check(source, &reply);
    assert!(!reply.status().is_server_error(), "{reply:?}");
    reply
}

/// A handler that answers has seen the path and the query as they were sent, decoded once.
fn check_seen(uri: &Uri, reply: &Response<Bytes>) {
    if reply.status() != StatusCode::OK {
        assert!(reply.status().is_client_error(), "{reply:?}");
        return;
    }
    let seen: apis::Sees = serde_json::from_slice(reply.body()).expect("what a handler saw");
    assert_eq!(seen.raw, uri.path());
    let decoded = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        decoded.expect("what is no UTF-8 is refused").into_owned()
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

/// Without a credential nothing answers but the one route that is public, by its one name; and
/// which others there are, nobody can tell.
fn check_closed(uri: &Uri, reply: &Response<Bytes>) {
    match reply.status().as_u16() {
        200 => assert_eq!((uri.path(), &reply.body()[..]), ("/open", &b"open"[..])),
        404 | 405 => panic!("{uri} was looked up for nobody"),
        status => assert!((400..500).contains(&status), "{uri}: {status}"),
    }
}

/// The least event of each source, with a path and a query as it has them.
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
