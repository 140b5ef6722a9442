//! The log configuration in environment variables.
//!
//! Lambda sets `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` according to its [advanced
//! logging
//! controls](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html).
//! `RUST_LOG` contains directives such as `info,orders=debug`. `AWS_LAMBDA_LOG_LEVEL` takes
//! precedence over its level for all targets.

use super::filter::{Filter, is_capped};
use tracing_subscriber::filter::{LevelFilter, Targets};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Text,
}

#[derive(Debug)]
pub(super) struct Config {
    pub(super) format: Format,
    pub(super) filter: Filter,
    /// Errors about invalid parts, which are ignored.
    pub(super) errors: Vec<String>,
}

impl Config {
    /// Reads the configuration; `format` is the default format.
    pub(super) fn read(format: Format, variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut errors = Vec::new();
        let variable = |name| variable(name).filter(|value| !value.trim().is_empty());

        let format = match variable("AWS_LAMBDA_LOG_FORMAT") {
            None => format,
            Some(text) if text.eq_ignore_ascii_case("json") => Format::Json,
            Some(text) if text.eq_ignore_ascii_case("text") => Format::Text,
            Some(text) => {
                errors.push(format!(
                    "AWS_LAMBDA_LOG_FORMAT: expected `JSON` or `Text`, found {text:?}"
                ));
                format
            }
        };

        let level = variable("AWS_LAMBDA_LOG_LEVEL").and_then(|text| {
            let level = lambda_level(&text);
            if level.is_none() {
                errors.push(format!(
                    "AWS_LAMBDA_LOG_LEVEL: expected `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, found {text:?}"
                ));
            }
            level
        });

        let directives = variable("RUST_LOG").unwrap_or_default();
        let mut named = Targets::new();
        let mut default = None;
        for directive in directives.split(',').map(str::trim) {
            if directive.is_empty() {
                continue;
            }
            match read_directive(directive) {
                Ok((None, level)) => default = Some(level),
                Ok((Some(target), level)) => {
                    if level == LevelFilter::TRACE && is_capped(target) {
                        errors.push(format!(
                            "RUST_LOG: {directive:?}: `{target}` is logged at DEBUG at most, because its \
                             TRACE records may contain request data"
                        ));
                    }
                    named = named.with_target(target, level);
                }
                Err(why) => errors.push(format!("RUST_LOG: {directive:?}: {why}")),
            }
        }

        let default = level.or(default).unwrap_or(LevelFilter::INFO);
        Self {
            format,
            filter: Filter::new(named.with_default(default)),
            errors,
        }
    }
}

/// Parses a directive: `debug`, `orders=debug`, or `orders`, which enables all levels of the
/// target.
///
/// Stricter than `Targets`, which accepts `=` as the error level for everything, `orders=` as the
/// error level for `orders`, and spans as parts of a name.
fn read_directive(directive: &str) -> Result<(Option<&str>, LevelFilter), &'static str> {
    const LEVELS: &str = "expected a level: `trace`, `debug`, `info`, `warn`, `error` or `off`";
    let level = |text: &str| match text {
        "" => Err(LEVELS),
        text => text.parse().map_err(|_| LEVELS),
    };
    let Some((target, text)) = directive.split_once('=') else {
        return match level(directive) {
            Ok(level) => Ok((None, level)),
            Err(_) => Ok((Some(read_target(directive)?), LevelFilter::TRACE)),
        };
    };
    Ok((
        Some(read_target(target.trim_end())?),
        level(text.trim_start())?,
    ))
}

fn read_target(target: &str) -> Result<&str, &'static str> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_:-./".contains(letter);
    if target.is_empty() || !target.chars().all(is_part) {
        return Err("expected `level`, `target=level` or `target`, separated by commas");
    }
    Ok(target)
}

/// Parses Lambda's names of levels. `FATAL` is treated as `ERROR`.
fn lambda_level(name: &str) -> Option<LevelFilter> {
    let levels = [
        ("TRACE", LevelFilter::TRACE),
        ("DEBUG", LevelFilter::DEBUG),
        ("INFO", LevelFilter::INFO),
        ("WARN", LevelFilter::WARN),
        ("ERROR", LevelFilter::ERROR),
        ("FATAL", LevelFilter::ERROR),
    ];
    levels
        .iter()
        .find_map(|(known, level)| known.eq_ignore_ascii_case(name).then_some(*level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    fn read(variables: &[(&str, &str)]) -> Config {
        Config::read(Format::Json, |name| {
            variables
                .iter()
                .find_map(|(known, value)| (*known == name).then(|| (*value).to_owned()))
        })
    }

    #[test]
    fn without_variables_everything_from_info_up_is_logged() {
        let config = read(&[]);
        assert_eq!(config.format, Format::Json);
        assert!(config.filter.would_enable("orders", &Level::INFO));
        assert!(!config.filter.would_enable("orders", &Level::DEBUG));
        assert_eq!(config.errors, [""; 0]);
    }

    #[test]
    fn the_format_is_read_whatever_its_case() {
        let table = [
            ("JSON", Format::Json),
            ("json", Format::Json),
            ("Text", Format::Text),
            ("TEXT", Format::Text),
            ("", Format::Json),
        ];
        for (value, format) in table {
            let config = read(&[("AWS_LAMBDA_LOG_FORMAT", value)]);
            assert_eq!(config.format, format, "{value}");
            assert_eq!(config.errors, [""; 0]);
        }
    }

    #[test]
    fn every_level_of_lambda_is_known() {
        let table = [
            ("TRACE", LevelFilter::TRACE),
            ("debug", LevelFilter::DEBUG),
            ("INFO", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("ERROR", LevelFilter::ERROR),
            ("FATAL", LevelFilter::ERROR),
        ];
        for (value, level) in table {
            let config = read(&[("AWS_LAMBDA_LOG_LEVEL", value)]);
            assert_eq!(config.filter.default_level(), Some(level), "{value}");
        }
    }

    #[test]
    fn lambdas_level_replaces_only_rust_logs_default() {
        let config = read(&[
            ("AWS_LAMBDA_LOG_LEVEL", "WARN"),
            ("RUST_LOG", "trace,orders=debug"),
        ]);
        assert!(config.filter.would_enable("orders::store", &Level::DEBUG));
        assert!(config.filter.would_enable("other", &Level::WARN));
        assert!(!config.filter.would_enable("other", &Level::INFO));
    }

    #[test]
    fn targets_that_show_requests_are_never_logged_at_trace() {
        for (variable, value) in [
            ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
            ("RUST_LOG", "trace"),
            ("RUST_LOG", "trace,orders=debug"),
            ("RUST_LOG", "info,lambda_runtime=trace"),
            ("RUST_LOG", "info,lambda_runtime"),
            ("RUST_LOG", "lambda=trace"),
            ("RUST_LOG", "l"),
            ("RUST_LOG", "h=5"),
            ("RUST_LOG", "lambda_runtime::layers::api_response=trace"),
            ("RUST_LOG", "lambda_runtime::layers::api_response"),
        ] {
            let filter = read(&[(variable, value)]).filter;
            for target in [
                "lambda_runtime::layers::api_response",
                "lambda_runtime",
                "lambda_runtime_api_client",
                "hyper::proto::h1::io",
                "hyper_util::client",
                "h2::codec",
            ] {
                let shown = filter.would_enable(target, &Level::TRACE);
                assert!(!shown, "{value}: {target}");
            }
        }
        let filter = read(&[("RUST_LOG", "lambda_runtime=debug,hyperspace=trace")]).filter;
        assert!(filter.would_enable("lambda_runtime::layers", &Level::DEBUG));
        assert!(filter.would_enable("hyperspace::drive", &Level::TRACE));
    }

    #[test]
    fn a_capped_level_is_reported() {
        let config = read(&[("RUST_LOG", "debug,hyper=trace,lambda_runtime=debug")]);
        let [error] = &config.errors[..] else {
            panic!("one error was expected, found {:?}", config.errors);
        };
        assert!(error.contains("`hyper` is logged at DEBUG"), "{error}");
    }

    #[test]
    fn a_directive_that_means_nothing_is_ignored_and_named() {
        for directive in [
            "=",
            "==",
            "=trace",
            "orders=",
            "orders==debug",
            "orders=loud",
            "orders=debug=info",
            "orders[span]=debug",
            "[{field}]=trace",
            "warn orders=debug",
            "info;orders",
            "\u{fffd}",
            "\"info\"",
        ] {
            let config = read(&[("RUST_LOG", directive)]);
            let [error] = &config.errors[..] else {
                panic!("{directive}: {:?}", config.errors);
            };
            assert!(
                error.starts_with(&format!("RUST_LOG: {directive:?}: expected")),
                "{error}"
            );
            // The variable is ignored.
            assert!(
                config.filter.would_enable("orders", &Level::INFO),
                "{directive}"
            );
            assert!(
                !config.filter.would_enable("orders", &Level::DEBUG),
                "{directive}"
            );
        }
        for directive in [
            "off",
            "orders = debug",
            "orders",
            "a::b-c.d/e=5",
            "INFO",
            ",, info ,",
        ] {
            assert_eq!(
                read(&[("RUST_LOG", directive)]).errors,
                [""; 0],
                "{directive}"
            );
        }
    }

    #[test]
    fn directives_for_one_target_leave_the_others_at_info() {
        let config = read(&[("RUST_LOG", "orders=debug")]);
        assert!(config.filter.would_enable("orders", &Level::DEBUG));
        assert!(config.filter.would_enable("lambda_api", &Level::ERROR));
        assert!(!config.filter.would_enable("lambda_api", &Level::DEBUG));
    }

    #[test]
    fn invalid_parts_are_reported_and_the_rest_is_used() {
        let config = read(&[
            ("AWS_LAMBDA_LOG_FORMAT", "xml"),
            ("AWS_LAMBDA_LOG_LEVEL", "loud"),
            ("RUST_LOG", "warn, orders=loud ,store=trace"),
        ]);
        assert_eq!(config.format, Format::Json);
        assert_eq!(config.filter.default_level(), Some(LevelFilter::WARN));
        assert!(config.filter.would_enable("store", &Level::TRACE));
        let [format, level, directive] = &config.errors[..] else {
            panic!("three errors were expected, found {:?}", config.errors);
        };
        assert!(
            format.contains("`JSON` or `Text`, found \"xml\""),
            "{format}"
        );
        assert!(level.contains("found \"loud\""), "{level}");
        assert!(directive.contains("\"orders=loud\""), "{directive}");
    }
}
