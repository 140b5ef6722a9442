//! Where everything happens: on a thread of its own, so that neither a test that blocks nor one that
//! pauses the clock can keep the function waiting.

use super::{process, shared::Shared};
use std::{sync::Arc, thread};
use tokio::runtime;

/// The thread that everything happens on.
pub(super) struct Engine {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Engine {
    pub(super) fn start(shared: Arc<Shared>) -> (Self, runtime::Handle) {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("there is no tokio runtime for a FakeLambda: {error}"),
        };
        let handle = runtime.handle().clone();
        let supervise = process::supervise(shared.clone());
        let thread = thread::Builder::new()
            .name("fake-lambda".to_owned())
            .spawn(move || runtime.block_on(supervise));
        match thread {
            Ok(thread) => {
                let thread = Some(thread);
                (Self { shared, thread }, handle)
            }
            Err(error) => panic!("there is no thread for a FakeLambda: {error}"),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.update(|state| state.closing = true);
        // When this is over, the process is gone.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
