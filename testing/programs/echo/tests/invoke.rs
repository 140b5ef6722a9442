//! The compiled program, asked from outside: `echo invoke -`.

use lambda_api_testing_internal::run;
use serde_json::{Value, json};
use std::process::Command;

/// The response to an event, as its source would get it.
fn invoke(event: &Value) -> Value {
    let mut echo = Command::new(env!("CARGO_BIN_EXE_echo"));
    let run = run(echo.args(["invoke", "-"]), event.to_string().as_bytes());
    assert_eq!(run.code, Some(0), "{event}\n{}", run.log);
    assert!(!run.log.contains("panicked"), "{event}\n{}", run.log);
    serde_json::from_str(&run.out).unwrap()
}

/// What the program understood of an event.
fn seen(event: &Value) -> Value {
    let response = invoke(event);
    assert_eq!(response["statusCode"], 200, "{response}");
    assert_eq!(response["isBase64Encoded"], false, "{response}");
    serde_json::from_str(response["body"].as_str().unwrap()).unwrap()
}

/// An event with some of its members replaced.
fn with(mut event: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("members were expected")
    };
    for (name, value) in members {
        event[name] = value;
    }
    event
}

fn rest() -> Value {
    json!({
        "resource": "/{path+}",
        "path": "/a%20b",
        "httpMethod": "POST",
        "headers": {"X-Tag": "2"},
        "multiValueHeaders": {"X-Tag": ["1", "2"], "Cookie": ["a=1; b=2"]},
        "queryStringParameters": {"q": "é"},
        "multiValueQueryStringParameters": {"q": ["x y", "é"]},
        "pathParameters": {"path": "a b"},
        "stageVariables": null,
        "requestContext": {
            "stage": "prod",
            "requestId": "id-1",
            "identity": {"sourceIp": "192.0.2.1"},
            "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
        },
        "body": "aGk=",
        "isBase64Encoded": true,
    })
}

fn http() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/prod/a b",
        "rawQueryString": "q=x+y&q=%C3%A9",
        "cookies": ["a=1", "b=2"],
        "headers": {"x-tag": "1,2"},
        "requestContext": {
            "stage": "prod",
            "requestId": "id-1",
            "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
            "http": {"method": "POST", "path": "/prod/a b", "sourceIp": "192.0.2.1"},
        },
        "body": "hi",
        "isBase64Encoded": false,
    })
}

fn alb_multi() -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:x"}},
        "httpMethod": "POST",
        "path": "/a%20b",
        "multiValueQueryStringParameters": {"q": ["x+y", "%C3%A9"]},
        "multiValueHeaders": {
            "cookie": ["a=1; b=2"],
            "x-forwarded-for": ["192.0.2.1"],
            "x-tag": ["1", "2"],
        },
        "body": "hi",
        "isBase64Encoded": false,
    })
}

#[test]
fn each_source_is_understood() {
    let url = with(
        http(),
        json!({
            "rawPath": "/a%20b",
            "requestContext": {
                "stage": "$default",
                "requestId": "id-1",
                "domainName": "abc.lambda-url.eu-west-1.on.aws",
                "http": {"method": "POST", "path": "/a%20b", "sourceIp": "192.0.2.1"},
            },
        }),
    );
    let alb = json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:x"}},
        "httpMethod": "POST",
        "path": "/a%20b",
        "queryStringParameters": {"q": "x+y"},
        "headers": {"cookie": "a=1; b=2", "x-tag": "1", "x-forwarded-for": "192.0.2.1"},
        "body": "hi",
        "isBase64Encoded": false,
    });
    let lattice1 = json!({
        "raw_path": "/a%20b?q=x+y",
        "method": "POST",
        "headers": {"cookie": "a=1; b=2", "x-tag": "1", "x-forwarded-for": "192.0.2.1"},
        "query_string_parameters": {"q": "x y"},
        "body": "aGk=",
        "is_base64_encoded": true,
    });
    let lattice2 = json!({
        "version": "2.0",
        "path": "/a%20b?q=x+y",
        "method": "POST",
        "headers": {
            "cookie": ["a=1; b=2"],
            "x-tag": ["1", "2"],
            "x-forwarded-for": ["192.0.2.1"],
        },
        "queryStringParameters": {"q": ["x y"]},
        "body": "hi",
        "isBase64Encoded": false,
        "requestContext": {"serviceNetworkArn": "arn:aws:vpc-lattice:x"},
    });
    let (both, one) = (json!([["q", "x y"], ["q", "é"]]), json!([["q", "x y"]]));
    let (id, stage) = (json!("id-1"), json!("prod"));
    for (source, event, query, tags, id, stage) in [
        (
            "rest",
            rest(),
            &both,
            &["1", "2"][..],
            Some(&id),
            Some(&stage),
        ),
        (
            "http1",
            with(rest(), json!({"version": "1.0", "path": "/a b"})),
            &both,
            &["1", "2"],
            Some(&id),
            Some(&stage),
        ),
        ("http", http(), &both, &["1,2"], Some(&id), Some(&stage)),
        ("url", url, &both, &["1,2"], Some(&id), None),
        ("alb-multi", alb_multi(), &both, &["1", "2"], None, None),
        ("alb", alb, &one, &["1"], None, None),
        ("lattice1", lattice1, &one, &["1"], None, None),
        ("lattice2", lattice2, &one, &["1", "2"], None, None),
    ] {
        let seen = seen(&event);
        assert_eq!(seen["source"], source);
        assert_eq!(seen["method"], "POST", "{source}");
        assert_eq!(seen["path"], "/a%20b", "{source}");
        assert_eq!(&seen["query"], query, "{source}");
        assert_eq!(seen["cookies"], json!([["a", "1"], ["b", "2"]]), "{source}");
        assert_eq!(seen["body"], "aGk=", "{source}");
        assert_eq!(seen["source_ip"], "192.0.2.1", "{source}");
        let found: Vec<_> = seen["headers"].as_array().unwrap().iter().collect();
        let tagged = found.iter().filter(|header| header[0] == "x-tag");
        assert_eq!(
            tagged.map(|header| &header[1]).collect::<Vec<_>>(),
            tags,
            "{source}"
        );
        if let Some(id) = id {
            assert_eq!(&seen["request_id"], id, "{source}");
        }
        match stage {
            Some(stage) => assert_eq!(&seen["stage"], stage, "{source}"),
            None if source == "url" => assert_eq!(seen["stage"], "$default"),
            None => assert_eq!(seen["stage"], Value::Null, "{source}"),
        }
    }
}

#[test]
fn strange_events_never_panic() {
    let huge = "x".repeat(100_000);
    let context = |member: &str, value: Value| {
        let mut event = http();
        event["requestContext"][member] = value;
        event
    };
    for (event, status) in [
        (
            with(
                rest(),
                json!({"multiValueHeaders": {"x-forwarded-proto": ["https,http"]}}),
            ),
            200,
        ),
        (
            with(rest(), json!({"multiValueHeaders": {"Host": ["a b\\<"]}})),
            200,
        ),
        (
            with(http(), json!({"rawQueryString": "a=<b>\"c\" d&\\|^`{}"})),
            200,
        ),
        (with(http(), json!({"rawPath": "/prod/a b<\"é>"})), 200),
        (with(http(), json!({"rawPath": "/prod/%2e%2e/../%00"})), 200),
        (with(http(), json!({"rawPath": "/prod/%ff%"})), 200),
        (with(http(), json!({"rawPath": huge})), 414),
        (with(http(), json!({"isBase64Encoded": null})), 200),
        (
            with(http(), json!({"isBase64Encoded": true, "body": "*"})),
            400,
        ),
        (
            with(rest(), json!({"multiValueHeaders": {"x": ["a\nb"]}})),
            400,
        ),
        (
            with(rest(), json!({"multiValueHeaders": {"a b": ["c"]}})),
            400,
        ),
        (
            with(rest(), json!({"multiValueHeaders": null, "headers": null})),
            200,
        ),
        (
            with(rest(), json!({"multiValueQueryStringParameters": null})),
            200,
        ),
        (with(rest(), json!({"requestContext": null})), 200),
        (
            with(
                http(),
                json!({"headers": null, "cookies": null, "body": null}),
            ),
            200,
        ),
        (with(http(), json!({"cookies": ["a=\u{1}"]})), 400),
        (
            context(
                "authorizer",
                json!({"jwt": {"claims": {"a": 1, "b": [null]}}}),
            ),
            200,
        ),
        (context("stage", json!(7)), 200),
        (context("domainName", Value::Null), 200),
    ] {
        let response = invoke(&event);
        assert_eq!(response["statusCode"], status, "{event}\n{response}");
        if status == 400 {
            let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
            assert_eq!(problem["code"], "malformed_request", "{event}\n{response}");
        }
    }
}

#[test]
fn a_query_that_no_uri_can_have_is_read_all_the_same() {
    let event = with(http(), json!({"rawQueryString": "a=<b>\"c\" d"}));
    assert_eq!(seen(&event)["query"], json!([["a", "<b>\"c\" d"]]));
}

#[test]
fn the_framing_of_a_response_is_left_to_the_gateway() {
    let wanted = json!({
        "status": 200,
        "headers": [
            ["content-type", "text/plain"],
            ["transfer-encoding", "chunked"],
            ["connection", "keep-alive"],
            ["keep-alive", "timeout=5"],
            ["content-length", "999"],
        ],
        "body": "aGVsbG8=",
    });
    let wanted = json!({"body": wanted.to_string(), "isBase64Encoded": false});
    let response = invoke(&with(
        with(http(), json!({"rawPath": "/prod/reply"})),
        wanted,
    ));
    assert_eq!(response["headers"], json!({"content-type": "text/plain"}));
    assert_eq!(response["body"], "hello");
}

#[test]
fn any_response_arrives_as_it_was_asked_for() {
    let wanted = json!({
        "status": 418,
        "headers": [
            ["content-type", "application/octet-stream"],
            ["x-tag", "1"],
            ["x-tag", "2"],
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"],
        ],
        "body": "AP8=",
    });
    let wanted = json!({"body": wanted.to_string(), "isBase64Encoded": false});

    let response = invoke(&with(
        with(http(), json!({"rawPath": "/prod/reply"})),
        wanted.clone(),
    ));
    assert_eq!(response["statusCode"], 418);
    assert_eq!(
        (&response["body"], &response["isBase64Encoded"]),
        (&json!("AP8="), &json!(true))
    );
    assert_eq!(response["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(response["headers"]["x-tag"], "1, 2");

    for event in [rest(), alb_multi()] {
        let response = invoke(&with(
            with(event, json!({"path": "/reply"})),
            wanted.clone(),
        ));
        assert_eq!(response["statusCode"], 418);
        assert_eq!(response["body"], "AP8=");
        assert_eq!(response["multiValueHeaders"]["x-tag"], json!(["1", "2"]));
        assert_eq!(
            response["multiValueHeaders"]["set-cookie"],
            json!(["a=1", "b=2"])
        );
    }
}

#[test]
fn a_response_that_cannot_be_made_is_a_problem() {
    let wanted = json!({"status": 99, "headers": [], "body": ""}).to_string();
    let event = with(http(), json!({"rawPath": "/prod/reply", "body": wanted}));
    let response = invoke(&event);
    assert_eq!(response["statusCode"], 422);
    let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "invalid_status");
    assert_eq!(problem["request_id"], "id-1");
}
