//! Settings of a Lambda function.

use std::time::Duration;

/// Settings of a Lambda function in the template, for [`Api::function`](crate::Api::function).
///
/// The same settings can be in Cargo.toml, under `[package.metadata.lambda-api]`: `memory` in MiB,
/// `timeout` and `log-retention` in seconds and days, `tracing`, `environment`, `policies`, `role`. A
/// setting in code replaces the one in Cargo.toml; variables and policies are added to those of
/// Cargo.toml.
///
/// ```
/// use lambda_api::{Api, template::Function};
/// use std::time::Duration;
///
/// let api = Api::new().function(
///     Function::new()
///         .memory(512)
///         .timeout(Duration::from_secs(10))
///         .environment("CURRENCY", "EUR")
///         .policy("AmazonSQSFullAccess"),
/// );
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Function {
    pub(crate) name: Option<String>,
    pub(crate) memory: Option<u32>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) log_retention: Option<u32>,
    pub(crate) tracing: Option<bool>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) parameters: Vec<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) role: Option<String>,
}

impl Function {
    /// No settings: 256 MiB, 30 seconds, 30 days of logs, tracing with X-Ray.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the function of a nested API: letters, digits, `-` and `_`. It follows the name
    /// of the program in the name of the function. The default is the prefix of the nested API.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the memory, in MiB: 128 to 10,240. The share of a processor grows with it.
    pub fn memory(mut self, mebibytes: u32) -> Self {
        self.memory = Some(mebibytes);
        self
    }

    /// Sets the time that one invocation may take, in whole seconds: 1 second to 15 minutes.
    ///
    /// API Gateway waits for 29 or 30 seconds only.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how long logs are kept, in days. CloudWatch Logs accepts
    /// [certain numbers](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)
    /// only.
    pub fn log_retention(mut self, days: u32) -> Self {
        self.log_retention = Some(days);
        self
    }

    /// Sets whether X-Ray traces invocations.
    pub fn tracing(mut self, on: bool) -> Self {
        self.tracing = Some(on);
        self
    }

    /// Adds an environment variable with a value.
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Adds an environment variable whose value is a parameter of the template: `RATE_LIMIT` has the
    /// parameter `RateLimit`.
    ///
    /// Variables of [settings](crate::env) need no entry.
    pub fn parameter(mut self, variable: impl Into<String>) -> Self {
        self.parameters.push(variable.into());
        self
    }

    /// Adds a policy to the role of the function: the name or the ARN of a managed policy.
    pub fn policy(mut self, policy: impl Into<String>) -> Self {
        self.policies.push(policy.into());
        self
    }

    /// Sets the ARN of the role of the function, instead of a role that the template creates.
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(arn.into());
        self
    }

    /// The name of the function of a nested API with this prefix.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn name_or(&self, prefix: &str) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let words = prefix.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        words.join("-")
    }
}
