//! Which handler takes an event.

use lambda_api::{
    Api, Error, Json, LambdaContext, State, api_handler, env, event_handler, events,
    events::{BatchFailures, Event, EventError, Kinds, Meta, Record, Sqs},
    routes,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

/// What the handlers were called with.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn add(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Deserialize)]
struct Order<'e> {
    #[serde(borrow)]
    sku: Cow<'e, str>,
}

#[event_handler(sqs(from = env("ORDERS_QUEUE")))]
async fn ship(
    Json(order): Json<Order<'_>>,
    State(calls): State<Calls>,
    Meta(message): Meta<Sqs>,
    lambda: &LambdaContext,
) -> Result<(), Error> {
    calls.add(format!(
        "ship {} {} {}",
        order.sku,
        message.message_id(),
        lambda.request_id
    ));
    if order.sku == "bad" {
        return Err(Error::msg("no such thing"));
    }
    Ok(())
}

#[event_handler(sqs(from = "imports"), batch)]
async fn import(State(calls): State<Calls>, messages: &[Record]) -> BatchFailures {
    let texts: Vec<_> = messages.iter().map(|it| it.text().unwrap()).collect();
    calls.add(format!("import {}", texts.join(" ")));
    BatchFailures::default()
}

#[event_handler(any(key = "job"))]
fn job(State(calls): State<Calls>, event: &Event) -> Json<Value> {
    calls.add("job");
    Json(json!({"keys": event.keys()}))
}

#[api_handler(GET "/")]
async fn index() -> &'static str {
    "index"
}

fn api(calls: &Calls) -> Api {
    Api::new()
        .state(calls.clone())
        .environment([("ORDERS_QUEUE", "arn:aws:sqs:eu-west-1:123456789012:orders")])
        .routes(routes![index])
        .events(events![ship, import, job])
}

fn sqs(queue: &str, bodies: &[&str]) -> Value {
    let records = bodies.iter().enumerate().map(|(at, body)| {
        json!({
            "messageId": format!("m{at}"),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
            "body": body,
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

async fn send(api: Api, event: &Value) -> Result<Value, EventError> {
    let mut lambda = LambdaContext::default();
    lambda.request_id = "r1".to_owned();
    let app = api.build().await.unwrap();
    let response = app.handle_event(event.to_string().into(), lambda).await?;
    Ok(serde_json::from_slice(&response).unwrap())
}

#[tokio::test]
async fn each_event_reaches_its_handler() {
    let calls = Calls::default();
    for (event, expected_calls, response) in [
        (
            sqs("orders", &[r#"{"sku": "tea"}"#, r#"{"sku": "a\nb"}"#]),
            &["ship tea m0 r1", "ship a\nb m1 r1"][..],
            json!({"batchItemFailures": []}),
        ),
        (
            sqs("imports", &["a", "b"]),
            &["import a b"],
            json!({"batchItemFailures": []}),
        ),
        (
            json!({"job": 1, "none": null}),
            &["job"],
            json!({"keys": ["job"]}),
        ),
        (
            json!({"rawPath": "/", "job": 1, "requestContext": {"http": {"method": "GET"}}}),
            &[],
            json!({"statusCode": 200, "body": "index", "isBase64Encoded": false, "cookies": [],
                "headers": {"content-type": "text/plain; charset=utf-8"}}),
        ),
    ] {
        let found = send(api(&calls), &event).await.unwrap();
        assert_eq!(found, response, "{event}");
        assert_eq!(calls.take(), expected_calls, "{event}");
    }
}

#[tokio::test]
async fn a_failed_record_fails_the_invocation() {
    let calls = Calls::default();
    let event = sqs("orders", &[r#"{"sku": "bad"}"#, r#"{"sku": "tea"}"#]);
    let error = send(api(&calls), &event).await.unwrap_err();
    assert_eq!(error.error_type(), "BatchFailed");
    assert_eq!(error.to_string(), "1 of 2 records failed");
    assert_eq!(calls.take(), ["ship bad m0 r1", "ship tea m1 r1"]);
}

#[tokio::test]
async fn an_event_that_nothing_takes_fails() {
    for event in [
        sqs("others", &["{}"]),
        json!({"source": "serverless-plugin-warmup"}),
    ] {
        let error = send(api(&Calls::default()), &event).await.unwrap_err();
        assert_eq!(error.error_type(), "UnsupportedEvent");
        let key = event.as_object().unwrap().keys().next().unwrap();
        assert!(
            error.to_string().ends_with(&format!("found `{key}`")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn warm_ups_are_acknowledged_where_the_api_says_so() {
    let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    for (event, is_acknowledged) in [
        (scheduled, true),
        (json!({"source": "serverless-plugin-warmup"}), true),
        (json!({"warmer": true}), true),
        (
            json!({"source": "shop.orders", "detail-type": "Placed"}),
            false,
        ),
        (json!({"warmer": "yes"}), false),
    ] {
        let api = Api::new().on_other_event(events::warm_up);
        let response = send(api, &event).await;
        match is_acknowledged {
            true => assert_eq!(response.unwrap(), Value::Null, "{event}"),
            false => assert_eq!(response.unwrap_err().error_type(), "UnsupportedEvent"),
        }
    }
}

#[tokio::test]
async fn errors_of_the_build_are_reported_together() {
    #[event_handler(sqs)]
    async fn any_queue(State(_): State<u64>) {}

    let api = Api::new().events(events![ship, import, any_queue]);
    let errors = api
        .environment(Vec::<(&str, &str)>::new())
        .build()
        .await
        .unwrap_err()
        .to_string();
    for expected in [
        "the environment variable `ORDERS_QUEUE` for `from` is missing or empty",
        "needs the state `u64`: add it with `Api::state`",
        "take the same events: `sqs(from = imports)` and `sqs`",
    ] {
        assert!(errors.contains(expected), "{errors}");
    }
}

#[tokio::test]
async fn handlers_of_nested_apis_are_added() {
    let calls = Calls::default();
    let nested = Api::new().events(events![job]);
    let api = Api::new().state(calls.clone()).nest("/v1", nested);
    send(api, &json!({"job": 1})).await.unwrap();
    assert_eq!(calls.take(), ["job"]);
}

#[test]
fn kinds_are_sets() {
    let both = Kinds::SQS | Kinds::S3;
    assert!(both.contains(Kinds::S3) && !both.contains(Kinds::SNS));
    assert!(Kinds::ALL.contains(both) && !Kinds::SQS.contains(both));
}
