//! The thread that runs the Runtime API, so that a test which blocks or pauses its clock does not stop
//! the function.

use super::{process, shared::Shared};
use std::{sync::Arc, thread};
use tokio::runtime;

/// The thread of one function.
pub(super) struct RuntimeThread {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl RuntimeThread {
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

impl Drop for RuntimeThread {
    fn drop(&mut self) {
        self.shared.update(|state| state.closing = true);
        // When this is over, the process is gone.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
