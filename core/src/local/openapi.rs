//! The command `openapi`: prints the document, or compares it with a file.

#[cfg(feature = "openapi")]
use super::{destination::compare, log, output::print};
use super::{
    destination::{Destination, parse_file},
    option::{doubled_option, option, unexpected, value},
    output::Failure,
};
use crate::Api;
#[cfg(feature = "openapi")]
use crate::openapi::{Dialect, OpenApi};

/// The options of `openapi`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// OpenAPI 3.0 instead of 3.1.
    pub(super) is_3_0: bool,
    pub(super) destination: Destination,
}

/// Parses the arguments after `openapi`.
pub(super) fn parse(mut arguments: &[&str]) -> Result<Wanted, String> {
    let (mut dialect, mut out, mut check) = (None, None, None);
    while let [argument, rest @ ..] = arguments {
        let (name, inline) = option(argument);
        if !["--dialect", "--out", "--check"].contains(&name) {
            return Err(unexpected("openapi", argument));
        }
        let (value, rest) = value(name, inline, rest)?;
        let doubled = match name {
            "--dialect" => dialect.replace(parse_dialect(value)?).is_some(),
            "--out" => out.replace(parse_file(name, value)?).is_some(),
            _ => check.replace(parse_file(name, value)?).is_some(),
        };
        if doubled {
            return Err(doubled_option(name));
        }
        arguments = rest;
    }
    Ok(Wanted {
        is_3_0: dialect.unwrap_or_default(),
        destination: Destination::new(out, check)?,
    })
}

fn parse_dialect(value: &str) -> Result<bool, String> {
    match value {
        "3.0" => Ok(true),
        "3.1" => Ok(false),
        _ => Err(format!("`--dialect` needs 3.0 or 3.1, found {value:?}")),
    }
}

/// Prints, writes or checks the document.
#[cfg(feature = "openapi")]
pub(super) fn run(api: &Api, wanted: &Wanted) -> Result<(), Failure> {
    let document = api
        .openapi()
        .map_err(|errors| Failure(format!("the document cannot be written\n{errors}")))?;
    let dialect = if wanted.is_3_0 {
        Dialect::V3_0
    } else {
        Dialect::V3_1
    };
    let text = document.to_json_in(dialect);
    match &wanted.destination {
        Destination::Print => print(&text),
        Destination::Out(file) => std::fs::write(file, text)
            .map_err(|error| Failure(format!("{file} cannot be written: {error}"))),
        Destination::Check(file) => {
            for note in notes(&document) {
                log::line(&format!("note: {note}"));
            }
            let known = std::fs::read_to_string(file)
                .map_err(|error| Failure(format!("{file} cannot be read: {error}")))?;
            let dialect = if wanted.is_3_0 { " --dialect 3.0" } else { "" };
            compare(file, &known, &text, &format!("openapi{dialect}"))
        }
    }
}

#[cfg(not(feature = "openapi"))]
pub(super) fn run(_: &Api, _: &Wanted) -> Result<(), Failure> {
    Err(Failure(
        "the feature `openapi` of lambda-api is off: turn it on with `cargo add lambda-api --features \
         openapi`"
            .to_owned(),
    ))
}

/// What the document leaves open, and what it cannot express.
#[cfg(feature = "openapi")]
fn notes(document: &OpenApi) -> impl Iterator<Item = String> {
    let unspecified = document
        .unspecified()
        .map(|one| format!("`{}`: {} has no schema", one.operation, one.subject));
    unspecified.chain(document.notes().map(str::to_owned))
}

#[cfg(all(test, feature = "openapi"))]
mod tests {
    use super::*;
    use std::fs;

    fn checked(content: Option<&str>) -> Result<(), String> {
        let directory = std::env::temp_dir();
        let file = directory.join(format!("lambda-api-openapi-{}.json", std::process::id()));
        if let Some(content) = content {
            fs::write(&file, content).expect("a file");
        }
        let wanted = Wanted {
            destination: Destination::Check(file.to_string_lossy().into_owned()),
            ..Wanted::default()
        };
        let done = run(&Api::new(), &wanted);
        let _ = fs::remove_file(&file);
        let name = file.to_string_lossy().into_owned();
        done.map_err(|Failure(text)| text.replace(&name, "FILE"))
    }

    #[test]
    fn a_check_fails_for_an_old_file() {
        let json = Api::new().openapi().expect("a document").to_json();
        assert_eq!(checked(Some(&json)), Ok(()));
        assert_eq!(checked(Some(&json.replace('\n', "\r\n"))), Ok(()));
        assert_eq!(
            checked(Some("{}\n")),
            Err("FILE is out of date: write it again with `openapi --out FILE`".to_owned())
        );
        let missing = checked(None).unwrap_err();
        assert!(missing.starts_with("FILE cannot be read: "), "{missing}");
    }
}
