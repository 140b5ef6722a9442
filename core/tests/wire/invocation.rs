//! The invocation: the data of the gateway about a request.

use crate::{decode, event, event_with, invocation};
use lambda_api::{LambdaContext, event::Source};
use serde::Deserialize;
use serde_json::json;
use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

#[test]
fn the_request_id_is_the_gateways_or_else_lambdas() {
    let mut lambda = LambdaContext::default();
    lambda.request_id = "lambda-id".into();
    let decode = |event: &serde_json::Value| {
        lambda_api::event::decode(
            event.to_string().into(),
            lambda.clone(),
            &Default::default(),
        )
        .unwrap()
    };
    for source in [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
    ] {
        let event = event_with(
            source,
            json!({"requestContext": {"requestId": "gateway-id"}}),
        );
        assert_eq!(
            invocation(&decode(&event)).request_id(),
            Some("gateway-id"),
            "{source}"
        );
    }
    for source in Source::ALL {
        let request = decode(&event(source));
        assert_eq!(
            invocation(&request).request_id(),
            Some("lambda-id"),
            "{source}"
        );
        assert_eq!(invocation(&request).lambda().request_id, "lambda-id");
    }
    assert_eq!(
        invocation(&crate::decode(&event(Source::Alb))).request_id(),
        None
    );
}

#[test]
fn the_source_ip_is_the_gateways_word() {
    for (source, context) in [
        (
            Source::RestApi,
            json!({"identity": {"sourceIp": "192.0.2.1"}}),
        ),
        (
            Source::HttpApiV1,
            json!({"identity": {"sourceIp": "192.0.2.1"}}),
        ),
        (Source::HttpApi, json!({"http": {"sourceIp": "192.0.2.1"}})),
        (
            Source::FunctionUrl,
            json!({"http": {"sourceIp": "192.0.2.1"}}),
        ),
    ] {
        let event = event_with(
            source,
            json!({"requestContext": context, "headers": {"x-forwarded-for": "203.0.113.9"}}),
        );
        assert_eq!(
            invocation(&decode(&event)).source_ip(),
            Some("192.0.2.1"),
            "{source}"
        );
    }
    let forged = event_with(
        Source::HttpApi,
        json!({"headers": {"x-forwarded-for": "203.0.113.9"}}),
    );
    assert_eq!(invocation(&decode(&forged)).source_ip(), None);
}

#[test]
fn alb_and_lattice_source_ip_is_the_last_forwarded_for() {
    for source in [Source::Alb, Source::LatticeV1, Source::LatticeV2] {
        let event = event_with(
            source,
            json!({"headers": {"X-Forwarded-For": "10.0.0.1, 192.0.2.1"}}),
        );
        assert_eq!(
            invocation(&decode(&event)).source_ip(),
            Some("192.0.2.1"),
            "{source}"
        );
    }
    let event = event_with(
        Source::AlbMultiValue,
        json!({"multiValueHeaders": {"x-forwarded-for": ["10.0.0.1", "10.0.0.2,192.0.2.1"]}}),
    );
    assert_eq!(invocation(&decode(&event)).source_ip(), Some("192.0.2.1"));
}

#[test]
fn the_facts_of_a_context_are_typed() {
    for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
        let request = decode(&event_with(
            source,
            json!({"requestContext": {"stage": "prod", "accountId": "123456789012",
                "apiId": "abc123", "domainName": "abc123.execute-api.eu-west-1.amazonaws.com"}}),
        ));
        let invocation = invocation(&request);
        assert_eq!(invocation.stage(), Some("prod"), "{source}");
        assert_eq!(invocation.account_id(), Some("123456789012"), "{source}");
        assert_eq!(invocation.api_id(), Some("abc123"), "{source}");
        assert!(
            invocation.domain_name().unwrap().starts_with("abc123."),
            "{source}"
        );
    }
}

#[test]
fn a_time_is_in_milliseconds_and_at_lattice_in_microseconds() {
    let at = |ms| Some(SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
    for (source, context, expected) in [
        (
            Source::HttpApi,
            json!({"timeEpoch": 1_583_348_638_390_u64}),
            at(1_583_348_638_390),
        ),
        (
            Source::HttpApi,
            json!({"timeEpoch": "1583348638390"}),
            at(1_583_348_638_390),
        ),
        (
            Source::RestApi,
            json!({"requestTimeEpoch": 1_583_348_638_390_u64}),
            at(1_583_348_638_390),
        ),
        (
            Source::LatticeV2,
            json!({"timeEpoch": "1696331543569000"}),
            at(1_696_331_543_569),
        ),
        (Source::HttpApi, json!({"timeEpoch": -1}), None),
        (Source::HttpApi, json!({"timeEpoch": "soon"}), None),
        (Source::Alb, json!({}), None),
    ] {
        let request = decode(&event_with(source, json!({"requestContext": context})));
        assert_eq!(invocation(&request).time(), expected, "{source} {context}");
    }
}

#[test]
fn stage_variables_and_path_parameters_can_be_asked_for() {
    let request = decode(&event_with(
        Source::RestApi,
        json!({"stageVariables": {"table": "orders", "odd": null}, "pathParameters": {"proxy": "a/b"}}),
    ));
    let invocation = invocation(&request);
    assert_eq!(invocation.stage_variable("table"), Some("orders"));
    assert_eq!(invocation.stage_variable("odd"), None);
    assert_eq!(
        invocation.stage_variables().collect::<Vec<_>>(),
        [("table", "orders")]
    );
    assert_eq!(invocation.path_parameter("proxy"), Some("a/b"));
    assert_eq!(invocation.path_parameter("table"), None);
    assert_eq!(
        invocation.path_parameters().collect::<Vec<_>>(),
        [("proxy", "a/b")]
    );
}

#[test]
fn the_iam_identity_of_lattice_can_be_read() {
    #[derive(Deserialize)]
    struct Context<'a> {
        #[serde(borrow)]
        identity: Identity<'a>,
    }

    #[derive(Deserialize)]
    struct Identity<'a> {
        #[serde(borrow, rename = "type")]
        kind: Cow<'a, str>,
        #[serde(borrow)]
        principal: Cow<'a, str>,
    }

    let request = decode(&event_with(
        Source::LatticeV2,
        json!({"requestContext": {"identity": {"type": "AWS_IAM",
            "principal": "arn:aws:iam::123456789012:role/reader",
            "sourceVpcArn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"}}}),
    ));
    let context: Context<'_> = invocation(&request).request_context_as().unwrap();
    assert_eq!(context.identity.kind, "AWS_IAM");
    assert!(context.identity.principal.ends_with("role/reader"));
}

#[test]
fn the_flat_claims_of_http_api_payload_1_can_be_read() {
    let request = decode(&event_with(
        Source::HttpApiV1,
        json!({"requestContext": {"authorizer": {"claims": {"sub": "a"}, "scopes": ["x"]}}}),
    ));
    let context: serde_json::Value = invocation(&request).request_context_as().unwrap();
    assert_eq!(context["authorizer"]["claims"]["sub"], "a");
}

#[test]
fn debug_shows_nothing_of_the_context() {
    let request = decode(&event_with(
        Source::HttpApi,
        json!({"requestContext": {"requestId": "r", "authorizer": {"jwt": {"claims": {"email": "s3cret"}}}},
            "stageVariables": {"key": "s3cret"}}),
    ));
    let shown = format!("{:?}", invocation(&request));
    assert!(
        shown.contains("HttpApi") && shown.contains("\"r\""),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"), "{shown}");
}
