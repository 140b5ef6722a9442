//! What clients receive.

use super::{STREAMING, get_from, streaming};
use http::Response;
use lambda_api::event::Source;
use lambda_api_testing::{EventBuilder, fake_lambda::Invoke};
use serde_json::{Value, json};

fn problem(response: &Response<bytes::Bytes>) -> Value {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    serde_json::from_slice(response.body()).expect("a problem")
}

#[tokio::test]
async fn a_stream_has_the_headers_of_the_runtime_api() {
    let lambda = streaming().await;
    for path in ["/stream/head/200", "/log/x"] {
        let outcome = lambda.invoke(get_from(Source::FunctionUrl, path)).await;
        let response = outcome.response();
        assert!(response.is_streamed());
        for (name, value) in [
            (
                "content-type",
                "application/vnd.awslambda.http-integration-response",
            ),
            ("lambda-runtime-function-response-mode", "streaming"),
            ("transfer-encoding", "chunked"),
            (
                "trailer",
                "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
            ),
        ] {
            assert_eq!(response.headers()[name], value, "{path}");
        }
        assert!(
            response
                .headers()
                .contains_key("lambda-runtime-invocation-id")
        );
        assert!(!response.headers().contains_key("content-length"), "{path}");
    }
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}

#[tokio::test]
async fn status_headers_and_cookies_are_in_the_head() {
    let lambda = streaming().await;
    for source in STREAMING {
        let response = lambda.send(&get_from(source, "/stream/head/203")).await;
        assert_eq!(response.status(), 203);
        let all = |name| -> Vec<_> { response.headers().get_all(name).iter().collect() };
        assert_eq!(all("set-cookie"), ["a=1", "b=2; Secure"], "{source}");
        let values: &[&str] = match source {
            Source::RestApi => &["1", "2"],
            _ => &["1, 2"],
        };
        assert_eq!(all("x-a"), values);
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert_eq!(response.body(), "two parts");
    }
}

#[tokio::test]
async fn responses_without_a_body_are_heads_alone() {
    let lambda = streaming().await;
    for source in STREAMING {
        for (method, path, status) in [
            ("HEAD", "/stream/head/200", 200),
            ("HEAD", "/log/x", 200),
            ("HEAD", "/nowhere", 404),
            ("GET", "/stream/head/204", 204),
            ("GET", "/stream/head/205", 205),
            ("GET", "/stream/head/304", 304),
            ("GET", "/stream/then/0/end", 200),
        ] {
            let response = lambda.send(&get_from(source, path).method(method)).await;
            assert_eq!(response.status(), status, "{source} {method} {path}");
            assert_eq!(response.body(), "", "{source} {method} {path}");
        }
    }
}

#[tokio::test]
async fn errors_before_the_first_part_are_problems() {
    let lambda = streaming().await;
    for source in STREAMING {
        for (path, status, code) in [
            ("/nowhere", 404, "route_not_found"),
            ("/panic", 500, "internal_error"),
            ("/stream/then/0/error", 500, "internal_error"),
            ("/stream/then/0/panic", 500, "internal_error"),
            ("/stream/head/101", 500, "internal_error"),
        ] {
            let response = lambda.send(&get_from(source, path)).await;
            assert_eq!(response.status(), status, "{source} {path}");
            assert_eq!(problem(&response)["code"], code, "{source} {path}");
        }
        let post = get_from(source, "/log/x").method("POST");
        let response = lambda.send(&post).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
    }
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}

#[tokio::test]
async fn one_function_streams_to_one_source_only() {
    let lambda = crate::faults().env("LAMBDA_API_STREAM", "url").await;
    for source in Source::ALL {
        let event = EventBuilder::new(source).path("/stream/head/200");
        let event = match source {
            Source::FunctionUrl => event.response_stream(),
            _ => event,
        };
        let response = lambda.invoke(&event).await.response();
        assert_eq!(response.is_streamed(), source == Source::FunctionUrl);
        assert_eq!(response.http(source).body(), "two parts", "{source}");
    }
}

#[tokio::test]
async fn a_wrong_mode_is_what_clients_see() {
    let streams = streaming().await;
    let buffers = crate::faults().await;
    for source in STREAMING {
        let event = EventBuilder::new(source).path("/stream/head/200");
        let to_buffer = streams.invoke(&event).await.response();
        let to_stream = buffers.invoke(event.response_stream()).await.response();
        for (response, symptom) in [
            (to_buffer, "}\0\0\0\0\0\0\0\0two parts"),
            (to_stream, "\"body\":\"two parts\""),
        ] {
            if source == Source::FunctionUrl {
                let seen = response.http(source);
                assert_eq!(seen.status(), 200);
                let body = String::from_utf8_lossy(seen.body());
                assert!(body.starts_with("{\"statusCode\":200,"), "{body}");
                assert!(body.contains(symptom), "{body}");
            } else {
                let seen = std::panic::catch_unwind(|| response.http(source));
                assert!(seen.is_err(), "a REST API responds with 502");
            }
        }
    }
}

#[tokio::test]
async fn completion_events_are_acknowledged_with_one_warning() {
    let message = "a REST API streams";
    for (streams, warnings) in [("url", 1), ("url,rest", 0)] {
        let lambda = crate::faults().env("LAMBDA_API_STREAM", streams).await;
        for _ in 0..3 {
            let event = json!({"invokeCompletionStatus": "Success", "requestId": "r-1"});
            let response = lambda.invoke(Invoke::new(event)).await.response();
            assert!(!response.is_streamed());
            assert_eq!(response.json(), Value::Null);
        }
        // Its log comes after theirs.
        assert_eq!(lambda.send(&crate::get("/log/end")).await.status(), 200);
        lambda.log(|line| line.contains("err: end")).await;
        lambda.log(|line| line.contains("out: end")).await;
        assert_eq!(super::records(&lambda, message), warnings, "{streams}");
        assert_eq!(lambda.rejected_calls(), [""; 0]);
    }
}
