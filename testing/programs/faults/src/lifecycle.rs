//! What is done at turns of the process' life, when the environment asks for it.

use lambda_api::{Api, BoxError};
use std::{env, future::pending, time::Duration};

/// Adds a function for the end as `FAULTS_SHUTDOWN` says, functions around a snapshot as
/// `FAULTS_SNAPSHOT` says, and one after each response as `FAULTS_AFTER` says.
pub(crate) fn hooks(api: Api) -> Api {
    let api = match env::var("FAULTS_AFTER").as_deref() {
        Ok("flush") => api.after_response(|| async {
            tokio::task::yield_now().await;
            println!("flushed what is left");
        }),
        Ok("panic") => api.after_response(async || panic!("nothing to flush")),
        Ok("hang") => api.after_response(pending),
        _ => api,
    };
    let api = match env::var("FAULTS_SHUTDOWN").as_deref() {
        Ok("flush") => api.on_shutdown(|| async { println!("flushed") }).nest(
            "/nested",
            Api::new().on_shutdown(async || println!("closed")),
        ),
        Ok("panic") => api.on_shutdown(async || panic!("nothing to flush")),
        Ok("hang") => api.on_shutdown(pending),
        _ => api,
    };
    let api = match env::var("FAULTS_SHUTDOWN_MS").map(|text| text.parse()) {
        Ok(Ok(ms)) => api.shutdown_timeout(Duration::from_millis(ms)),
        _ => api,
    };
    match env::var("FAULTS_SNAPSHOT").as_deref() {
        Ok("fine") => api
            .before_snapshot(|| note("before the snapshot"))
            .after_restore(|| note("after the restore")),
        Ok("before") => api.before_snapshot(async || Err("the pool does not close")),
        Ok("after") => api.after_restore(|| async {
            if env::var_os("FAULTS_SNAPSHOT").is_some() {
                panic!("the pool does not open");
            }
            note("never").await
        }),
        _ => api,
    }
}

async fn note(text: &'static str) -> Result<(), BoxError> {
    println!("{text}");
    Ok(())
}
