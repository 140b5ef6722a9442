//! The gate of `openapi --breaking`: fails if clients of an older document break.

#[cfg(feature = "openapi")]
use super::{destination::read_input, log, output::Failure};
#[cfg(feature = "openapi")]
use crate::contract::{Severity, changes};

/// The options of the gate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Breaking {
    /// The file of the old document; `-` is standard input.
    pub(super) file: String,
    /// Warnings are errors.
    pub(super) strict: bool,
}

#[cfg(feature = "openapi")]
impl Breaking {
    /// Compares the old document with the new one, `text`. Findings are blocks on standard error.
    pub(super) fn run(&self, text: &str) -> Result<(), Failure> {
        let old = read_input(&self.file)?;
        let file = match &*self.file {
            "-" => "the document of standard input",
            file => file,
        };
        let old = serde_json::from_str(&old)
            .map_err(|error| Failure(format!("{file}: expected JSON: {error}")))?;
        let new = serde_json::from_str(text)
            .map_err(|error| Failure(format!("the document is not JSON: {error}")))?;
        let mut found = changes(&old, &new).map_err(|error| Failure(format!("{file}: {error}")))?;
        let mut breaks = 0;
        for finding in &mut found {
            if self.strict {
                finding.severity = Severity::Error;
            }
            breaks += usize::from(finding.severity == Severity::Error);
            // An empty line after each block.
            log::line(&finding.to_string());
            log::line("");
        }
        match breaks {
            0 => Ok(()),
            1 => Err(Failure(format!("1 change breaks clients of {file}"))),
            some => Err(Failure(format!("{some} changes break clients of {file}"))),
        }
    }
}

#[cfg(all(test, feature = "openapi"))]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::{fs, process};

    /// What the gate says of these documents; the file has the name of the test.
    fn gate(name: &str, old: &str, new: &Value, strict: bool) -> Result<(), String> {
        let file = format!("lambda-api-breaking-{name}-{}.json", process::id());
        let path = std::env::temp_dir().join(file);
        fs::write(&path, old).expect("a file");
        let file = path.to_string_lossy().into_owned();
        let gate = Breaking { file, strict };
        let done = gate.run(&new.to_string());
        let _ = fs::remove_file(&path);
        done.map_err(|Failure(text)| text.replace(&gate.file, "FILE"))
    }

    #[test]
    fn the_gate_fails_for_breaks_and_if_strict_for_warnings() {
        let document =
            |operation: &Value| json!({"openapi": "3.1.0", "paths": {"/a": {"get": operation}}});
        let old = document(&json!({"operationId": "a"})).to_string();
        let same = document(&json!({"operationId": "a"}));
        let renamed = document(&json!({"operationId": "b"}));
        let broken = json!({"openapi": "3.1.0"});
        let one = || Err("1 change breaks clients of FILE".to_owned());
        for (new, strict, expected) in [
            (&same, true, Ok(())),
            (&renamed, false, Ok(())),
            (&renamed, true, one()),
            (&broken, false, one()),
        ] {
            assert_eq!(gate("gate", &old, new, strict), expected, "{new} {strict}");
        }
        let with_mark = format!("\u{feff}{old}");
        assert_eq!(gate("mark", &with_mark, &same, true), Ok(()));
        let two = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}, "put": {}}}}).to_string();
        let found = gate("two", &two, &broken, false);
        assert_eq!(found, Err("2 changes break clients of FILE".to_owned()));
    }

    #[test]
    fn the_old_file_must_be_a_document() {
        let new = json!({"openapi": "3.1.0"});
        for (old, expected) in [
            (
                "{",
                "FILE: expected JSON: EOF while parsing an object at line 1 column 1",
            ),
            (
                "{\"swagger\": \"2.0\"}",
                "FILE: expected an OpenAPI document of version 3.0 or 3.1, found no version",
            ),
        ] {
            assert_eq!(
                gate("old", old, &new, false),
                Err(expected.to_owned()),
                "{old}"
            );
        }
    }
}
