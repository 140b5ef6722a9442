//! The command `template`: prints the template, writes it, or compares it with a file.

use super::{
    destination::{Destination, compare, parse_file},
    log, metadata,
    option::{doubled_option, option, unexpected, value},
    output::{Failure, print},
};
use crate::{
    Api,
    template::{Gateway, Options, Routing, Template, TemplateErrors, WRITTEN_BY},
};
use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
};

/// The options of `template`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) gateway: Gateway,
    pub(super) routing: Routing,
    pub(super) destination: Destination,
    /// Responses as streams.
    pub(super) stream: bool,
    /// The policy of callers instead of the template.
    pub(super) caller_policy: bool,
}

/// Parses the arguments after `template`.
pub(super) fn parse(mut arguments: &[&str]) -> Result<Wanted, String> {
    let (mut kind, mut routes, mut out, mut check) = (None, None, None, None);
    let (mut stream, mut caller_policy) = (false, false);
    while let [argument, rest @ ..] = arguments {
        let flag = match *argument {
            "--stream" => Some(&mut stream),
            "--caller-policy" => Some(&mut caller_policy),
            _ => None,
        };
        if let Some(flag) = flag {
            if std::mem::replace(flag, true) {
                return Err(doubled_option(argument));
            }
            arguments = rest;
            continue;
        }
        let (name, inline) = option(argument);
        if !["--kind", "--routes", "--out", "--check"].contains(&name) {
            return Err(unexpected("template", argument));
        }
        let (value, rest) = value(name, inline, rest)?;
        let doubled = match name {
            "--kind" => kind.replace(parse_kind(value)?).is_some(),
            "--routes" => routes.replace(parse_routes(value)?).is_some(),
            "--out" => out.replace(parse_file(name, value)?).is_some(),
            _ => check.replace(parse_file(name, value)?).is_some(),
        };
        if doubled {
            return Err(doubled_option(name));
        }
        arguments = rest;
    }
    let destination = Destination::new(out, check)?;
    if caller_policy && destination != Destination::Print {
        return Err("`--caller-policy` excludes `--out` and `--check`".to_owned());
    }
    Ok(Wanted {
        gateway: kind.unwrap_or_default(),
        routing: routes.unwrap_or_default(),
        destination,
        stream,
        caller_policy,
    })
}

fn parse_kind(value: &str) -> Result<Gateway, String> {
    match value {
        "http" => Ok(Gateway::HttpApi),
        "rest" => Ok(Gateway::RestApi),
        "url" => Ok(Gateway::FunctionUrl),
        "alb" => Ok(Gateway::LoadBalancer),
        _ => Err(format!(
            "`--kind` needs http, rest, url or alb, found {value:?}"
        )),
    }
}

/// The value of `--routes`.
pub(super) fn parse_routes(value: &str) -> Result<Routing, String> {
    match value {
        "each" => Ok(Routing::Each),
        "proxy" => Ok(Routing::Proxy),
        _ => Err(format!("`--routes` needs each or proxy, found {value:?}")),
    }
}

/// Prints, writes or checks the template. Warnings are lines on standard error.
pub(super) fn run(api: &Api, wanted: &Wanted) -> Result<(), Failure> {
    let mut options = Options::new(wanted.gateway).routing(wanted.routing);
    let directory = match &wanted.destination {
        Destination::Print => Path::new(""),
        Destination::Out(file) | Destination::Check(file) => {
            Path::new(file).parent().unwrap_or(Path::new(""))
        }
    };
    if wanted.stream {
        options = options.stream();
    }
    metadata::apply(&mut options, directory)?;
    if wanted.caller_policy {
        let (policy, warnings) = api
            .caller_policy(&options)
            .map_err(|errors| Failure(format!("the policy cannot be written\n{errors}")))?;
        warn(warnings.iter().map(String::as_str));
        return print(&policy);
    }
    let template = api
        .template(&options)
        .map_err(|errors| Failure(format!("the template cannot be written\n{errors}")))?;
    warn(template.warnings());
    deliver(&template, &wanted.destination, &options.command())
}

fn warn<'a>(warnings: impl Iterator<Item = &'a str>) {
    for warning in warnings {
        log::line(&format!("warning: {warning}"));
    }
}

fn deliver(template: &Template, destination: &Destination, command: &str) -> Result<(), Failure> {
    match destination {
        Destination::Print => print(&template.to_yaml()),
        Destination::Out(file) => {
            let text = match fs::read_to_string(file) {
                Ok(known) => updated(template, file, &known, command)?,
                Err(error) if error.kind() == ErrorKind::NotFound => template.to_yaml(),
                Err(error) => return Err(cannot_be_read(file, &error)),
            };
            replace(Path::new(file), &text)
                .map_err(|error| Failure(format!("{file} cannot be written: {error}")))
        }
        Destination::Check(file) => {
            let known = fs::read_to_string(file).map_err(|error| cannot_be_read(file, &error))?;
            let text = updated(template, file, &known, command)?;
            compare(file, &known, &text, command)
        }
    }
}

fn updated(template: &Template, file: &str, known: &str, command: &str) -> Result<String, Failure> {
    let mut lines = known
        .lines()
        .filter_map(|line| line.strip_prefix(WRITTEN_BY));
    let other = lines.find_map(|line| line.trim_end().strip_suffix('`'));
    if let Some(other) = other.filter(|other| *other != command) {
        return Err(Failure(format!(
            "{file} was written by `{other}`, not by `{command}`: use the same options, or delete the line \
             `{WRITTEN_BY}{other}`` to change the gateway"
        )));
    }
    let failure = |errors: TemplateErrors| Failure(format!("{file} cannot be updated\n{errors}"));
    template.update(known).map_err(failure)
}

fn cannot_be_read(file: &str, error: &io::Error) -> Failure {
    Failure(format!("{file} cannot be read: {error}"))
}

/// Replaces the content of a file as a whole: after a failure the file is as before.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    // A symbolic link stays, and its target is replaced.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut name = OsString::from(".");
    name.push(file.file_name().ok_or(ErrorKind::InvalidFilename)?);
    name.push(format!(".{}", std::process::id()));
    let beside = file.with_file_name(name);
    let written = (|| {
        let mut new = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)?;
        new.write_all(text.as_bytes())?;
        if let Ok(known) = fs::metadata(&file) {
            new.set_permissions(known.permissions())?;
        }
        new.sync_all()?;
        fs::rename(&beside, &file)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests;
