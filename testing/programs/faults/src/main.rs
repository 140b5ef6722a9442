//! An API that fails on request, and returns what it knows of its invocation.
//!
//! Its tests show what happens to a function that panics, exits, hangs or does not start. The
//! environment variable `FAULTS_START` chooses why it does not start.

#[cfg(unix)]
mod custom_log;
mod extension;
mod lifecycle;
mod mixed;
mod payload_size;
mod streaming;
mod streams;

use lambda_api::{
    Api, BoxError, Invocation, Json, LambdaContext, State, api_handler, events, routes,
};
use std::{
    collections::BTreeMap,
    env,
    future::pending,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Barrier;

/// A handler with a bug.
#[api_handler(GET "/panic")]
async fn panics() -> &'static str {
    panic!("as it was asked to")
}

/// A handler that takes its process with it.
#[api_handler(GET "/exit/{code}")]
async fn exits(code: i32) -> &'static str {
    println!("about to exit with {code}");
    process::exit(code)
}

/// The same by a signal.
#[api_handler(GET "/abort")]
async fn aborts() -> &'static str {
    process::abort()
}

/// A handler that never responds.
#[api_handler(GET "/hang")]
async fn hangs() -> &'static str {
    pending().await
}

/// A handler that never gives its thread back.
#[api_handler(GET "/block")]
async fn blocks() -> &'static str {
    println!("about to block");
    loop {
        std::thread::park();
    }
}

/// A handler that has less time than others.
#[api_handler(GET "/short", timeout = "50ms")]
async fn short() -> &'static str {
    pending().await
}

/// Writes to standard output, to standard error and to the log.
#[api_handler(GET "/log/{text}")]
async fn logs(text: String) -> &'static str {
    println!("out: {text}");
    eprintln!("err: {text}");
    tracing::info!(text, "logged");
    "logged"
}

/// A handler whose error has a text of so many bytes.
#[api_handler(GET "/long-error/{size}")]
async fn long_error(size: usize) -> Result<&'static str, lambda_api::Error> {
    Err(lambda_api::Error::msg("long ".repeat(size / 5)))
}

/// A handler that panics, and panics once more while it is cleaned up.
#[api_handler(GET "/double-panic")]
async fn panics_twice() -> &'static str {
    struct Second;
    impl Drop for Second {
        fn drop(&mut self) {
            panic!("the second one")
        }
    }
    let _second = Second;
    panic!("the first one")
}

/// The environment of the process.
#[api_handler(GET "/environment")]
async fn environment() -> Json<BTreeMap<String, String>> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    Json(
        env::vars_os()
            .map(|(name, value)| (text(name), text(value)))
            .collect(),
    )
}

/// What Lambda says of this invocation.
#[api_handler(GET "/context")]
async fn context(invocation: Invocation) -> Json<BTreeMap<&'static str, Option<String>>> {
    let lambda = invocation.lambda();
    Json(BTreeMap::from([
        ("request_id", Some(lambda.request_id.clone())),
        (
            "deadline_ms",
            lambda.deadline_ms.map(|deadline| deadline.to_string()),
        ),
        ("function_arn", lambda.function_arn.clone()),
        ("trace_id", lambda.trace_id.clone()),
        ("tenant_id", lambda.tenant_id.clone()),
        ("client_context", lambda.client_context.clone()),
        (
            "cognito_identity",
            lambda
                .cognito_identity
                .as_ref()
                .map(|identity| identity.identity_id.clone()),
        ),
    ]))
}

/// Responds when as many requests are here as `FAULTS_TOGETHER` says: never, unless they run at once.
#[api_handler(GET "/together/{name}")]
async fn together(name: String, invocation: Invocation, State(all): State<Arc<Barrier>>) -> String {
    all.wait().await;
    // Whatever else ran on this thread meanwhile.
    let current = LambdaContext::current().expect("an invocation");
    assert_eq!(current.request_id, invocation.lambda().request_id);
    format!("{name} in {}", current.request_id)
}

static RELEASED: AtomicBool = AtomicBool::new(false);

/// A handler that computes, and does not give its thread back, until another request releases it.
#[api_handler(GET "/compute")]
async fn computes() -> &'static str {
    while !RELEASED.load(Ordering::Relaxed) {
        std::thread::yield_now();
    }
    "released"
}

/// Releases the one that computes.
#[api_handler(GET "/release")]
async fn releases() -> &'static str {
    RELEASED.store(true, Ordering::Relaxed);
    "releases"
}

#[lambda_api::main]
async fn main() -> Result<Api, BoxError> {
    custom_log::install();
    let together = env::var("FAULTS_TOGETHER").map_or(Ok(1), |size| size.parse())?;
    let api = Api::new()
        .state(Arc::new(Barrier::new(together)))
        .routes(routes![
            panics,
            exits,
            aborts,
            hangs,
            blocks,
            short,
            logs,
            environment,
            context,
            together,
            computes,
            releases,
            payload_size::size,
            payload_size::digest,
            long_error,
            panics_twice,
            streams::frames
        ])
        .nest("/mixed", mixed::api())
        .nest("/stream", streaming::api());
    let api = streaming::timeout(api).on_other_event(events::warm_up);
    // A new value for each invocation is what memory grows by.
    let trace = env::var_os("FAULTS_TRACE_ENVIRONMENT").is_some();
    let api = lifecycle::hooks(api).trace_environment(trace);
    #[cfg(unix)]
    if let Ok(kind) = env::var("FAULTS_EXTENSION") {
        extension::register(kind == "deaf").await?;
    }
    match env::var("FAULTS_START").as_deref() {
        Ok("error") => Err("no table is named".into()),
        Ok("long error") => Err("no table ".repeat(400_000).into()),
        Ok("panic") => panic!("no table was expected"),
        Ok("exit") => process::exit(7),
        Ok("hang") => pending().await,
        Ok("state") => {
            Ok(api.state_with(async || -> Result<u8, BoxError> { panic!("no key was expected") }))
        }
        // Two routes of one path: the API cannot be built.
        Ok("conflict") => Ok(api.routes(routes![panics])),
        _ => Ok(api),
    }
}
