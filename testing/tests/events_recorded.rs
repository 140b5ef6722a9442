//! A recorded event becomes a test case: what the test says is changed in the shape of its source,
//! and all else stays.

use http::header::HeaderMap;
use lambda_api::event::{Source, emulate::Caller};
use lambda_api_testing::EventBuilder;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

/// An event with something of everything, as its source would send it.
fn full(source: Source) -> EventBuilder {
    EventBuilder::new(source)
        .method("POST")
        .path("/orders/7?a=1&b=x%20y")
        .header("x-tag", "one")
        .header("x-tag", "two")
        .header("x-forwarded-for", "203.0.113.9")
        .cookie("session", "s-1")
        .json(&json!({"sku": "tea"}))
        .gateway(|gateway| gateway.stage("test").route("/orders/{id}"))
        .gateway(|gateway| gateway.stage_variable("table", "orders"))
        .source_ip("198.51.100.7")
        .gateway(|gateway| gateway.request_id("r-1"))
        .gateway(|gateway| gateway.time(UNIX_EPOCH + Duration::from_millis(1_583_349_317_135)))
}

fn recorded(source: Source) -> EventBuilder {
    EventBuilder::from_value(full(source).to_value())
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn an_unchanged_event_keeps_its_bytes() {
    let text = r#"{ "rawPath": "/x", "path": 7, "unknown": [1e2],
        "requestContext": {"http": {"method": "GET"}} }"#;
    let path = std::env::temp_dir().join(format!("lambda-api-recorded-{}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let event = EventBuilder::from_file(&path);
    assert_eq!(event.to_string(), text);
    assert_eq!(event.to_bytes(), text);
    std::fs::remove_file(&path).unwrap();
    for source in Source::ALL {
        let event = full(source).to_value();
        assert_eq!(EventBuilder::from_value(event.clone()).to_value(), event);
    }
}

#[test]
fn a_byte_order_mark_before_a_recorded_event_is_skipped() {
    let path = std::env::temp_dir().join(format!("lambda-api-bom-{}", std::process::id()));
    let text = r#"{"rawPath": "/x", "requestContext": {"http": {"method": "GET"}}}"#;
    std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
    let event = EventBuilder::from_file(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(event.to_string(), text);
}

#[test]
fn an_event_can_be_written_to_a_file_and_read_back() {
    let directory = std::env::temp_dir().join(format!("lambda-api-events-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for source in Source::ALL {
        let path = directory.join(format!("{source}.json"));
        let event = full(source);
        std::fs::write(&path, format!("{event:#}\n")).unwrap();
        let read = EventBuilder::from_file(&path);
        assert_eq!(read.source(), source);
        assert_eq!(read.to_value(), event.to_value());
    }
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Whatever is changed in a recorded event is as if it had been sent so from the start.
#[test]
fn a_changed_recorded_event_is_like_a_sent_one() {
    type Change = fn(EventBuilder) -> EventBuilder;
    let changes: &[(&str, Change)] = &[
        ("method", |event| event.method("PUT")),
        ("path", |event| event.path("/orders/8")),
        ("path and query", |event| event.path("/orders/9?c=3")),
        ("query", |event| event.query("a", "2")),
        ("raw query", |event| event.path("/orders/7?z=%20")),
        ("cookie", |event| event.cookie("theme", "dark")),
        ("text", |event| {
            event.header("content-type", "text/plain").text("hi")
        }),
        ("bytes", |event| event.body(vec![0xff, 0xfe])),
        ("no body", |event| event.body("")),
        ("stage variable", |event| {
            event.gateway(|gateway| gateway.stage_variable("colour", "blue"))
        }),
        ("source ip", |event| event.source_ip("198.51.100.8")),
        ("user agent", |event| {
            event.header("user-agent", "curl/8.5.0")
        }),
        ("request id", |event| {
            event.gateway(|gateway| gateway.request_id("r-2"))
        }),
        ("account", |event| {
            event.gateway(|gateway| gateway.account_id("111122223333"))
        }),
        ("time", |event| {
            event.gateway(|gateway| gateway.time(UNIX_EPOCH + Duration::from_secs(1_700_000_000)))
        }),
        ("stage", |event| {
            event.gateway(|gateway| gateway.stage("prod"))
        }),
        ("route", |event| {
            event.gateway(|gateway| gateway.route("/{proxy+}"))
        }),
    ];
    for source in Source::ALL {
        for (name, change) in changes {
            let mut sent = change(full(source)).to_value();
            let mut changed = change(recorded(source)).to_value();
            // The trace is made up from path, id and time; a recorded one stays.
            for event in [&mut sent, &mut changed] {
                for headers in ["headers", "multiValueHeaders"] {
                    if let Some(headers) = event.get_mut(headers).and_then(Value::as_object_mut) {
                        headers.retain(|name, _| !name.eq_ignore_ascii_case("x-amzn-trace-id"));
                    }
                }
            }
            assert_eq!(changed, sent, "{source}: {name}");
        }
    }
}

#[test]
fn a_header_replaces_the_recorded_one_and_then_adds_to_it() {
    for source in Source::ALL {
        let event = recorded(source).header("X-Tag", "three");
        let request = event.decode();
        assert_eq!(values(request.headers(), "x-tag"), ["three"], "{source}");
        assert_eq!(values(request.headers(), "cookie"), ["session=s-1"]);
        let request = recorded(source).without_header("x-tag").decode();
        assert_eq!(values(request.headers(), "x-tag"), [""; 0], "{source}");
    }
    let event = recorded(Source::AlbMultiValue)
        .header("x-tag", "a")
        .header("x-tag", "b");
    assert_eq!(values(event.decode().headers(), "x-tag"), ["a", "b"]);
}

#[test]
fn a_caller_takes_the_place_of_the_recorded_one() {
    let event = EventBuilder::new(Source::HttpApi)
        .caller(Caller::iam("arn:aws:iam::123456789012:user/alice"))
        .to_value();
    let event = EventBuilder::from_value(event)
        .caller(Caller::jwt(json!({"sub": "bob"}), [""; 0]))
        .to_value();
    assert_eq!(
        event["requestContext"]["authorizer"],
        json!({"jwt": {"claims": {"sub": "bob"}, "scopes": null}})
    );
}

#[test]
fn only_explicit_changes_are_added_to_a_recording() {
    let by_hand = json!({"httpMethod": "GET", "path": "/", "resource": "/"});
    let event = || EventBuilder::from_value(by_hand.clone());
    assert_eq!(event().to_value(), by_hand);
    assert_eq!(
        event().method("PUT").to_value(),
        json!({
            "httpMethod": "PUT",
            "path": "/",
            "resource": "/",
            "requestContext": {"httpMethod": "PUT"},
        })
    );
    // The value that the emulator takes by default is as good as any other.
    let event = event()
        .gateway(|gateway| gateway.account_id("123456789012"))
        .to_value();
    assert_eq!(
        event["requestContext"],
        json!({"accountId": "123456789012"})
    );
}

#[test]
fn the_stage_of_a_recorded_path_stays_before_it() {
    let event = EventBuilder::from_value(json!({
        "rawPath": "/dev/orders",
        "requestContext": {"stage": "dev", "http": {"method": "GET", "path": "/dev/orders"}},
    }));
    assert_eq!(event.decode().uri(), "/orders");
    let event = event.path("/invoices");
    assert_eq!(event.to_value()["rawPath"], "/dev/invoices");
    assert_eq!(event.decode().uri(), "/invoices");
}

#[test]
fn an_event_that_no_api_would_accept_can_be_changed_too() {
    let event = json!({
        "rawPath": "/x", "body": "%%%", "isBase64Encoded": true,
        "requestContext": {"http": {"method": "POST"}},
    });
    let event = EventBuilder::from_value(event)
        .header("x-a", "1")
        .to_value();
    assert_eq!(event["body"], "%%%");
    assert_eq!(event["headers"]["x-a"], "1");
}

#[test]
#[should_panic(expected = "the event is not from an HTTP source (it looks like records of")]
fn an_event_of_no_http_source_panics() {
    let _ = EventBuilder::from_value(json!({"Records": []}));
}

#[test]
fn invalid_json_files_are_named() {
    let path = std::env::temp_dir().join(format!("lambda-api-no-json-{}", std::process::id()));
    std::fs::write(&path, "{").unwrap();
    let failed = std::panic::catch_unwind(|| EventBuilder::from_file(&path)).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let message = failed.downcast_ref::<String>().unwrap();
    let expected = format!("{}: EOF while parsing", path.display());
    assert!(message.starts_with(&expected), "{message}");
}

#[test]
#[should_panic(expected = "cannot read an event from no/such/file.json: ")]
fn a_file_that_is_not_there_is_named() {
    let _ = EventBuilder::from_file("no/such/file.json");
}
