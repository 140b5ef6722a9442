//! Settings of a Lambda function.

use std::time::Duration;

/// Settings of a Lambda function in the template, for [`Api::function`](crate::Api::function).
///
/// The command `template` reads the same settings from Cargo.toml: `memory` in MiB, `timeout` in seconds,
/// `log-retention` in days, `tracing`, `environment`, `policies` and `role`. A setting in code replaces the
/// one in Cargo.toml. Variables and policies are added to those of Cargo.toml, and a variable in code
/// replaces one of the same name.
///
/// ```toml
/// [package.metadata.lambda-api]
/// memory = 512
/// environment = { CURRENCY = "EUR" }
///
/// [package.metadata.lambda-api.functions.reports]
/// timeout = 60
/// ```
///
/// The same in code:
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

    /// The time that one invocation may take: by default as long as an HTTP API waits.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn timeout_or_default(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(30))
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

#[cfg(any(debug_assertions, feature = "local"))]
impl Function {
    /// The settings of a function: `defaults` of Cargo.toml, and `own` of the code.
    ///
    /// A setting in code replaces the default. Variables and policies are added to the defaults, and a
    /// variable replaces the default of the same name.
    pub(crate) fn merged(defaults: &Self, own: Option<&Self>) -> Self {
        let mut merged = defaults.clone();
        let Some(own) = own else {
            return merged;
        };
        merged.name = own.name.clone().or(merged.name);
        merged.memory = own.memory.or(merged.memory);
        merged.timeout = own.timeout.or(merged.timeout);
        merged.log_retention = own.log_retention.or(merged.log_retention);
        merged.tracing = own.tracing.or(merged.tracing);
        merged.role = own.role.clone().or(merged.role);
        let is_own = |variable: &String| {
            let mut set = own.environment.iter().map(|(name, _)| name);
            set.any(|name| name == variable) || own.parameters.contains(variable)
        };
        merged.environment.retain(|(name, _)| !is_own(name));
        merged.environment.extend(own.environment.iter().cloned());
        merged.parameters.retain(|name| !is_own(name));
        merged.parameters.extend(own.parameters.iter().cloned());
        merged.policies.retain(|one| !own.policies.contains(one));
        merged.policies.extend(own.policies.iter().cloned());
        merged
    }
}

#[cfg(all(test, any(debug_assertions, feature = "local")))]
mod tests {
    use super::*;

    fn pairs(function: &Function) -> Vec<(&str, &str)> {
        let pairs = function.environment.iter();
        pairs.map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }

    #[test]
    fn settings_in_code_replace_defaults() {
        let defaults = Function::new()
            .memory(128)
            .timeout(Duration::from_secs(3))
            .tracing(true);
        let own = Function::new().memory(512).tracing(false).role("arn:own");
        let merged = Function::merged(&defaults, Some(&own));
        assert_eq!(merged.memory, Some(512));
        assert_eq!(merged.timeout, Some(Duration::from_secs(3)));
        assert_eq!(merged.tracing, Some(false));
        assert_eq!(merged.role.as_deref(), Some("arn:own"));
        assert_eq!(merged.log_retention, None);
    }

    #[test]
    fn variables_and_policies_are_added_to_defaults() {
        let defaults = Function::new()
            .environment("A", "cargo")
            .environment("B", "cargo")
            .environment("C", "cargo")
            .policy("One")
            .policy("Two");
        let own = Function::new()
            .environment("B", "code")
            .environment("D", "code")
            .parameter("C")
            .policy("Two")
            .policy("Three");
        let merged = Function::merged(&defaults, Some(&own));
        assert_eq!(
            pairs(&merged),
            [("A", "cargo"), ("B", "code"), ("D", "code")]
        );
        assert_eq!(merged.parameters, ["C"]);
        assert_eq!(merged.policies, ["One", "Two", "Three"]);
    }

    #[test]
    fn defaults_apply_without_settings_in_code() {
        let defaults = Function::new().memory(128).policy("One");
        let merged = Function::merged(&defaults, None);
        assert_eq!(merged.memory, Some(128));
        assert_eq!(merged.policies, ["One"]);
    }
}
