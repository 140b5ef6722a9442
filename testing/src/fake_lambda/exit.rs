//! The end of a process.

use super::{
    log::{LastLines, LogLine},
    outcome::FunctionError,
};
use std::{fmt, process::ExitStatus, sync::Arc};

/// The end of a function's process.
///
/// Its `Display` text is the error message of Lambda, such as
/// `Runtime exited with error: exit status 1`.
#[derive(Clone, Debug)]
pub struct Exit {
    pub(super) status: ExitStatus,
    pub(super) in_init: bool,
    pub(super) init_error: Option<FunctionError>,
    pub(super) was_terminated: bool,
    pub(super) logs: Arc<[LogLine]>,
}

impl Exit {
    /// The exit code; none when a signal ended the process.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended the process, if one did: 6 after `abort`, 9 when it was killed.
    #[cfg(unix)]
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        std::os::unix::process::ExitStatusExt::signal(&self.status)
    }

    /// Whether it ended before it had asked for its first invocation.
    #[must_use]
    #[doc(hidden)]
    pub fn is_in_init(&self) -> bool {
        self.in_init
    }

    /// What it posted to `/init/error`.
    #[must_use]
    pub fn init_error(&self) -> Option<&FunctionError> {
        self.init_error.as_ref()
    }

    /// Whether it was asked to end by SIGTERM.
    #[must_use]
    #[doc(hidden)]
    pub fn was_terminated(&self) -> bool {
        self.was_terminated
    }

    /// All that this process wrote.
    #[must_use]
    pub fn logs(&self) -> &[LogLine] {
        &self.logs
    }

    /// For messages of failure: the end, and the log before it.
    pub(super) fn story(&self) -> String {
        let mut story = self.to_string();
        if let Some(error) = &self.init_error {
            story.push_str(&format!("\nit had posted an init error: {error}"));
        }
        format!("{story}\n{}", LastLines::of(&self.logs))
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.status.success() {
            return f.write_str("Runtime exited without providing a reason");
        }
        f.write_str("Runtime exited with error: ")?;
        if let Some(code) = self.status.code() {
            return write!(f, "exit status {code}");
        }
        #[cfg(unix)]
        if let Some(signal) = self.signal() {
            return match signal {
                6 => f.write_str("signal: aborted"),
                9 => f.write_str("signal: killed"),
                11 => f.write_str("signal: segmentation fault"),
                15 => f.write_str("signal: terminated"),
                other => write!(f, "signal {other}"),
            };
        }
        write!(f, "{}", self.status)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn an_exit_has_the_message_of_lambda() {
        for (raw, expected) in [
            (0, "Runtime exited without providing a reason"),
            (3 << 8, "Runtime exited with error: exit status 3"),
            (6, "Runtime exited with error: signal: aborted"),
            (9, "Runtime exited with error: signal: killed"),
            (15, "Runtime exited with error: signal: terminated"),
            (10, "Runtime exited with error: signal 10"),
        ] {
            let exit = Exit {
                status: ExitStatus::from_raw(raw),
                in_init: false,
                init_error: None,
                was_terminated: false,
                logs: Arc::new([]),
            };
            assert_eq!(exit.to_string(), expected);
        }
    }
}
