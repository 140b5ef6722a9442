//! What a test may choose about its function.

use super::fault::{Call, Fault};
use std::{ffi::OsString, path::PathBuf, time::Duration};

/// The settings of a function, as the console of Lambda has them, and the test's own.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) program: PathBuf,
    pub(super) name: String,
    pub(super) task_root: PathBuf,
    pub(super) variables: Vec<(OsString, OsString)>,
    pub(super) memory_mb: u32,
    pub(super) concurrency: u32,
    pub(super) timeout: Duration,
    pub(super) shutdown_grace: Duration,
    pub(super) limit: Duration,
    pub(super) kept_lines: usize,
    /// What goes wrong from the start.
    pub(super) faults: Vec<(Call, Fault)>,
}

impl Options {
    pub(super) fn new(program: PathBuf) -> Self {
        let name = program.file_stem().unwrap_or_default();
        Self {
            name: name.to_string_lossy().into_owned(),
            task_root: program.parent().map(PathBuf::from).unwrap_or_default(),
            program,
            variables: Vec::new(),
            memory_mb: 128,
            concurrency: 1,
            timeout: Duration::from_secs(30),
            shutdown_grace: Duration::from_millis(500),
            limit: Duration::from_secs(60),
            kept_lines: 100_000,
            faults: Vec::new(),
        }
    }

    pub(super) fn function_arn(&self) -> String {
        format!(
            "arn:aws:lambda:{REGION}:123456789012:function:{}",
            self.name
        )
    }
}

pub(super) const REGION: &str = "eu-west-1";
pub(super) const VERSION: &str = "$LATEST";
/// What the handler is called for programs that have none to choose.
pub(super) const HANDLER: &str = "bootstrap";
