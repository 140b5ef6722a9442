//! What a stream costs in memory.

use super::{get, head, streaming};
use lambda_api::event::Source;

/// How much a process may grow for a stream, in kB: buffers of the process, and pages of the allocator.
const GROWTH: u64 = 8 << 10;

/// A value of `/proc/PID/status`, in kB.
fn status(process: Option<u32>, name: &str) -> u64 {
    let process = process.expect("a process");
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let mut values = status.lines().filter_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix(':')?;
        value.trim().strip_suffix(" kB")?.parse().ok()
    });
    values.next().expect("a size in kB")
}

#[tokio::test]
async fn a_stream_of_150_mib_takes_constant_memory() {
    let lambda = streaming().await;
    let process = lambda.process_id();
    assert_eq!(
        lambda.send(&get("/stream/mib/1")).await.body().len(),
        1 << 20
    );
    let before = status(process, "VmHWM");
    for source in super::STREAMING {
        let event = super::get_from(source, "/stream/mib/150");
        assert_eq!(lambda.send(&event).await.body().len(), 150 << 20);
    }
    let most = status(process, "VmHWM");
    println!("150 MiB streamed: the process had {before} kB before and at most {most} kB");
    assert!(most - before < GROWTH, "{before} kB became {most} kB");
}

#[tokio::test]
async fn a_client_that_does_not_read_takes_no_memory() {
    let lambda = streaming().await;
    let process = lambda.process_id();
    assert_eq!(
        lambda.send(&get("/stream/mib/1")).await.body().len(),
        1 << 20
    );
    let before = status(process, "VmHWM");
    let mut response = lambda.invoke_streaming(get("/stream/mib/60"));
    head(&mut response).await;
    // A part now and then, so that the function has to wait at each of them.
    while response.chunk().await.is_some() {
        tokio::task::yield_now().await;
    }
    let most = status(process, "VmHWM");
    assert!(most - before < GROWTH, "{before} kB became {most} kB");
    let response = response.await.response();
    assert_eq!(response.http(Source::FunctionUrl).body().len(), 60 << 20);
}
