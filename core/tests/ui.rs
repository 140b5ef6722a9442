//! What the compiler says to those who make a mistake, and that it says nothing to the others.
//!
//! Each file in `ui/fail` has one mistake; the file of the same name in `.stderr` is what its
//! author is shown. `TRYBUILD=overwrite cargo test -p lambda-api --all-features --test ui` writes them anew: read
//! them then as somebody who has just made that mistake.

use std::{fs, path::Path};

#[test]
#[cfg_attr(
    not(feature = "multipart"),
    ignore = "the compiler lists the types of all features: run with --all-features"
)]
fn mistakes_are_reported_at_their_place() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/ui/pass/*.rs");
    tests.compile_fail("tests/ui/fail/*.rs");
}

#[test]
fn one_mistake_is_one_error_and_no_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/fail");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
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
