//! Variables by which Lambda tells a process how it runs.

/// The variable with the address of the Runtime API.
pub(crate) const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// The variable with host and port for the HTTP server of a Lambda Web Function.
#[cfg(feature = "server")]
pub(crate) const HTTP_ENDPOINT: &str = "AWS_LAMBDA_HTTP_ENDPOINT";

/// The variable with the port of an HTTP server, as container services set it.
#[cfg(feature = "server")]
pub(crate) const PORT: &str = "PORT";

/// The variable with the sources that invoke the function for a stream, such as `url,rest`.
pub(crate) const STREAM: &str = "LAMBDA_API_STREAM";

/// The variable that says whether Lambda reads which records of a batch failed: `true` or `false`.
pub(crate) const PARTIAL: &str = "LAMBDA_API_PARTIAL";

/// Whether this process was started by Lambda or by an emulator of it.
pub(crate) fn is_on_lambda() -> bool {
    std::env::var_os(RUNTIME_API).is_some()
}

/// Whether this process serves others, on Lambda or as a server, and not a developer.
pub(crate) fn is_deployed() -> bool {
    #[cfg(feature = "server")]
    if server_address(variable).is_some() {
        return true;
    }
    is_on_lambda()
}

/// A variable of this process.
#[cfg(feature = "server")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The variable that makes this process a server, and its value. An empty one is none.
#[cfg(feature = "server")]
pub(crate) fn server_address(
    variable: impl Fn(&str) -> Option<String>,
) -> Option<(&'static str, String)> {
    [HTTP_ENDPOINT, PORT].into_iter().find_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((name, value))
    })
}

/// Whether Lambda sends several invocations at once (Managed Instances).
pub(crate) fn is_concurrent() -> bool {
    concurrency() > 1
}

/// The number of invocations that Lambda sends at once.
pub(crate) fn concurrency() -> u32 {
    let limit = std::env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok();
    limit.and_then(|limit| limit.parse().ok()).unwrap_or(1)
}
