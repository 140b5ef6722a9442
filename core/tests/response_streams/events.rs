//! Server-sent events, read by a parser that follows the HTML standard.

use crate::all;
use lambda_api::{
    IntoResponse,
    response::sse::{Event, Sse},
};
use proptest::{collection::vec, option, prelude::*};
use std::time::Duration;

/// What a client makes of a stream.
#[derive(Debug, Default, PartialEq)]
struct Client {
    /// The type, the data and the last id of each event.
    dispatched: Vec<(String, String, String)>,
    last_id: String,
    retry: Option<u64>,
}

/// Section 9.2.6 of the standard.
fn parse(stream: &str) -> Client {
    let mut client = Client::default();
    let (mut name, mut data) = (String::new(), String::new());
    let stream = stream.strip_prefix('\u{feff}').unwrap_or(stream);
    let lines = stream.replace("\r\n", "\n").replace('\r', "\n");
    // What is behind the last line break is no line.
    let (lines, _) = lines.rsplit_once('\n').unwrap_or_default();
    for line in lines.split('\n') {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut name), std::mem::take(&mut data));
            if let Some(data) = data.strip_suffix('\n') {
                let event = (name, data.to_owned(), client.last_id.clone());
                client.dispatched.push(event);
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.to_owned(),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            "id" if !value.contains('\0') => client.last_id = value.to_owned(),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                client.retry = value.parse().ok();
            }
            _ => {}
        }
    }
    client
}

/// Texts with many line breaks, colons and spaces.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just(": ".to_owned()),
        Just("data: x".to_owned()),
        Just("\u{feff}".to_owned()),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(['\n', '\r', '\0'], ""))
}

fn as_read(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn events_of_any_text_parse_back(
        events in vec((option::of(line()), option::of(line()), text(), option::of(text())), 0..5),
    ) {
        let mut expected = Vec::new();
        let mut last_id = String::new();
        for (name, id, data, _) in &events {
            last_id = id.clone().unwrap_or(last_id);
            expected.push((name.clone().unwrap_or_default(), as_read(data), last_id.clone()));
        }
        let events = events.into_iter().map(|(name, id, data, comment)| {
            let mut event = Event::new().data(data);
            if let Some(name) = name {
                event = event.event(name);
            }
            if let Some(id) = id {
                event = event.id(id);
            }
            if let Some(comment) = comment {
                event = event.comment(comment);
            }
            event
        });
        let sse = Sse::new(all(events.collect::<Vec<_>>()));
        let body = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(sse.into_response().into_body().collect())
            .unwrap();
        prop_assert_eq!(parse(std::str::from_utf8(&body).unwrap()).dispatched, expected);
    }
}

#[tokio::test]
async fn a_client_uses_what_comes_without_data() {
    let events = [
        Event::new().id("7").retry(Duration::from_millis(2500)),
        Event::new().comment("data: x"),
        Event::new().json(&serde_json::json!({"a": "b\nc"})),
    ];
    let response = Sse::new(all(events)).into_response();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    let body = response.into_body().collect().await.unwrap();
    let client = parse(std::str::from_utf8(&body).unwrap());
    let data = r#"{"a":"b\nc"}"#.to_owned();
    assert_eq!(
        client,
        Client {
            dispatched: vec![(String::new(), data, "7".to_owned())],
            last_id: "7".to_owned(),
            retry: Some(2500),
        }
    );
}
