//! The API through sources that stream, and through one that does not.

use crate::{
    LONGEST, api,
    export::{self, HEADER, Orders, PAGE},
    progress::BATCHES,
    tone::Tone,
};
use lambda_api::{
    IntoResponse, State,
    event::Source::{self, FunctionUrl, HttpApi, RestApi},
};
use lambda_api_testing::{ReceivedEvent, TestClient, TestResponse};
use std::time::Duration;

/// A client of a deployment: `template --kind url --stream` has the same effect as `stream_on`.
async fn via(source: Source) -> TestClient {
    let streaming = [FunctionUrl, RestApi].into_iter();
    let api = api(PACE).stream_on(streaming.filter(|one| *one == source));
    TestClient::new(api).conforming().await.via(source)
}

const PACE: Duration = Duration::from_millis(500);
const SOURCES: [Source; 3] = [FunctionUrl, RestApi, HttpApi];

/// The events of a response: what is done, the id, and the time in milliseconds.
fn batches(response: &TestResponse) -> Vec<(u32, String, u128)> {
    let batch = |event: &ReceivedEvent| {
        assert_eq!(event.event(), "progress");
        let progress: serde_json::Value = event.json();
        assert_eq!(progress["of"], BATCHES);
        let done = progress["done"].as_u64().expect("a number");
        let id = event.id().expect("an id").to_owned();
        (
            done.try_into().expect("a batch"),
            id,
            event.after().as_millis(),
        )
    };
    response.events().iter().map(batch).collect()
}

#[tokio::test(start_paused = true)]
async fn each_batch_is_an_event_at_its_time() {
    for source in SOURCES {
        let response = via(source).await.get("/import/events").await;
        response.assert_status(200);
        response.assert_header("content-type", "text/event-stream");
        assert_eq!(response.is_stream(), source != HttpApi);
        let expected = (1..=BATCHES).map(|batch| {
            let at = if source == HttpApi { BATCHES } else { batch };
            (batch, batch.to_string(), u128::from(at) * PACE.as_millis())
        });
        assert_eq!(batches(&response), expected.collect::<Vec<_>>(), "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_continues_behind_its_last_event() {
    for source in SOURCES {
        let client = via(source).await;
        let from = |id: &str| {
            client
                .get("/import/events")
                .header("last-event-id", id.to_owned())
        };
        let rest = from("18").await;
        let done: Vec<_> = batches(&rest).into_iter().map(|(done, ..)| done).collect();
        assert_eq!(done, [19, 20], "{source}");
        from("20").await.assert_status(204);
        from("99").await.assert_status(204);
        // Not an id of ours: from the start.
        assert_eq!(batches(&from("later").await).len(), 20, "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_takes_too_long_is_continued() {
    // 20 batches take 140 seconds, and a stream ends after 60.
    let slow = api(Duration::from_secs(7)).stream_on([FunctionUrl]);
    let client = TestClient::new(slow).await.via(FunctionUrl);
    let client = client.deadline(2 * LONGEST);
    let mut last = String::from("0");
    let mut streams = Vec::new();
    while last != "20" {
        let request = client
            .get("/import/events")
            .header("last-event-id", last.clone());
        let mut response = request.await;
        if response.stream_error().is_some() {
            response = response.incomplete();
        }
        let batches = batches(&response);
        last = batches.last().expect("a batch").1.clone();
        streams.push(batches.len());
    }
    assert_eq!(streams, [8, 8, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_buffers_does_not_wait_for_slow_streams() {
    let client = TestClient::new(api(Duration::from_secs(7)))
        .await
        .via(HttpApi);
    // 20 batches take 140 seconds, and this source waits for 30.
    let response = client.get("/import/events").await;
    response.assert_problem(504, "timed_out");
}

#[tokio::test]
async fn the_export_has_every_row_once() {
    for source in SOURCES {
        let response = via(source).await.get("/orders.csv").await;
        response.assert_status(200);
        response.assert_header(
            "content-disposition",
            r#"attachment; filename="orders.csv""#,
        );
        let rows = response.text().strip_prefix(HEADER).expect("a header");
        let ids = rows
            .lines()
            .map(|row| row.split(',').next().unwrap_or_default());
        assert!(ids.eq((1..=100_000).map(|id| id.to_string())), "{source}");
        assert!(rows.starts_with("1,coffee,2\r\n2,\"\"\"fine\"\" cocoa, dark\",3\r\n3,tea,4\r\n"));
    }
}

#[tokio::test]
async fn the_export_reads_a_page_when_the_last_one_was_taken() {
    use http_body_util::BodyExt;
    let orders = Orders::new(10 * PAGE);
    let response = export::orders_as_csv(State(orders.clone()))
        .await
        .into_response();
    let mut body = response.into_body();
    let mut longest = 0;
    for taken in 0..=10 {
        assert!(
            orders.pages() <= taken,
            "{} pages after {taken} parts",
            orders.pages()
        );
        let part = body.frame().await.expect("a part").expect("no error");
        longest = longest.max(part.into_data().expect("data").len());
    }
    assert!(body.frame().await.is_none());
    // A page of 1,000 rows.
    assert!(longest < 32 * 1024, "{longest}");
}

#[tokio::test]
async fn a_player_gets_the_part_that_it_asks_for() {
    let Tone(wav) = Tone::new();
    for source in SOURCES {
        // A REST API that streams needs no binary media types.
        let client = via(source).await;
        let whole = client.get("/tone.wav").await;
        assert!(*whole.bytes() == wav, "{source}");
        whole.assert_header("content-disposition", r#"inline; filename="tone.wav""#);
        let part = client.get("/tone.wav").header("range", "bytes=44-47").await;
        part.assert_status(206);
        part.assert_header("content-range", format!("bytes 44-47/{}", wav.len()));
        assert_eq!(*part.bytes(), wav.slice(44..48), "{source}");
        let known = client
            .get("/tone.wav")
            .header("if-none-match", "\"440\"")
            .await;
        known.assert_status(304);
        let beyond = client
            .get("/tone.wav")
            .header("range", "bytes=999999-")
            .await;
        beyond.assert_problem(416, "range_not_satisfiable");
    }
}
