//! What a stream costs in memory.

use super::{get, head, made, streaming, text};
use lambda_api::event::Source;

/// How much a process may grow for a stream, in kB: buffers of the process, and pages of the allocator.
const GROWTH: u64 = 8 << 10;

/// What fits into the buffers of a connection, and more.
const AHEAD: usize = 32 << 20;

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
    let lambda = streaming().concurrency(2).await;
    let process = lambda.process_id();
    let first = lambda.send(&get("/stream/mib/1")).await;
    assert_eq!(first.body().len(), 1 << 20);
    let before = status(process, "VmHWM");
    let made_before = made(&lambda).await;
    let mut response = lambda.invoke_streaming(get("/stream/mib/150"));
    head(&mut response).await;
    for _ in 0..16 {
        response.chunk().await.expect("a part");
    }
    // Until nothing is made while other requests are handled.
    let mut waits_at = 0;
    loop {
        let now = made(&lambda).await - made_before;
        if now == waits_at {
            break;
        }
        waits_at = now;
        for _ in 0..20 {
            text(&lambda, "/log/x").await;
        }
    }
    let most = status(process, "VmHWM");
    println!(
        "the body waited after {waits_at} of {} bytes, at {most} kB after {before} kB",
        150 << 20
    );
    assert!(
        waits_at < AHEAD,
        "{waits_at} bytes were made for a client that does not read"
    );
    assert!(most - before < GROWTH, "{before} kB became {most} kB");
    // It reads on.
    let response = response.await.response();
    let whole = response.http(Source::FunctionUrl).into_body().len();
    assert_eq!(whole, 150 << 20);
}
