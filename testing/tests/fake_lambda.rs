//! `FakeLambda` with programs that are not Lambda functions. The tests of the program `faults` cover
//! functions.

use lambda_api_testing::FakeLambda;

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_never_asks_for_an_event_did_not_start() {
    let start = FakeLambda::start("/bin/sh").try_start();
    let exit = start.await.unwrap_err();
    assert!(exit.is_in_init());
    // A shell without a script, and with nothing to read.
    assert_eq!(exit.code(), Some(0));
    assert_eq!(
        exit.to_string(),
        "Runtime exited without providing a reason"
    );
    assert_eq!((exit.init_error(), exit.logs()), (None, &[][..]));
}

#[tokio::test]
#[should_panic(expected = "/no/such/program cannot be run: ")]
async fn a_program_that_is_not_there_is_named() {
    FakeLambda::start("/no/such/program").await;
}

#[test]
#[should_panic(expected = "there is no program `no-such-example` in ")]
fn an_example_that_was_not_built_is_named() {
    let _ = FakeLambda::for_example("no-such-example");
}
