//! The order of the members of an event does not change the result.

use lambda_api::{
    Invocation, LambdaContext, Request,
    event::{self, DecodeOptions, Source},
};
use proptest::prelude::*;
use serde_json::{Value, json};

type Member = (String, Value);

/// An event with all members of its source, and members of other sources.
fn full(source: Source) -> Value {
    let headers = json!({"Host": "example.com", "X-A": "2", "x-only": "here"});
    let multi_headers = json!({"Host": ["example.com"], "X-A": ["1", "2"]});
    let more = match source {
        Source::RestApi | Source::HttpApiV1 => json!({"resource": "/{proxy+}", "rawPath": "/other",
            "path": "/a/b", "headers": headers, "multiValueHeaders": multi_headers,
            "queryStringParameters": {"q": "2", "only": "here"},
            "multiValueQueryStringParameters": {"q": ["1", "2"]},
            "stageVariables": {"s": "v"}, "pathParameters": {"proxy": "a/b"},
            "requestContext": {"resourcePath": "/{proxy+}", "httpMethod": "GET", "stage": "prod",
                "requestId": "r", "requestTimeEpoch": 7, "timeEpoch": 8, "accountId": "1",
                "identity": {"sourceIp": "192.0.2.1", "user": null}}}),
        Source::HttpApi | Source::FunctionUrl => json!({"rawPath": "/a/b", "path": "/other",
            "resource": "/other", "httpMethod": "PUT", "rawQueryString": "q=1",
            "headers": headers, "cookies": ["c=1", "d=2"], "routeKey": "$default",
            "queryStringParameters": {"q": "2"}, "pathParameters": {"proxy": "a/b"},
            "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.1"}, "stage": "$default",
                "requestId": "r", "timeEpoch": 8, "routeKey": "$default"}}),
        Source::Alb => json!({"resource": "/other", "path": "/a/b", "headers": headers,
            "queryStringParameters": {"q": "%31"}}),
        Source::AlbMultiValue => json!({"resource": "/other", "path": "/a/b",
            "multiValueHeaders": multi_headers, "rawPath": "/other",
            "multiValueQueryStringParameters": {"q": ["%31"]}}),
        Source::LatticeV1 => json!({"raw_path": "/a/b", "headers": headers, "path": "/other",
            "query_string_parameters": {"q": "1"}, "queryStringParameters": {"other": "1"},
            "is_base64_encoded": true}),
        _ => json!({"path": "/a/b", "headers": {"x-a": ["1", "2"]}, "rawPath": null,
            "queryStringParameters": {"q": ["1"]}, "query_string_parameters": {"other": "1"},
            "requestContext": {"serviceNetworkArn": "arn", "timeEpoch": "8000"}}),
    };
    let mut event = crate::event_with(source, more);
    crate::merge(&mut event, json!({"body": "eA=="}));
    if source != Source::LatticeV1 {
        crate::merge(&mut event, json!({"isBase64Encoded": true}));
    }
    event
}

/// Members that emulators and SDKs set to null when absent, in all spellings.
const NULLS: &[&str] = &[
    "queryStringParameters",
    "query_string_parameters",
    "multiValueQueryStringParameters",
    "isBase64Encoded",
    "is_base64_encoded",
    "headers",
    "multiValueHeaders",
    "cookies",
    "body",
    "path",
    "rawPath",
    "raw_path",
    "rawQueryString",
    "resource",
    "httpMethod",
    "method",
    "version",
    "requestContext",
    "stageVariables",
    "pathParameters",
    "methodArn",
    "Records",
];
const NULLS_OF_CONTEXTS: &[&str] = &[
    "elb",
    "http",
    "identity",
    "connectionId",
    "serviceArn",
    "stage",
    "domainName",
    "requestId",
    "timeEpoch",
];

fn members(object: &Value, nulls: &[&str]) -> Vec<Member> {
    let known = object.as_object().into_iter().flatten();
    let nulls = nulls.iter().map(|name| ((*name).to_owned(), Value::Null));
    known
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(nulls)
        .collect()
}

fn object<'m>(members: impl IntoIterator<Item = (&'m String, String)>) -> String {
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// An event of a source and the same event with its members, and those of its context, in random
/// order, with nulls among them.
fn shuffled() -> impl Strategy<Value = (Source, Value, String)> {
    proptest::sample::select(&Source::ALL[..]).prop_flat_map(|source| {
        let event = full(source);
        let context = members(&event["requestContext"], NULLS_OF_CONTEXTS);
        let has_context = !event["requestContext"].is_null();
        let top = Just(members(&event, NULLS)).prop_shuffle();
        let context = Just(context).prop_shuffle();
        (top, context).prop_map(move |(top, context)| {
            let context = context
                .iter()
                .map(|(name, value)| (name, value.to_string()));
            let context = object(context);
            let text = object(top.iter().map(|(name, value)| {
                let is_context = has_context && name == "requestContext" && !value.is_null();
                let text = if is_context {
                    context.clone()
                } else {
                    value.to_string()
                };
                (name, text)
            }));
            (source, event.clone(), text)
        })
    })
}

fn decode(text: &str, options: &DecodeOptions) -> Request {
    match event::decode(text.to_owned().into(), LambdaContext::default(), options) {
        Ok(request) => request,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Everything that a handler can observe, except for the raw request context.
fn seen(request: &Request) -> String {
    let invocation = request.extensions().get::<Invocation>().unwrap();
    let mut headers: Vec<_> = request.headers().iter().collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    let context: Value = invocation.request_context_as().unwrap_or_default();
    let facts = (
        invocation.source_ip(),
        invocation.stage(),
        invocation.request_id(),
        invocation.account_id(),
        invocation.domain_name(),
        invocation.time(),
        invocation.stage_variable("s"),
        invocation.path_parameter("proxy"),
        context["authorizer"].clone(),
    );
    format!(
        "{:?} {} {} {headers:?} {:?} {facts:?}",
        invocation.source(),
        request.method(),
        request.uri(),
        request.body().bytes(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_order_of_members_and_no_null_changes_a_request((source, event, shuffled) in shuffled()) {
        for strip_stage in [None, Some(true)] {
            let options = strip_stage.into_iter().fold(DecodeOptions::default(), DecodeOptions::strip_stage);
            let expected = decode(&event.to_string(), &options);
            prop_assert_eq!(expected.uri().path(), "/a/b");
            let request = decode(&shuffled, &options);
            prop_assert_eq!(seen(&request), seen(&expected), "{}", shuffled);
            prop_assert_eq!(crate::invocation(&request).source(), Some(source));
        }
    }
}

#[test]
fn an_alb_event_that_names_a_resource_first_is_an_albs() {
    for event in [
        r#"{"resource": "/x", "httpMethod": "GET", "path": "/x", "headers": {"host": "h"},
            "requestContext": {"elb": {"targetGroupArn": "arn"}}}"#,
        r#"{"requestContext": {"elb": {"targetGroupArn": "arn"}}, "headers": {"host": "h"},
            "path": "/x", "httpMethod": "GET", "resource": "/x"}"#,
    ] {
        let request = decode(event, &DecodeOptions::default());
        assert_eq!(crate::invocation(&request).source(), Some(Source::Alb));
        assert_eq!(crate::header(&request, "host"), ["h"]);
    }
}
