//! What the environment says about logs.
//!
//! `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` are set by Lambda's
//! [advanced logging controls](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html).
//! `RUST_LOG` holds directives as `info,orders=debug`; its own level for everything gives way to
//! `AWS_LAMBDA_LOG_LEVEL`.

use tracing_subscriber::filter::{LevelFilter, Targets};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Text,
}

/// Where the runtime traces whole events, with credentials, cookies and bodies: not because somebody
/// wants to see more of everything, but only if this very target is asked for.
const WHOLE_EVENTS: &str = "lambda_runtime::layers::api_response";

#[derive(Debug)]
pub(super) struct Config {
    pub(super) format: Format,
    pub(super) filter: Targets,
    /// What could not be understood, and is ignored.
    pub(super) faults: Vec<String>,
}

impl Config {
    /// Reads the configuration; `format` is taken when none is named.
    pub(super) fn read(format: Format, variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut faults = Vec::new();
        let variable = |name| variable(name).filter(|value| !value.trim().is_empty());

        let format = match variable("AWS_LAMBDA_LOG_FORMAT") {
            None => format,
            Some(text) if text.eq_ignore_ascii_case("json") => Format::Json,
            Some(text) if text.eq_ignore_ascii_case("text") => Format::Text,
            Some(text) => {
                faults.push(format!(
                    "AWS_LAMBDA_LOG_FORMAT: expected `JSON` or `Text`, found {text:?}"
                ));
                format
            }
        };

        let level = variable("AWS_LAMBDA_LOG_LEVEL").and_then(|text| {
            let level = lambda_level(&text);
            if level.is_none() {
                faults.push(format!(
                    "AWS_LAMBDA_LOG_LEVEL: expected `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, found {text:?}"
                ));
            }
            level
        });

        let directives = variable("RUST_LOG").unwrap_or_default();
        let mut named = Targets::new();
        let mut default = None;
        for directive in directives.split(',').map(str::trim) {
            match directive.parse::<Targets>() {
                _ if directive.is_empty() => {}
                Ok(parsed) => {
                    default = parsed.default_level().or(default);
                    named = named.with_targets(&parsed);
                }
                Err(error) => faults.push(format!("RUST_LOG: {directive:?}: {error}")),
            }
        }

        let default = level.or(default).unwrap_or(LevelFilter::INFO);
        let mut filter = Targets::new();
        if default == LevelFilter::TRACE {
            filter = filter.with_target(WHOLE_EVENTS, LevelFilter::DEBUG);
        }
        Self {
            format,
            filter: filter.with_targets(&named).with_default(default),
            faults,
        }
    }
}

/// Lambda's names of levels; there is nothing above an error here.
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
        assert_eq!(config.faults, [""; 0]);
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
            assert_eq!(config.faults, [""; 0]);
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
    fn the_level_of_lambda_takes_the_place_of_rust_logs_own_but_not_of_its_targets() {
        let config = read(&[
            ("AWS_LAMBDA_LOG_LEVEL", "WARN"),
            ("RUST_LOG", "trace,orders=debug"),
        ]);
        assert!(config.filter.would_enable("orders::store", &Level::DEBUG));
        assert!(config.filter.would_enable("other", &Level::WARN));
        assert!(!config.filter.would_enable("other", &Level::INFO));
    }

    #[test]
    fn whole_events_are_logged_only_if_their_target_is_asked_for() {
        for (variables, expected) in [
            (&[("AWS_LAMBDA_LOG_LEVEL", "TRACE")][..], false),
            (&[("RUST_LOG", "trace")], false),
            (&[("RUST_LOG", "trace,orders=debug")], false),
            (
                &[(
                    "RUST_LOG",
                    "trace,lambda_runtime::layers::api_response=trace",
                )],
                true,
            ),
        ] {
            let filter = read(variables).filter;
            assert_eq!(
                filter.would_enable(WHOLE_EVENTS, &Level::TRACE),
                expected,
                "{variables:?}"
            );
            assert!(filter.would_enable("orders", &Level::DEBUG));
            assert!(filter.would_enable("other", &Level::TRACE));
        }
        assert!(!read(&[]).filter.would_enable(WHOLE_EVENTS, &Level::DEBUG));
    }

    #[test]
    fn directives_for_one_target_leave_the_others_at_info() {
        let config = read(&[("RUST_LOG", "orders=debug")]);
        assert!(config.filter.would_enable("orders", &Level::DEBUG));
        assert!(config.filter.would_enable("lambda_api", &Level::ERROR));
        assert!(!config.filter.would_enable("lambda_api", &Level::DEBUG));
    }

    #[test]
    fn what_cannot_be_understood_is_named_and_the_rest_still_counts() {
        let config = read(&[
            ("AWS_LAMBDA_LOG_FORMAT", "xml"),
            ("AWS_LAMBDA_LOG_LEVEL", "loud"),
            ("RUST_LOG", "warn, orders=loud ,store=trace"),
        ]);
        assert_eq!(config.format, Format::Json);
        assert_eq!(config.filter.default_level(), Some(LevelFilter::WARN));
        assert!(config.filter.would_enable("store", &Level::TRACE));
        let [format, level, directive] = &config.faults[..] else {
            panic!("three faults were expected, found {:?}", config.faults);
        };
        assert!(
            format.contains("`JSON` or `Text`, found \"xml\""),
            "{format}"
        );
        assert!(level.contains("found \"loud\""), "{level}");
        assert!(directive.contains("\"orders=loud\""), "{directive}");
    }
}
