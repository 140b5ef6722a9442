//! Unsupported events and their errors.

use crate::{event, event_with, merge, try_decode};
use lambda_api::{
    Api, LambdaContext,
    event::{DecodeError, DecodeOptions, EventResponse, Source, decode},
};
use serde_json::{Value, json};

/// Returns the error of an unsupported event.
fn rejected(text: &str) -> String {
    match decode(
        text.to_owned().into(),
        LambdaContext::default(),
        &DecodeOptions::default(),
    ) {
        Err(DecodeError::UnsupportedEvent(error)) => error.to_string(),
        other => panic!("{other:?}\n{text}"),
    }
}

#[test]
fn a_web_socket_event_with_a_method_is_unsupported() {
    for source in Source::ALL {
        for mark in [
            json!({"connectionId": "x", "eventType": "CONNECT", "routeKey": "$connect"}),
            json!({"connectionId": "x"}),
            json!({"eventType": "MESSAGE"}),
            json!({"messageDirection": "IN"}),
        ] {
            let event = event_with(source, json!({"requestContext": mark}));
            let found = rejected(&event.to_string());
            assert!(found.contains("WebSocket"), "{source}: {found}");
        }
        let nulls = json!({"connectionId": null, "eventType": null, "messageDirection": null});
        let event = event_with(source, json!({"requestContext": nulls}));
        assert!(try_decode(&event, &DecodeOptions::default()).is_ok());
    }
}

#[test]
fn a_completion_event_is_no_request_of_any_source() {
    for source in Source::ALL {
        for status in [
            json!("Success"),
            json!({"code": 200}),
            json!(0),
            json!(false),
        ] {
            let event = event_with(source, json!({"invokeCompletionStatus": status}));
            let found = rejected(&event.to_string());
            assert!(found.contains("completion status"), "{source}: {found}");
        }
        // A client can only send it elsewhere.
        let text = r#"{"invokeCompletionStatus":"Success"}"#;
        let query = json!({"invokeCompletionStatus": "Success"});
        for with in [
            json!({"invokeCompletionStatus": null}),
            json!({"body": text}),
            json!({"queryStringParameters": query, "rawQueryString": "invokeCompletionStatus=Success"}),
            json!({"stageVariables": query}),
        ] {
            let event = event_with(source, with);
            assert!(
                try_decode(&event, &DecodeOptions::default()).is_ok(),
                "{event}"
            );
        }
    }
}

#[tokio::test]
async fn a_completion_event_is_acknowledged() {
    let app = Api::new().build().await.expect("an app");
    let event = r#"{"invokeCompletionStatus": "Success", "requestId": "r-1"}"#;
    let handled = app
        .handle_event(event.into(), LambdaContext::default())
        .await;
    assert_eq!(handled.expect("a response"), b"null");
    let handled = app
        .stream_event(event.into(), LambdaContext::default())
        .await;
    let EventResponse::Buffered(json) = handled.expect("a response") else {
        panic!("it is a stream");
    };
    assert_eq!(json, b"null");
}

#[test]
fn a_web_socket_event_cannot_hide_its_marks() {
    for context in [
        r#"{"connection\u0049d": "x", "stage": "prod"}"#,
        r#"{"\ud800": 1, "connectionId": "x"}"#,
        r#"{"requestId": "\ud800", "connectionId": "x"}"#,
        r#"{"connectionId": "x", "connectionId": null}"#,
        r#"{"connectionId": {}}"#,
    ] {
        for (before, behind) in [
            (r#""resource": "/","#, ""),
            ("", r#", "resource": "/""#),
            (r#""version": "1.0","#, r#", "rawPath": "/""#),
        ] {
            let event = format!(
                r#"{{"httpMethod": "GET", "path": "/", {before} "requestContext": {context} {behind}}}"#
            );
            assert!(rejected(&event).contains("WebSocket"), "{context}");
        }
    }
}

#[test]
fn two_request_contexts_make_no_request() {
    for source in Source::ALL {
        let mut event = event(source);
        merge(&mut event, json!({"requestContext": {"requestId": "r"}}));
        let text = event.to_string();
        let members = text.strip_suffix('}').unwrap();
        for (second, rejection) in [
            (r#""requestContext": {"authorizer": {}}"#, true),
            (r#""request\u0043ontext": {}"#, true),
            (r#""requestContext": 1"#, true),
            (r#""requestContext": null"#, false),
        ] {
            for event in [
                format!("{members}, {second}}}"),
                format!("{{{second}, {}", &text[1..]),
            ] {
                if rejection {
                    let found = rejected(&event);
                    assert!(found.contains("two request contexts"), "{source}: {found}");
                } else {
                    let decoded = decode(
                        event.into(),
                        LambdaContext::default(),
                        &DecodeOptions::default(),
                    );
                    assert!(decoded.is_ok(), "{source}");
                }
            }
        }
    }
}

#[test]
fn an_event_of_another_service_is_named() {
    let named: [(Value, &str); 12] = [
        (json!({"Records": [{"cf": {"request": {}}}]}), "CloudFront"),
        (
            json!({"Records": [{"eventSource": "aws:s3"}]}),
            "records of",
        ),
        (
            json!({"invocationId": "i", "deliveryStreamArn": "arn", "region": "r", "records": []}),
            "Firehose",
        ),
        (
            json!({"invocationId": "i", "applicationArn": "arn", "records": []}),
            "Kinesis",
        ),
        (
            json!({"eventSource": "aws:kafka", "bootstrapServers": "b", "records": {}}),
            "Kafka",
        ),
        (json!({"records": []}), "records of"),
        (
            json!({"version": "1", "triggerSource": "PostConfirmation_ConfirmSignUp",
                "userPoolId": "p", "request": {}, "response": {}}),
            "Cognito",
        ),
        (
            json!({"arguments": {}, "source": null, "info": {"fieldName": "f"}, "stash": {}}),
            "AppSync",
        ),
        (
            json!({"messageVersion": "1.0", "agent": {}, "actionGroup": "g", "apiPath": "/x",
                "httpMethod": "GET"}),
            "Bedrock",
        ),
        (json!({"detail-type": "x", "source": "y"}), "EventBridge"),
        (
            json!({"type": "TOKEN", "authorizationToken": "t", "methodArn": "arn"}),
            "Lambda authorizer",
        ),
        (
            json!({"authorizationToken": "t", "requestContext": {}}),
            "AppSync",
        ),
    ];
    for (event, expected) in named {
        let found = rejected(&event.to_string());
        assert!(found.contains("it looks like"), "{found}");
        assert!(found.contains(expected), "{event}: {found}");
    }
    assert!(!rejected(r#"{"key1": "value1"}"#).contains("it looks like"));
}
