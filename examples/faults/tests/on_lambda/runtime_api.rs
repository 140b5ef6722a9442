//! A Runtime API that goes wrong itself.
//!
//! Never a hang, never a lost reply without a record, and an end only where Lambda's replacing the
//! process is the right answer. What each fault leads to is a table in the documentation of
//! `lambda_api::run`.

use crate::{PROGRAM, faults, get};
use http::StatusCode;
use lambda_api::event::Source;
use lambda_api_testing::{
    EventBuilder, FakeLambda,
    fake_lambda::{Call, Exit, Fault, Invoke, LogLine, Outcome},
};
use serde_json::{Value, json};
use std::time::Duration;

const BOTH: [u32; 2] = [1, 4];

/// The next reply is as it should be.
async fn assert_goes_on(lambda: &FakeLambda) {
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
}

fn is_record(line: &LogLine, message: &str) -> bool {
    line.json()
        .is_some_and(|record| record["message"].as_str() == Some(message))
}

async fn record(lambda: &FakeLambda, message: &str) -> Value {
    let line = lambda.log(|line| is_record(line, message)).await;
    line.json().unwrap_or_default()
}

/// An end that says why, in one record at level ERROR, with an exit code that Lambda takes for one.
fn assert_ended_with(exit: &Exit, reason: &str) {
    assert_eq!(exit.code(), Some(1), "{exit:?}");
    let records: Vec<Value> = exit.logs().iter().filter_map(LogLine::json).collect();
    let failed = |record: &&Value| record["message"] == "the Lambda runtime failed";
    let [last] = records.iter().filter(failed).collect::<Vec<_>>()[..] else {
        panic!("expected one record of the end: {records:?}");
    };
    assert_eq!(last["level"], "ERROR");
    let error = last["error"].as_str().unwrap_or_default();
    assert!(error.contains(reason), "{error}");
}

mod while_asking {
    //! `GET /next`.

    use super::*;

    #[tokio::test]
    async fn a_connection_that_is_reset_is_made_anew() {
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            for _ in 0..5 {
                lambda.inject(Call::Next, Fault::Reset);
                assert_goes_on(&lambda).await;
            }
            assert_eq!(lambda.starts(), 1, "{concurrency}");
            assert_eq!(lambda.refused_calls(), [""; 0]);
        }
    }

    #[tokio::test]
    async fn an_event_that_is_cut_off_is_asked_for_again() {
        let lambda = faults().await;
        let mut ready = lambda.hold(Call::Next);
        ready.reached().await;
        lambda.inject(Call::Next, Fault::Cut);
        ready.release();
        let pending = lambda.invoke(get("/log/cut"));
        assert_eq!(pending.await.reply().json()["statusCode"], 200);
        let warning = record(&lambda, "an event did not arrive, and is asked for again").await;
        assert_eq!(warning["level"], "WARN");
        assert_eq!(lambda.starts(), 1);
    }

    #[tokio::test]
    async fn where_nothing_arrives_any_more_the_process_ends() {
        let lambda = faults().await;
        for _ in 0..3 {
            lambda.inject(Call::Next, Fault::Reset);
        }
        let exit = lambda.ended().await;
        assert_ended_with(&exit, "connection");
        let warnings = exit
            .logs()
            .iter()
            .filter(|line| is_record(line, "an event did not arrive, and is asked for again"));
        assert_eq!(warnings.count(), 2);
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 2);
    }

    /// "Non-recoverable state. Runtime should exit promptly", says the API's documentation of 500.
    #[tokio::test]
    async fn an_answer_that_is_no_event_ends_the_process() {
        // Not 204: after that, a debug build of lambda_runtime asks again.
        for status in [500, 503, 403, 410, 200, 301] {
            let lambda = faults().await;
            let status = StatusCode::from_u16(status).unwrap();
            lambda.inject(Call::Next, Fault::Status(status));
            let exit = lambda.ended().await;
            assert_ended_with(&exit, "missing lambda-runtime-aws-request-id header");
            assert_goes_on(&lambda).await;
        }
    }

    #[tokio::test]
    async fn a_slow_answer_is_waited_for() {
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            let mut slow = lambda.hold(Call::Next);
            slow.reached().await;
            let pending = lambda.invoke(get("/log/x"));
            slow.release();
            assert_eq!(pending.await.reply().json()["statusCode"], 200);
        }
    }

    #[tokio::test]
    async fn a_huge_answer_is_read() {
        let lambda = faults().await;
        lambda.inject(Call::Next, Fault::Huge(64 << 20));
        assert_goes_on(&lambda).await;
        assert_goes_on(&lambda).await;
        assert_eq!(lambda.starts(), 1);
    }
}

mod what_stands_beside_an_event {
    //! Headers that are missing, unknown or wrong.

    use super::*;

    /// What ends `lambda_runtime` before it looks at the event, and what it says of it. It comes from
    /// Lambda alone, or from whoever may invoke the function directly; never through a gateway.
    fn unreadable() -> Vec<(Invoke, &'static str)> {
        let event = || Invoke::new(get("/context"));
        let context = "lambda-runtime-client-context";
        let identity = "lambda-runtime-cognito-identity";
        let deadline = "lambda-runtime-deadline-ms";
        vec![
            (
                event().without_header(deadline),
                "missing lambda-runtime-deadline-ms header",
            ),
            (event().header(deadline, "soon"), "invalid digit"),
            (event().header(deadline, "-1"), "invalid digit"),
            (event().header(context, "{"), "EOF while parsing an object"),
            (
                event().header(context, r#"{"custom": {"a": 1}}"#),
                "invalid type: integer",
            ),
            (
                event().header(context, "\u{e9}"),
                "failed to convert header to a str",
            ),
            (event().header(identity, "none"), "expected ident"),
            (event().header(identity, "{}"), "missing field"),
            (
                event().without_header("lambda-runtime-aws-request-id"),
                "missing lambda-runtime-aws-request-id header",
            ),
        ]
    }

    #[tokio::test]
    async fn what_the_runtime_cannot_read_ends_the_process_at_once_and_says_why() {
        for (invoke, reason) in unreadable() {
            let lambda = faults().await;
            let exit = lambda.invoke(invoke).await.crash();
            assert_ended_with(&exit, reason);
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 2);
        }
    }

    #[tokio::test]
    async fn among_several_it_ends_one_worker_and_the_last_one_ends_the_process() {
        const WORKERS: u64 = 3;
        for (invoke, reason) in unreadable() {
            let lambda = faults().concurrency(WORKERS as u32).await;
            let mut lost = Vec::new();
            for left in (0..WORKERS).rev() {
                let mut bad = lambda.invoke(invoke.clone());
                bad.taken().await;
                let line = lambda.log(|line| {
                    let record = line.json().unwrap_or_default();
                    record["remaining_workers"] == left && record["level"] == "ERROR"
                });
                let record = line.await.json().unwrap();
                let error = record["error"].as_str().unwrap_or_default();
                // The text of a panic stands in the line before, on standard error.
                assert!(
                    error.contains(reason) || error.contains("panicked"),
                    "{error}"
                );
                if left > 0 {
                    lost.push(bad);
                    assert_goes_on(&lambda).await;
                    assert_eq!(lambda.starts(), 1);
                } else {
                    assert_ended_with(&bad.await.crash(), "workers exited unexpectedly");
                }
            }
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 2);
        }
    }

    #[tokio::test]
    async fn what_nobody_knows_or_needs_does_not_matter() {
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            let event = || Invoke::new(get("/context"));
            let long = "x".repeat(100_000);
            for invoke in [
                event().header("lambda-runtime-of-tomorrow", "1"),
                event().header("x-unknown", b"\xff\x80"),
                event().header("x-long", &long),
                event().header("set-cookie", "a=1"),
                event().header("content-type", "text/plain"),
                event().without_header("lambda-runtime-trace-id"),
                event().without_header("lambda-runtime-invoked-function-arn"),
                event().without_header("lambda-runtime-invocation-id"),
                event().header("lambda-runtime-trace-id", b"\xff"),
                event().header("lambda-runtime-aws-tenant-id", b"\xff"),
                event().header("lambda-runtime-client-context", ""),
                event().header("lambda-runtime-cognito-identity", ""),
                event().header("lambda-runtime-deadline-ms", "0"),
                event().header("lambda-runtime-deadline-ms", "18446744073709551615"),
            ] {
                let reply = lambda.invoke(invoke.clone()).await.reply();
                assert_eq!(reply.json()["statusCode"], 200, "{invoke:?}");
            }
            assert_eq!(lambda.starts(), 1);
            assert_eq!(lambda.refused_calls(), [""; 0]);
        }
    }

    #[tokio::test]
    async fn invocations_of_one_id_get_their_own_replies() {
        for concurrency in BOTH {
            let size = concurrency.to_string();
            let lambda = faults()
                .concurrency(concurrency)
                .env("FAULTS_TOGETHER", size)
                .await;
            let pending: Vec<_> = (0..40)
                .map(|n| {
                    let invoke = Invoke::new(get(&format!("/together/{n}"))).request_id("same");
                    lambda.invoke(invoke)
                })
                .collect();
            for (n, pending) in pending.into_iter().enumerate() {
                let reply = pending.await.reply().http(Source::HttpApi);
                assert_eq!(reply.body(), &format!("{n} in same"));
            }
            assert_eq!(lambda.refused_calls(), [""; 0]);
        }
    }

    #[tokio::test]
    async fn an_id_that_no_address_can_have_is_no_way_to_reply() {
        // The only thing that Lambda never does, and that nothing can be said about to it.
        for concurrency in BOTH {
            let lambda = faults().concurrency(concurrency).await;
            let mut bad = lambda.invoke(Invoke::new(get("/log/x")).request_id("a b"));
            bad.taken().await;
            if concurrency == 1 {
                assert_ended_with(&bad.await.crash(), "a reply could not be sent to Lambda");
            } else {
                let record = record(&lambda, "a reply could not be sent to Lambda").await;
                assert_eq!(record["requestId"], "a b");
            }
            assert_goes_on(&lambda).await;
        }
    }
}

mod events {
    //! What is no HTTP event, or nothing at all.

    use super::*;

    #[tokio::test]
    async fn what_is_no_json_or_no_text_is_an_error_and_the_process_lives() {
        for level in ["INFO", "TRACE"] {
            for concurrency in BOTH {
                let lambda = faults()
                    .concurrency(concurrency)
                    .env("AWS_LAMBDA_LOG_LEVEL", level)
                    .await;
                for event in [
                    &b""[..],
                    b"{",
                    b"{\"a\": 1}}",
                    b"\xff\xfe",
                    b"{\"rawPath\": \"/\xff\"}",
                    b"\0",
                    b"null",
                    b"7",
                    b"[]",
                    b"{}",
                ] {
                    let error = lambda.invoke(event.to_vec()).await.error();
                    assert_eq!(error.error_type, "NotAnHttpEvent", "{event:?}");
                }
                let deep = "[".repeat(200_000);
                assert_eq!(
                    lambda.invoke(deep).await.error().error_type,
                    "NotAnHttpEvent"
                );
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1, "{level} {concurrency}");
            }
        }
    }
}

mod while_replying {
    //! `POST /response` and `POST /error`.

    use super::*;

    /// A call, and an event that leads to it.
    fn calls() -> [(Call, Invoke); 2] {
        [
            (Call::Response, get("/log/x").into()),
            (Call::Error, json!({"Records": []}).into()),
        ]
    }

    #[tokio::test]
    async fn alone_a_connection_that_is_reset_ends_the_process() {
        for (call, event) in calls() {
            let lambda = faults().await;
            lambda.inject(call, Fault::Reset);
            let exit = lambda.invoke(event).await.crash();
            assert_ended_with(&exit, "a reply could not be sent to Lambda");
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 2);
        }
    }

    #[tokio::test]
    async fn among_several_a_connection_that_is_reset_loses_that_reply_only() {
        for (call, event) in calls() {
            let lambda = faults().concurrency(2).await;
            // More often than there are workers.
            for _ in 0..3 {
                lambda.inject(call, Fault::Reset);
                let lost = lambda.invoke(event.clone().timeout(Duration::from_millis(50)));
                let id = lost.request_id().to_owned();
                let told = lambda.log(|line| {
                    is_record(line, "a reply could not be sent to Lambda")
                        && line.json().unwrap_or_default()["requestId"] == id
                });
                told.await;
                // Lambda never got it.
                let outcome = lost.await;
                assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
                assert_goes_on(&lambda).await;
            }
            assert_eq!(lambda.starts(), 1);
        }
    }

    #[tokio::test]
    async fn a_reply_that_comes_too_late_is_logged_with_its_request() {
        for (call, event) in calls() {
            for concurrency in BOTH {
                let lambda = faults().concurrency(concurrency).await;
                lambda.inject(call, Fault::GivenUp);
                let late = lambda.invoke(event.clone());
                let id = late.request_id().to_owned();
                let outcome = late.await;
                assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
                let told = lambda.log(|line| {
                    let record = line.json().unwrap_or_default();
                    record["requestId"] == id && record["status"] == "410 Gone"
                });
                assert_eq!(told.await.json().unwrap()["level"], "ERROR");
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1);
                assert_eq!(lambda.refused_calls(), [""; 0]);
            }
        }
    }

    #[tokio::test]
    async fn a_reply_that_is_refused_is_logged_with_its_request() {
        for status in [400, 403, 413, 500, 503] {
            for (call, event) in calls() {
                let lambda = faults().concurrency(2).await;
                let status = StatusCode::from_u16(status).unwrap();
                lambda.inject(call, Fault::Status(status));
                let lost = lambda.invoke(event.timeout(Duration::from_millis(50)));
                let id = lost.request_id().to_owned();
                let told = lambda.log(|line| {
                    let record = line.json().unwrap_or_default();
                    record["requestId"] == id && record["status"] == status.to_string()
                });
                assert_eq!(told.await.json().unwrap()["level"], "ERROR");
                let outcome = lost.await;
                assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome}");
                assert_goes_on(&lambda).await;
                assert_eq!(lambda.starts(), 1);
            }
        }
    }

    #[tokio::test]
    async fn alone_a_reply_that_is_refused_is_logged_and_the_next_question_ends_the_process() {
        // Lambda still waits for the reply, so that there is nothing else to ask for.
        for status in [403, 500] {
            let lambda = faults().await;
            let status = StatusCode::from_u16(status).unwrap();
            lambda.inject(Call::Response, Fault::Status(status));
            let exit = lambda.invoke(get("/log/x")).await.crash();
            assert_ended_with(&exit, "missing lambda-runtime-aws-request-id header");
            let refused = |line: &&LogLine| line.contains(&status.to_string());
            assert!(exit.logs().iter().any(|line| refused(&line)), "{exit:?}");
            assert_goes_on(&lambda).await;
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_off_or_huge_does_not_matter() {
        for (call, event) in calls() {
            for concurrency in BOTH {
                for fault in [Fault::Cut, Fault::Huge(64 << 20)] {
                    let lambda = faults().concurrency(concurrency).await;
                    for _ in 0..3 {
                        lambda.inject(call, fault);
                        match (call, lambda.invoke(event.clone()).await) {
                            (Call::Response, Outcome::Reply(_)) | (_, Outcome::Error(_)) => {}
                            (_, other) => panic!("{call:?} {fault:?}: {other}"),
                        }
                    }
                    assert_goes_on(&lambda).await;
                    assert_eq!(lambda.starts(), 1);
                }
            }
        }
    }

    #[tokio::test]
    async fn a_slow_answer_is_waited_for() {
        for (call, event) in calls() {
            let lambda = faults().await;
            let mut slow = lambda.hold(call);
            let pending = lambda.invoke(event);
            slow.reached().await;
            slow.release();
            let outcome = pending.await;
            assert!(
                matches!(outcome, Outcome::Reply(_) | Outcome::Error(_)),
                "{outcome}"
            );
            assert_goes_on(&lambda).await;
        }
    }

    #[tokio::test]
    async fn a_reply_that_is_too_large_for_lambda_is_a_problem_and_a_record() {
        for (source, size) in [(Source::HttpApi, 7 << 20), (Source::Alb, 2 << 20)] {
            let lambda = faults().await;
            let event = EventBuilder::new(source).path(&format!("/size/{size}"));
            let reply = lambda.send(&event).await;
            assert_eq!(reply.status(), 500, "{source}");
            let problem: Value = serde_json::from_slice(reply.body()).unwrap();
            assert_eq!(problem["code"], "response_too_large");
            let line = lambda.log(|line| line.contains("response_too_large"));
            assert_eq!(line.await.json().unwrap()["level"], "ERROR");
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.refused_calls(), [""; 0]);
        }
    }
}

mod while_starting {
    //! `POST /init/error`.

    use super::*;

    #[tokio::test]
    async fn an_init_error_that_does_not_arrive_keeps_nothing_waiting() {
        for fault in [
            Fault::Reset,
            Fault::Status(StatusCode::INTERNAL_SERVER_ERROR),
            Fault::Cut,
        ] {
            let failing = faults().env("FAULTS_START", "error");
            let exit = failing.inject(Call::InitError, fault).try_start().await;
            let exit = exit.unwrap_err();
            assert_eq!(exit.code(), Some(1), "{fault:?}");
            let told = |line: &LogLine| line.contains("no table is named");
            assert!(exit.logs().iter().any(told), "{exit:?}");
        }
    }

    #[tokio::test]
    async fn a_runtime_api_that_is_not_there_ends_the_process() {
        // A port that nobody listens to: it was ours a moment ago.
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let output = std::process::Command::new(PROGRAM)
            .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
            .env("AWS_LAMBDA_FUNCTION_NAME", "faults")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8(output.stdout).unwrap();
        assert!(log.contains("the Lambda runtime failed"), "{log}");
    }

    #[tokio::test]
    async fn an_environment_without_its_variables_ends_the_process_and_names_them() {
        let output = std::process::Command::new(PROGRAM)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8(output.stdout).unwrap();
        assert!(
            log.contains("Missing AWS_LAMBDA_FUNCTION_NAME env var"),
            "{log}"
        );
    }
}
