//! The API through sources that stream, and through one that does not.

use crate::{
    api,
    export::{HEADER, Orders, PAGE, all_rows},
    progress::{BATCHES, FOLLOWED},
    tone::Tone,
};
use futures_util::StreamExt;
use lambda_api::event::Source::{self, FunctionUrl, HttpApi, RestApi};
use lambda_api_testing::{ReceivedEvent, TestClient, TestResponse};
use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A client of a deployment, whose function has the variable as the template sets it.
async fn via(source: Source) -> TestClient {
    at_pace(PACE, source).await
}

async fn at_pace(pace: Duration, source: Source) -> TestClient {
    let streaming = match source {
        FunctionUrl | RestApi => source.name(),
        _ => "",
    };
    let api = api(pace).environment([("LAMBDA_API_STREAM", streaming)]);
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
async fn a_slow_import_is_followed_in_many_responses() {
    // 20 batches take 140 seconds, and a response 20.
    for source in SOURCES {
        let client = at_pace(Duration::from_secs(7), source).await;
        let mut last = String::from("0");
        let mut responses = Vec::new();
        while last != "20" {
            let request = client
                .get("/import/events")
                .header("last-event-id", last.clone());
            let response = request.await;
            // A regular end, and not an early one.
            assert_eq!(response.stream_error(), None, "{source}");
            response.assert_status(200);
            let batches = batches(&response);
            let (_, id, after) = batches.last().expect("a batch");
            assert!(*after <= FOLLOWED.as_millis(), "{source}: {after}");
            last.clone_from(id);
            responses.push(batches.len());
        }
        assert_eq!(responses, [2; 10], "{source}");
    }
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
    static READ: AtomicU32 = AtomicU32::new(0);
    let orders = Orders::new(10 * PAGE);
    let mut rows = pin!(all_rows(move |id| {
        READ.fetch_add(1, Ordering::Relaxed);
        orders.after(id)
    }));
    let mut longest = 0;
    // The header and ten pages.
    for page in 0..=10_u32 {
        assert_eq!(READ.load(Ordering::Relaxed), page.saturating_sub(1));
        let part = rows.next().await.expect("a part").expect("no error");
        longest = longest.max(part.len());
    }
    assert!(rows.next().await.is_none());
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
