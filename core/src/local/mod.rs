//! The command line of a program outside Lambda: `serve`, `invoke`, `routes`.

use crate::Api;
use std::process::ExitCode;

/// Runs one command; `arguments` does not have the program's name.
pub(crate) async fn run(api: Api, arguments: Vec<String>) -> ExitCode {
    let _ = (api, arguments);
    ExitCode::SUCCESS
}

pub(crate) async fn serve(api: Api) -> bool {
    let _ = api;
    true
}
