//! Programs in cargo's target directory.

use std::{
    env::consts::EXE_SUFFIX,
    path::{Path, PathBuf},
};

/// The program `name` of the build that this test belongs to.
///
/// # Errors
/// If there is none, with where it was searched for and how to build it.
pub(super) fn example(name: &str) -> Result<PathBuf, String> {
    let test = std::env::current_exe()
        .map_err(|error| format!("the path of this test is unknown: {error}"))?;
    beside(&test, name)
}

/// The program beside the test `target/debug/deps/api-0123456789abcdef`: in `target/debug`, or in
/// its folder `examples`.
fn beside(test: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = test.parent().unwrap_or(test);
    let profile = match folder.file_name() {
        Some(deps) if deps == "deps" || deps == "examples" => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    let file = format!("{name}{EXE_SUFFIX}");
    let places = [profile.join(&file), profile.join("examples").join(&file)];
    places.iter().find(|place| place.is_file()).cloned().ok_or_else(|| {
        let release = match profile.file_name() {
            Some(folder) if folder == "release" => " --release",
            _ => "",
        };
        format!(
            "there is no program `{name}` in {}, nor in its folder `examples`: build it with `cargo \
             build{release} -p {name}`, or with `cargo build{release} --example {name}`. (A test of \
             the package that has the program needs neither: cargo builds it, and \
             `env!(\"CARGO_BIN_EXE_{name}\")` is its path.)",
            profile.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_binary_is_named_with_its_build_command() {
        for (test, expected) in [
            (
                "/t/debug/deps/api-01",
                "in /t/debug, nor in its folder `examples`: build it with `cargo build -p pets`",
            ),
            (
                "/t/release/deps/api-01",
                "build it with `cargo build --release -p pets`",
            ),
            ("/t/debug/examples/api-01", "in /t/debug,"),
        ] {
            let error = beside(Path::new(test), "pets").unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_program_is_found_beside_the_test() {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().unwrap();
        let name = test.file_stem().unwrap().to_str().unwrap();
        // As if the test were a program that lies where programs lie.
        let found = beside(&folder.join("examples").join("other"), name);
        assert_eq!(found.unwrap(), test);
    }
}
