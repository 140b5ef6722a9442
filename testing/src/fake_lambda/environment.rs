//! The environment variables that a function sees.

use super::builder::{HANDLER, Options, REGION, VERSION};
use std::{ffi::OsString, net::SocketAddr};

/// The variables of the test that a program needs to run, or to write coverage.
const INHERITED: [&str; 6] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "SystemRoot",
    "LLVM_PROFILE_FILE",
];

/// All variables of the process that is started as number `process`.
///
/// They are [those of Lambda](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime),
/// then those of the test, which replace them. The credentials are invalid.
pub(super) fn variables(
    options: &Options,
    api: SocketAddr,
    process: u64,
    own: impl Fn(&str) -> Option<OsString>,
) -> Vec<(OsString, OsString)> {
    let name = &options.name;
    let task_root = options.task_root.clone().into_os_string();
    let mut variables: Vec<(OsString, OsString)> = [
        ("AWS_LAMBDA_RUNTIME_API", api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", VERSION.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        (
            "AWS_LAMBDA_LOG_STREAM_NAME",
            format!("2025/01/01/[{VERSION}]{process:032x}"),
        ),
        (
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            initialization(options).to_owned(),
        ),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "ASIAFAKELAMBDAFAKE00".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "no-secret-at-all".to_owned()),
        ("AWS_SESSION_TOKEN", "no-session-at-all".to_owned()),
        ("_HANDLER", HANDLER.to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    variables.push(("LAMBDA_TASK_ROOT".into(), task_root));
    if options.concurrency > 1 {
        let limit = options.concurrency.to_string();
        variables.push(("AWS_LAMBDA_MAX_CONCURRENCY".into(), limit.into()));
    }
    for name in INHERITED {
        variables.extend(own(name).map(|value| (name.into(), value)));
    }
    variables.extend(options.variables.iter().cloned());
    variables
}

/// More than one invocation at once is something that only Managed Instances have.
fn initialization(options: &Options) -> &'static str {
    match options.concurrency {
        ..=1 => "on-demand",
        _ => "lambda-managed-instances",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn of(options: &Options) -> HashMap<OsString, OsString> {
        let own = |name: &str| match name {
            "PATH" => Some("/bin".into()),
            "HOME" | "AWS_PROFILE" => Some("of the developer".into()),
            _ => None,
        };
        let api = "127.0.0.1:1234".parse().unwrap();
        variables(options, api, 1, own).into_iter().collect()
    }

    #[test]
    fn the_environment_is_that_of_lambda_alone() {
        let variables = of(&Options::new("/srv/app/hello".into()));
        for (name, expected) in [
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1234"),
            ("AWS_LAMBDA_FUNCTION_NAME", "hello"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
            ("AWS_REGION", "eu-west-1"),
            ("_HANDLER", "bootstrap"),
            ("LAMBDA_TASK_ROOT", "/srv/app"),
            ("PATH", "/bin"),
        ] {
            assert_eq!(variables[&OsString::from(name)], expected, "{name}");
        }
        assert!(!variables.values().any(|value| value == "of the developer"));
        assert!(!variables.contains_key(&OsString::from("AWS_LAMBDA_MAX_CONCURRENCY")));
    }

    #[test]
    fn the_variables_of_the_test_win() {
        let mut options = Options::new("/srv/app/hello".into());
        options.concurrency = 8;
        options.variables = vec![("AWS_REGION".into(), "us-east-1".into())];
        let variables = of(&options);
        assert_eq!(variables[&OsString::from("AWS_REGION")], "us-east-1");
        assert_eq!(
            variables[&OsString::from("AWS_LAMBDA_MAX_CONCURRENCY")],
            "8"
        );
        assert_eq!(
            variables[&OsString::from("AWS_LAMBDA_INITIALIZATION_TYPE")],
            "lambda-managed-instances"
        );
    }
}
