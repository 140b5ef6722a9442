//! The command `openapi`: prints a document, writes it, or compares it with a file.

use super::{
    breaking::Breaking,
    destination::{Destination, parse_file},
    gateway_document::{self, ForGateway, parse_gateway},
    option::{doubled_option, option, unexpected, value},
    output::Failure,
    template::parse_routes,
};
#[cfg(feature = "openapi")]
use super::{destination::read_input, log};
use crate::Api;
#[cfg(feature = "openapi")]
use crate::{
    contract,
    openapi::{Dialect, OpenApi},
};

/// The options of `openapi`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// OpenAPI 3.0 instead of 3.1.
    pub(super) is_3_0: bool,
    /// The document that API Gateway imports, instead of that for readers.
    pub(super) gateway: Option<ForGateway>,
    pub(super) destination: Destination,
    /// The files of documents that are added.
    pub(super) merge: Vec<String>,
    /// Compare with an old document, instead of writing a new one.
    pub(super) breaking: Option<Breaking>,
}

const OPTIONS: [&str; 7] = [
    "--dialect",
    "--gateway",
    "--routes",
    "--out",
    "--check",
    "--breaking",
    "--merge",
];

/// Parses the arguments after `openapi`.
pub(super) fn parse(mut arguments: &[&str]) -> Result<Wanted, String> {
    let (mut dialect, mut gateway, mut routes) = (None, None, None);
    let (mut out, mut check, mut breaking) = (None, None, None);
    let (mut models, mut stream, mut strict, mut merge) = (false, false, false, Vec::new());
    while let [argument, rest @ ..] = arguments {
        let flag = match *argument {
            "--models" => Some(&mut models),
            "--stream" => Some(&mut stream),
            "--strict" => Some(&mut strict),
            _ => None,
        };
        if let Some(flag) = flag {
            if *flag {
                return Err(doubled_option(argument));
            }
            *flag = true;
            arguments = rest;
            continue;
        }
        let (name, inline) = option(argument);
        if !OPTIONS.contains(&name) {
            return Err(unexpected("openapi", argument));
        }
        let (value, rest) = value(name, inline, rest)?;
        let doubled = match name {
            "--dialect" => dialect.replace(parse_dialect(value)?).is_some(),
            "--gateway" => gateway.replace(parse_gateway(value)?).is_some(),
            "--routes" => routes.replace(parse_routes(value)?).is_some(),
            "--out" => out.replace(parse_file(name, value)?).is_some(),
            "--check" => check.replace(parse_file(name, value)?).is_some(),
            "--breaking" => breaking.replace(parse_file(name, value)?).is_some(),
            _ => {
                merge.push(parse_file(name, value)?);
                false
            }
        };
        if doubled {
            return Err(doubled_option(name));
        }
        arguments = rest;
    }
    for (first, second, both) in [
        (
            "--gateway",
            "--dialect",
            gateway.is_some() && dialect.is_some(),
        ),
        (
            "--gateway",
            "--merge",
            gateway.is_some() && !merge.is_empty(),
        ),
        (
            "--breaking",
            "--gateway",
            breaking.is_some() && gateway.is_some(),
        ),
        (
            "--breaking",
            "--dialect",
            breaking.is_some() && dialect.is_some(),
        ),
        ("--breaking", "--out", breaking.is_some() && out.is_some()),
        (
            "--breaking",
            "--check",
            breaking.is_some() && check.is_some(),
        ),
    ] {
        if both {
            return Err(format!("`{first}` and `{second}` exclude each other"));
        }
    }
    if strict && breaking.is_none() {
        return Err("`--strict` needs `--breaking`".to_owned());
    }
    Ok(Wanted {
        is_3_0: dialect.unwrap_or_default(),
        gateway: ForGateway::new(gateway, routes, models, stream)?,
        destination: Destination::new(out, check)?,
        merge,
        breaking: breaking.map(|file| Breaking { file, strict }),
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
pub(super) fn run(api: &Api, wanted: &Wanted) -> Result<(), Failure> {
    match &wanted.gateway {
        Some(gateway) => gateway_document::run(api, gateway, &wanted.destination),
        None => for_readers(api, wanted),
    }
}

#[cfg(feature = "openapi")]
fn for_readers(api: &Api, wanted: &Wanted) -> Result<(), Failure> {
    let document = api
        .openapi()
        .map_err(|errors| Failure(format!("the document cannot be written\n{errors}")))?;
    if let Destination::Check(_) = &wanted.destination {
        for note in notes(&document) {
            log::line(&format!("note: {note}"));
        }
    }
    let (dialect, option) = match wanted.is_3_0 {
        true => (Dialect::V3_0, " --dialect 3.0"),
        false => (Dialect::V3_1, ""),
    };
    let text = merged(document.to_json_in(dialect), &wanted.merge)?;
    if let Some(breaking) = &wanted.breaking {
        return breaking.run(&text);
    }
    let merge = wanted.merge.iter().map(|file| format!(" --merge {file}"));
    let command = format!("openapi{option}{}", merge.collect::<String>());
    wanted.destination.deliver(&text, &command)
}

/// The document together with those of other functions.
#[cfg(feature = "openapi")]
fn merged(own: String, files: &[String]) -> Result<String, Failure> {
    if files.is_empty() {
        return Ok(own);
    }
    let others = files
        .iter()
        .map(|file| Ok((file.as_str(), read_input(file)?)));
    let others = others.collect::<Result<Vec<_>, Failure>>()?;
    let merged = contract::merge(&own, &others).map_err(|clashes| {
        let clashes = clashes.join("\n- ");
        Failure(format!("the documents cannot be merged\n- {clashes}"))
    })?;
    for note in &merged.notes {
        log::line(&format!("note: {note}"));
    }
    Ok(merged.text)
}

#[cfg(not(feature = "openapi"))]
fn for_readers(_: &Api, _: &Wanted) -> Result<(), Failure> {
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

    /// A path for a file of a test, which removes it at the end.
    struct File(std::path::PathBuf);

    impl File {
        fn new(name: &str) -> Self {
            let name = format!("lambda-api-openapi-{name}-{}.json", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn name(&self) -> String {
            self.0.to_string_lossy().into_owned()
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn checked(content: Option<&str>) -> Result<(), String> {
        let file = File::new("check");
        if let Some(content) = content {
            fs::write(&file.0, content).expect("a file");
        }
        let wanted = Wanted {
            destination: Destination::Check(file.name()),
            ..Wanted::default()
        };
        let done = run(&Api::new(), &wanted);
        done.map_err(|Failure(text)| text.replace(&file.name(), "FILE"))
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
    /// `openapi --merge OTHER` with another option.
    fn merged_with(other: &File, change: impl FnOnce(&mut Wanted)) -> Result<(), String> {
        let mut wanted = Wanted {
            merge: vec![other.name()],
            ..Wanted::default()
        };
        change(&mut wanted);
        let done = run(&Api::new(), &wanted);
        done.map_err(|Failure(text)| text.replace(&other.name(), "OTHER"))
    }

    #[test]
    fn a_merged_document_is_written_checked_and_compared() {
        let [other, out] = ["other", "out"].map(File::new);
        let document = |paths: &str| format!("{{\"openapi\": \"3.1.0\", \"paths\": {paths}}}");
        fs::write(&other.0, document(r#"{"/a": {"get": {}}}"#)).expect("a file");
        let written = merged_with(&other, |wanted| {
            wanted.destination = Destination::Out(out.name());
        });
        assert_eq!(written, Ok(()));
        let text = fs::read_to_string(&out.0).expect("a file");
        assert!(text.contains("\"/a\": {\n      \"get\": {}"), "{text}");
        let checked = merged_with(&other, |wanted| {
            wanted.destination = Destination::Check(out.name());
        });
        assert_eq!(checked, Ok(()));
        let compared = || {
            merged_with(&other, |wanted| {
                let file = out.name();
                wanted.breaking = Some(Breaking { file, strict: true });
            })
        };
        assert_eq!(compared(), Ok(()));
        fs::write(&other.0, document("{}")).expect("a file");
        let broken = compared().map_err(|text| text.replace(&out.name(), "OUT"));
        assert_eq!(broken, Err("1 change breaks clients of OUT".to_owned()));
        let outdated = merged_with(&other, |wanted| {
            wanted.destination = Destination::Check(out.name());
        });
        assert_eq!(
            outdated.map_err(|text| text.replace(&out.name(), "OUT")),
            Err(
                "OUT is out of date: write it again with `openapi --merge OTHER --out OUT`"
                    .to_owned()
            )
        );
    }

    #[test]
    fn clashes_of_merged_documents_are_listed() {
        let other = File::new("clash");
        fs::write(&other.0, "{\"openapi\": \"3.0.3\"}").expect("a file");
        assert_eq!(
            merged_with(&other, |_| {}),
            Err(
                "the documents cannot be merged\n- OTHER: expected an OpenAPI document of version 3.1, \
                 found 3.0"
                    .to_owned()
            )
        );
    }
}
