//! What `template` reads from Cargo.toml: `[package.metadata.lambda-api]`, the binary and the directory.

use super::{log, output::Failure};
use crate::template::{Function, Options};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

const TABLE: &str = "package.metadata.lambda-api";

/// The output of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
    default_run: Option<String>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The settings of one function.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    memory: Option<u32>,
    timeout: Option<u64>,
    log_retention: Option<u32>,
    tracing: Option<bool>,
    environment: BTreeMap<String, String>,
    policies: Vec<String>,
    role: Option<String>,
}

/// Sets what Cargo.toml says about this program, for a template in `directory`.
///
/// Without cargo or without a package, the options stay, and standard error has a note.
///
/// # Errors
/// Returns an error if a setting has an unknown key or a wrong type.
pub(super) fn apply(options: &mut Options, directory: &Path) -> Result<(), Failure> {
    let program = env::current_exe().ok();
    let program = program
        .as_ref()
        .and_then(|program| program.file_stem()?.to_str());
    options.binary = program.map(str::to_owned);
    let package = match package() {
        Ok(package) => package,
        Err(reason) => {
            log::line(&format!(
                "note: the settings in Cargo.toml are not used: {reason}"
            ));
            return Ok(());
        }
    };
    set(options, package.metadata.get("lambda-api")).map_err(|error| {
        Failure(format!(
            "{} is invalid: {error}",
            package.manifest_path.display()
        ))
    })?;
    options.binary = package.binary(program).or(options.binary.take());
    let from = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    if let (Ok(from), Ok(to)) = (fs::canonicalize(from), package.directory()) {
        options.code_uri = relative(&from, &to);
    }
    Ok(())
}

/// The package of this program: that of `cargo run`, else that of the current directory.
fn package() -> Result<Package, String> {
    let directory = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| ".".into());
    let directory = fs::canonicalize(directory).map_err(|error| error.to_string())?;
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(&directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let line = error.lines().next().unwrap_or("no message");
        return Err(format!("`cargo metadata` fails: {line}"));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("`cargo metadata` printed invalid JSON: {error}"))?;
    let packages = metadata.packages.into_iter();
    let around = packages.filter_map(|package| {
        let own = package.directory().ok()?;
        let depth = own.components().count();
        directory.starts_with(&own).then_some((depth, package))
    });
    let (_, package) = around
        .max_by_key(|(depth, _)| *depth)
        .ok_or("the current directory is not in a package")?;
    Ok(package)
}

impl Package {
    fn directory(&self) -> std::io::Result<PathBuf> {
        fs::canonicalize(self.manifest_path.parent().unwrap_or(Path::new(".")))
    }

    /// The binary of a program with this name: the program itself if the package has it, else the one
    /// that `cargo run` starts.
    fn binary(&self, program: Option<&str>) -> Option<String> {
        let is_bin = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
        let names = self.targets.iter().filter(is_bin);
        let names: Vec<&str> = names.map(|target| target.name.as_str()).collect();
        let name = match (program, &self.default_run, names.as_slice()) {
            (Some(program), _, names) if names.contains(&program) => program,
            (_, Some(name), _) => name,
            (_, None, [name]) => name,
            _ => return None,
        };
        Some(name.to_owned())
    }
}

/// Adds the settings of the function, those of functions of nested APIs by name, and the raised quota.
fn set(options: &mut Options, table: Option<&Value>) -> Result<(), String> {
    let mut table = table
        .cloned()
        .unwrap_or_else(|| Value::Object(Default::default()));
    let mut remove = |key| table.as_object_mut().and_then(|table| table.remove(key));
    let (nested, max_routes) = (remove("functions"), remove("max-routes"));
    if let Some(count) = max_routes {
        options.max_routes = Some(read(&format!("{TABLE}.max-routes"), count)?);
    }
    let function: Settings = read(TABLE, table)?;
    let nested: BTreeMap<String, Value> = match nested {
        Some(nested) => read(&format!("{TABLE}.functions"), nested)?,
        None => BTreeMap::new(),
    };
    let nested = nested.into_iter().map(|(name, table)| {
        let settings: Settings = read(&format!("{TABLE}.functions.{name}"), table)?;
        Ok((name, settings.function()))
    });
    options.defaults = function.function();
    options.nested_defaults = nested.collect::<Result<_, String>>()?;
    Ok(())
}

/// Reads a table. The error names the key.
fn read<T: DeserializeOwned>(name: &str, table: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(table).map_err(|error| {
        let key = error.path().to_string();
        let key = if key == "." {
            String::new()
        } else {
            format!(".{key}")
        };
        format!("`{name}{key}`: {}", error.inner())
    })
}

impl Settings {
    fn function(self) -> Function {
        Function {
            name: None,
            memory: self.memory,
            timeout: self.timeout.map(Duration::from_secs),
            log_retention: self.log_retention,
            tracing: self.tracing,
            environment: self.environment.into_iter().collect(),
            parameters: Vec::new(),
            policies: self.policies,
            role: self.role,
        }
    }
}

/// The path from one directory to another, with `/`.
fn relative(from: &Path, to: &Path) -> String {
    let same = |(a, b): &(Component<'_>, Component<'_>)| a == b;
    let common = from.components().zip(to.components());
    let common = common.take_while(same).count();
    if common == 0 {
        return to.to_string_lossy().into_owned();
    }
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    match parts.as_slice() {
        [] => ".".to_owned(),
        parts => parts.join("/"),
    }
}

#[cfg(test)]
mod tests;
