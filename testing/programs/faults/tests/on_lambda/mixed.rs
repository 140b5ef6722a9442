//! Thousands of invocations, many at once: what belongs to one is never seen by another.

use crate::faults;
use http::Response;
use lambda_api::{bytes::Bytes, event::Source};
use lambda_api_testing::{
    EventBuilder, FakeLambda,
    fake_lambda::{Invoke, LogLine},
};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

const INVOCATIONS: usize = 2000;
const CONCURRENCY: u32 = 16;

/// What is done in the invocation of this number. Those that meet are even in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    /// It meets another one, and then panics.
    Panics,
    /// Without a credential.
    Anonymous,
}

impl Kind {
    fn of(n: usize) -> Self {
        match n % 10 {
            3 | 4 => Kind::Anonymous,
            7 => Kind::Panics,
            _ => Kind::Whole,
        }
    }
}

fn invoke(n: usize) -> (Source, Invoke) {
    let mark = format!("mark-{n}");
    let source = Source::ALL[n % Source::ALL.len()];
    let mut event = EventBuilder::new(source)
        .method("POST")
        .path(&format!("/mixed/{mark}"))
        .query("mark", &mark)
        .query("turns", &(n % 7).to_string())
        .query("panics", &(Kind::of(n) == Kind::Panics).to_string())
        .header("x-mark", &mark)
        .header("content-type", "text/plain")
        .cookie("mark", &mark)
        .text(mark.repeat(1 + n % 50));
    if Kind::of(n) != Kind::Anonymous {
        event = event.header("x-who", &mark);
    }
    let invoke = Invoke::new(event)
        .request_id(&format!("request-{n}"))
        .header("lambda-runtime-trace-id", format!("Root=1-{n}-0;Sampled=0"))
        .header("lambda-runtime-aws-tenant-id", format!("tenant-{n}"));
    (source, invoke)
}

fn check(n: usize, response: &Response<Bytes>, threads: &mut BTreeSet<String>) {
    let mark = format!("mark-{n}");
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    match Kind::of(n) {
        Kind::Whole => {
            assert_eq!(response.status(), 200, "{n}: {body}");
            assert_eq!(response.headers()["x-mark"], mark, "{n}");
            for member in [
                "path",
                "query",
                "header",
                "cookie",
                "extension",
                "subject",
                "claims",
            ] {
                assert_eq!(body[member], mark, "{n}: {member}");
            }
            assert_eq!(body["body"], mark.repeat(1 + n % 50));
            assert_eq!(body["request_id"], format!("request-{n}"));
            assert_eq!(body["trace_id"], format!("Root=1-{n}-0;Sampled=0"));
            assert_eq!(body["tenant_id"], format!("tenant-{n}"));
            assert_ne!(body["met"], mark, "it met itself");
            threads.insert(body["thread"].to_string());
        }
        Kind::Panics => assert_eq!(response.status(), 500, "{n}: {body}"),
        Kind::Anonymous => assert_eq!(response.status(), 401, "{n}: {body}"),
    }
}

/// The numbers that follow this text.
fn numbers<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(name).skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// The records of each invocation, in order.
fn told(logs: &[LogLine]) -> HashMap<String, Vec<String>> {
    let mut told = HashMap::<_, Vec<String>>::new();
    for line in logs {
        let Some(record) = line.json() else {
            continue;
        };
        let Some(n) = numbers(line.text(), "\"requestId\":\"request-").next() else {
            // It belongs to no invocation, and tells of none.
            assert_eq!(numbers(line.text(), "mark-").next(), None, "{line}");
            continue;
        };
        // Whatever else it tells belongs to the same one.
        for name in [
            "mark-",
            "request-",
            "Root=1-",
            "\"trace_id\":\"1-",
            "tenant-",
        ] {
            assert!(numbers(line.text(), name).all(|other| other == n), "{line}");
        }
        let message = record["message"].as_str().unwrap_or_default();
        let part = record["part"].as_str().map(str::to_owned);
        assert_eq!(
            part,
            (message == "met").then(|| format!("mark-{n}")),
            "{line}"
        );
        assert_eq!(record["route"], "/mixed/{name}", "{line}");
        told.entry(n.to_owned())
            .or_default()
            .push(match record["mark"] {
                Value::Null => record["level"].as_str().unwrap_or_default().to_owned(),
                _ => message.to_owned(),
            });
    }
    told
}

#[tokio::test]
async fn nothing_of_one_invocation_is_seen_by_another() {
    let lambda = faults()
        .concurrency(CONCURRENCY)
        .limit(Duration::from_secs(300))
        .timeout(Duration::from_secs(300))
        .await;
    let pending: Vec<_> = (0..INVOCATIONS)
        .map(|n| {
            let (source, invoke) = invoke(n);
            (n, source, lambda.invoke(invoke))
        })
        .collect();
    let mut threads = BTreeSet::new();
    for (n, source, pending) in pending {
        let response = pending.await.response();
        assert_eq!(response.request_id(), format!("request-{n}"));
        check(n, &response.http(source), &mut threads);
    }
    assert!(threads.len() > 1, "one thread did it all: {threads:?}");
    assert_eq!(lambda.starts(), 1);
    assert_eq!(lambda.rejected_calls(), [""; 0]);

    // The log of the last one may come after its response.
    last_of_log(&lambda).await;
    let told = told(&lambda.logs());
    for n in 0..INVOCATIONS {
        let expected: &[&str] = match Kind::of(n) {
            Kind::Whole => &["began", "met", "ended"],
            Kind::Panics => &["began", "met", "ERROR"],
            Kind::Anonymous => &[],
        };
        let found = told
            .get(&n.to_string())
            .map(Vec::as_slice)
            .unwrap_or_default();
        assert_eq!(found, expected, "{n}");
    }
}

/// Waits until all that was written so far has come.
async fn last_of_log(lambda: &FakeLambda) {
    lambda
        .invoke(crate::get("/log/the-last-line"))
        .await
        .response();
    lambda.log(|line| line.text() == "out: the-last-line").await;
}

#[test]
fn those_that_meet_are_even_in_number() {
    let meet = (0..INVOCATIONS).filter(|n| Kind::of(*n) != Kind::Anonymous);
    assert_eq!(meet.count() % 2, 0);
}
