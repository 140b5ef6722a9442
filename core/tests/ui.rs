//! The compile errors of incorrect programs, and that correct programs compile.
//!
//! Each file in a folder of `ui/fail` contains one mistake. The `.stderr` file with the same name
//! contains the expected output of the compiler. To update all of them, run
//! `TRYBUILD=overwrite cargo test -p lambda-api --all-features --test ui`, then read them as a user
//! who has just made that mistake.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
#[cfg_attr(
    not(feature = "multipart"),
    ignore = "the expected output requires --all-features"
)]
fn mistakes_are_reported_at_their_place() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/ui/pass/*.rs");
    tests.compile_fail("tests/ui/fail/*/*.rs");
}

#[test]
fn one_mistake_is_one_error_and_no_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/fail");
    let mut seen = 0;
    let subjects = fs::read_dir(folder).expect("the folder");
    for path in subjects.flat_map(|subject| files(&subject.expect("an entry").path())) {
        if path
            .extension()
            .is_some_and(|extension| extension == "stderr")
        {
            let shown = fs::read_to_string(&path).expect("a text");
            let count = |word: &str| shown.lines().filter(|line| line.starts_with(word)).count();
            assert_eq!(count("error"), 1, "{}:\n{shown}", path.display());
            assert_eq!(count("warning"), 0, "{}:\n{shown}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} files of output");
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).expect("a folder of one subject");
    entries.map(|entry| entry.expect("an entry").path())
}
