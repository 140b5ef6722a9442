//! Queues and streams of 10,000 records that fail at random, with Lambda's side of redelivery.

use crate::common::{Random, failures, in_group, message, send_to};
use lambda_api::{
    Api, App, Error, Json, LambdaContext, State, event_handler, events,
    events::{Events, Record},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

const RECORDS: usize = 10_000;

/// What happens to a message when it is handled.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
enum Fate {
    Done,
    /// After some time.
    Slow,
    Fails,
    FailsSlowly,
    Panics,
    /// Until the deadline.
    Hangs,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Work {
    number: usize,
    group: usize,
    fate: Fate,
}

impl Fate {
    fn random(random: &mut Random) -> Self {
        match random.below(60) {
            0 => Self::Hangs,
            1..=3 => Self::Panics,
            4..=7 => Self::Fails,
            8..=10 => Self::FailsSlowly,
            11..=20 => Self::Slow,
            _ => Self::Done,
        }
    }
}

/// What the handlers did.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Handled>>);

#[derive(Default)]
struct Handled {
    begun: Vec<usize>,
    done: Vec<usize>,
}

impl Log {
    fn take(&self) -> Handled {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

async fn handle(Json(work): Json<Work>, State(Log(log)): State<Log>) -> Result<(), Error> {
    log.lock().unwrap().begun.push(work.number);
    let some_time = Duration::from_millis(1 + work.number as u64 % 7);
    match work.fate {
        Fate::Done => {}
        Fate::Slow => tokio::time::sleep(some_time).await,
        Fate::Fails => return Err(Error::msg("failed")),
        Fate::FailsSlowly => {
            tokio::time::sleep(some_time).await;
            return Err(Error::msg("failed"));
        }
        // Without the panic hook.
        Fate::Panics => std::panic::resume_unwind(Box::new(())),
        Fate::Hangs => std::future::pending().await,
    }
    log.lock().unwrap().done.push(work.number);
    Ok(())
}

#[event_handler(sqs, concurrency = 4)]
async fn of_queue(work: Json<Work>, log: State<Log>) -> Result<(), Error> {
    handle(work, log).await
}

#[event_handler(dynamodb)]
async fn of_table(record: &Record, log: State<Log>) -> Result<(), Error> {
    let Json(Change { work }) = record.extract::<Json<Change>>()?;
    handle(Json(work), log).await
}

/// A record with the work beside what DynamoDB writes.
#[derive(Deserialize)]
struct Change {
    work: Work,
}

async fn app(events: Events, log: &Log) -> App {
    let api = Api::new().state(log.clone()).events(events);
    api.report_batch_item_failures(true).build().await.unwrap()
}

/// Sends a batch. Returns the numbers that are reported.
async fn batch(app: &App, records: Vec<Value>) -> Vec<usize> {
    let event = json!({"Records": records});
    let response = send_to(app, &event, LambdaContext::for_test())
        .await
        .unwrap();
    failures(&response)
        .into_iter()
        .map(|id| id.parse().unwrap())
        .collect()
}

fn text(work: &Work) -> String {
    serde_json::to_string(work).unwrap()
}

#[tokio::test(start_paused = true)]
async fn exactly_the_failed_of_10_000_messages_are_reported() {
    let (log, mut random) = (Log::default(), Random(7));
    let app = app(events![of_queue], &log).await;
    let (mut number, mut handled) = (0, 0);
    while number < RECORDS {
        let size = (1 + random.below(25)).min(RECORDS - number);
        let works: Vec<_> = (number..number + size)
            .map(|number| Work {
                number,
                group: 0,
                fate: Fate::random(&mut random),
            })
            .collect();
        number += size;
        let one = |work: &Work| message("orders", &work.number.to_string(), &text(work));
        let reported = batch(&app, works.iter().map(one).collect()).await;
        let Handled { begun, done } = log.take();
        handled += done.len();
        let done: BTreeSet<_> = done.into_iter().collect();
        let not_done = works
            .iter()
            .map(|work| work.number)
            .filter(|n| !done.contains(n));
        assert_eq!(reported, not_done.collect::<Vec<_>>());
        let hang = works.iter().filter(|work| work.fate == Fate::Hangs).count();
        // Fewer than the limit cannot keep the others from being handled.
        if hang < 4 {
            assert_eq!(begun.len(), size);
            let succeeds = |work: &&Work| matches!(work.fate, Fate::Done | Fate::Slow);
            assert_eq!(done.len(), works.iter().filter(succeeds).count());
        }
    }
    assert!((RECORDS / 2..RECORDS).contains(&handled), "{handled}");
}

#[tokio::test(start_paused = true)]
async fn groups_of_10_000_messages_stay_in_order() {
    let (log, mut random) = (Log::default(), Random(11));
    let app = app(events![of_queue], &log).await;
    let mut queue: VecDeque<_> = (0..RECORDS)
        .map(|number| Work {
            number,
            group: random.below(9),
            fate: Fate::Done,
        })
        .collect();
    let mut done = vec![Vec::new(); 9];
    let mut rounds = 0;
    while !queue.is_empty() {
        rounds += 1;
        let size = (1 + random.below(10)).min(queue.len());
        let mut works: Vec<_> = queue.drain(..size).collect();
        for work in &mut works {
            work.fate = Fate::random(&mut random);
        }
        let one = |work: &Work| {
            let group = work.group.to_string();
            in_group("orders.fifo", &work.number.to_string(), &group, &text(work))
        };
        let reported = batch(&app, works.iter().map(one).collect()).await;
        let handled = log.take();
        // Nothing of a group is handled after a failure, and it is all reported.
        let mut failed = BTreeSet::new();
        let mut expected = Vec::new();
        for work in &works {
            if !handled.done.contains(&work.number) {
                failed.insert(work.group);
            }
            if failed.contains(&work.group) {
                expected.push(work.number);
            }
        }
        assert_eq!(reported, expected);
        let groups: BTreeMap<_, _> = works.iter().map(|work| (work.number, work.group)).collect();
        let first: BTreeMap<_, _> = expected.iter().rev().map(|n| (groups[n], *n)).collect();
        for begun in handled.begun {
            assert!(
                first
                    .get(&groups[&begun])
                    .is_none_or(|first| begun <= *first)
            );
        }
        for number in handled.done {
            done[groups[&number]].push(number);
        }
        // Lambda sends what was reported again, in its place.
        for work in works.into_iter().rev() {
            if reported.contains(&work.number) {
                queue.push_front(work);
            }
        }
    }
    assert_eq!(done.iter().map(Vec::len).sum::<usize>(), RECORDS);
    assert!(done.iter().all(|group| group.is_sorted()));
    assert!(rounds > RECORDS / 10);
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_10_000_changes_has_no_gap() {
    let (log, mut random) = (Log::default(), Random(13));
    let app = app(events![of_table], &log).await;
    let mut checkpoint = 0;
    let mut done = Vec::new();
    while checkpoint < RECORDS {
        let size = (1 + random.below(100)).min(RECORDS - checkpoint);
        let records = (checkpoint..checkpoint + size).map(|number| {
            let fate = match random.below(4) {
                0 => Fate::random(&mut random),
                _ => Fate::Done,
            };
            let work = Work {
                number,
                group: 0,
                fate,
            };
            json!({
                "eventSource": "aws:dynamodb", "work": work,
                "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/l",
                "dynamodb": {"SequenceNumber": number.to_string()},
            })
        });
        let reported = batch(&app, records.collect()).await;
        assert!(reported.len() <= 1);
        let handled = log.take();
        // Nothing is handled behind the checkpoint.
        let next = reported.first().copied().unwrap_or(checkpoint + size);
        assert_eq!(handled.done, (checkpoint..next).collect::<Vec<_>>());
        assert!(handled.begun.iter().all(|begun| *begun <= next));
        done.extend(handled.done);
        checkpoint = next;
    }
    assert_eq!(done, (0..RECORDS).collect::<Vec<_>>());
}
