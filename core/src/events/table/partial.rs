//! Whether Lambda reads which records of a batch failed.

use crate::{environment::PARTIAL, setting::Variables};

/// What the program or the environment says about `ReportBatchItemFailures`.
#[derive(Debug, Default)]
pub(super) struct Partial {
    by_program: Option<bool>,
    by_variable: Option<bool>,
    /// An invalid value of the variable.
    invalid: Option<String>,
    /// What tests assume if nothing says it.
    assumed: Option<bool>,
}

impl Partial {
    pub(super) fn set(&mut self, is_on: bool) {
        self.by_program = Some(is_on);
    }

    /// Assumes that Lambda reads it, unless the program or the environment says otherwise.
    pub(super) fn assume(&mut self) {
        self.assumed = Some(true);
    }

    /// Whether the program says it.
    pub(super) fn is_set(&self) -> bool {
        self.by_program.is_some()
    }

    /// Reads the variable, unless the program says it.
    pub(super) fn resolve(&mut self, variables: &Variables<'_>) {
        if self.is_set() {
            return;
        }
        let value = (variables.get)(PARTIAL).unwrap_or_default();
        match value.trim() {
            "" => {}
            "true" => self.by_variable = Some(true),
            "false" => self.by_variable = Some(false),
            _ => self.invalid = Some(value),
        }
    }

    pub(super) fn error(&self) -> Option<String> {
        let found = self.invalid.as_ref()?;
        Some(format!(
            "the environment variable `{PARTIAL}`: expected `true` or `false`, found `{found}`"
        ))
    }

    /// `None` if nothing says it.
    pub(super) fn is_on(&self) -> Option<bool> {
        self.by_program.or(self.by_variable).or(self.assumed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_takes_precedence_over_the_variable() {
        for (program, variable, expected, is_invalid) in [
            (None, None, None, false),
            (None, Some(""), None, false),
            (None, Some("true"), Some(true), false),
            (None, Some(" false"), Some(false), false),
            (None, Some("yes"), None, true),
            (Some(false), Some("true"), Some(false), false),
            (Some(true), Some("yes"), Some(true), false),
        ] {
            let mut partial = Partial::default();
            if let Some(is_on) = program {
                partial.set(is_on);
            }
            let get = |name: &str| {
                assert_eq!(name, "LAMBDA_API_PARTIAL");
                variable.map(str::to_owned)
            };
            partial.resolve(&Variables {
                get: &get,
                local: false,
            });
            assert_eq!(partial.is_on(), expected, "{program:?} {variable:?}");
            assert_eq!(partial.error().is_some(), is_invalid, "{variable:?}");
        }
    }
}
