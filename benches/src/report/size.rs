//! Builds: size, number of crates, and time.

use super::{Error, command};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A program to build, with only the dependencies that its users would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: &'static str,
    bin: &'static str,
    features: &'static str,
}

const fn program(name: &'static str, bin: &'static str, features: &'static str) -> Program {
    Program {
        name,
        bin,
        features,
    }
}

/// The API of thirty routes. poem-lambda depends on an old version of lambda_http.
pub(super) const APIS: [Program; 8] = [
    program(
        "limit, a loop over std's TCP",
        "api_limit",
        "programs,limit",
    ),
    program("bare, on a struct", "api_minimal", "programs,runtime"),
    program("bare, on `Value`", "api_value", "programs,runtime"),
    program("lambda-api", "api_ours", "programs,ours"),
    program("lambda_http", "api_lambda_http", "programs,lambda_http"),
    program("poem-lambda", "api_poem", "programs,poem"),
    program("axum + lambda_http", "api_axum", "programs,axum"),
    program(
        "axum + lambda_http, multi-thread",
        "api_axum_multi",
        "programs,axum",
    ),
];

/// Two routes, for concurrent invocations.
pub(super) const SEVERAL: [Program; 2] = [
    program("lambda-api", "several_ours", "several,ours"),
    program("bare, on a struct", "several_bare", "several,runtime"),
];

/// Hello world: one route.
pub(super) const HELLOS: [Program; 6] = [
    program("bare, on a struct", "hello_struct", "programs,runtime"),
    program("bare, on `Value`", "hello_bare", "programs,runtime"),
    program("lambda-api", "hello_ours", "programs,ours"),
    program("lambda_http", "hello_lambda_http", "programs,lambda_http"),
    program("poem-lambda", "hello_poem", "programs,poem"),
    program("axum + lambda_http", "hello_axum", "programs,axum"),
];

const SMALLEST: [&str; 4] = [
    "profile.release.lto=\"fat\"",
    "profile.release.codegen-units=1",
    "profile.release.panic=\"abort\"",
    "profile.release.strip=\"symbols\"",
];

impl Program {
    /// Returns the API of the peer with this name on the command line.
    pub(super) fn of(key: &str) -> Option<Self> {
        let mut all = APIS.into_iter();
        all.find(|program| program.bin.strip_prefix("api_") == Some(key))
    }

    /// The hello world with lambda-api.
    pub(super) fn hello() -> Self {
        program("lambda-api", "hello_ours", "programs,ours")
    }

    /// The same with a feature of lambda-api; `name` is that of the feature.
    pub(super) const fn hello_with(name: &'static str, features: &'static str) -> Self {
        program(name, "hello_ours", features)
    }

    /// Builds the program with the release profile of this workspace, next to this program.
    pub(super) fn build(&self) -> Result<PathBuf, Error> {
        let directory = command::directory()?;
        let target = directory.parent().ok_or("no target directory")?;
        self.build_in(target, &[])
    }

    fn build_in(&self, target: &Path, settings: &[&str]) -> Result<PathBuf, Error> {
        let mut cargo = command::cargo("build");
        cargo.args(["--release", "--no-default-features", "--bin", self.bin]);
        cargo
            .args(["--features", self.features, "--target-dir"])
            .arg(target);
        for setting in settings {
            cargo.args(["--config", setting]);
        }
        command::run(&mut cargo)?;
        Ok(target.join("release").join(self.bin))
    }
}

/// The measurements of a build.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) program: Program,
    pub(super) smallest: u64,
    pub(super) release: u64,
    pub(super) crates: usize,
    /// The time of a clean build.
    pub(super) build: Option<Duration>,
}

pub(super) fn size(program: Program, clean: bool) -> Result<Size, Error> {
    let directory = command::directory()?;
    let target = directory.parent().ok_or("no target directory")?;
    let release = fs::metadata(program.build()?)?.len();
    let smallest = program.build_in(&target.join("smallest"), &SMALLEST)?;
    let build = if clean {
        Some(build_clean(program)?.0)
    } else {
        None
    };
    Ok(Size {
        program,
        smallest: fs::metadata(smallest)?.len(),
        release,
        crates: crates(program)?,
        build,
    })
}

/// The time of a release build from nothing, and the bytes of the program.
pub(super) fn build_clean(program: Program) -> Result<(Duration, u64), Error> {
    let directory = command::directory()?;
    let target = directory
        .parent()
        .ok_or("no target directory")?
        .join("clean");
    let _ = fs::remove_dir_all(&target);
    let start = Instant::now();
    let built = program.build_in(&target, &[])?;
    let time = start.elapsed();
    let bytes = fs::metadata(built)?.len();
    fs::remove_dir_all(&target)?;
    Ok((time, bytes))
}

/// Returns the number of crates that are compiled into the program, without build dependencies.
pub(super) fn crates(program: Program) -> Result<usize, Error> {
    let mut cargo = command::cargo("tree");
    cargo.args(["--no-default-features", "--features", program.features]);
    cargo.args([
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}",
    ]);
    let output = command::run(&mut cargo)?;
    let output = String::from_utf8(output.stdout)?;
    let crates: BTreeSet<&str> = output.lines().map(str::trim).collect();
    Ok(crates.len() - 1)
}
