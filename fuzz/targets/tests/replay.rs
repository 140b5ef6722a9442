//! Every seed of the fuzzers, and every input that once was an error, run on stable.

use fuzz_targets::TARGETS;
use std::{fs, panic, path::Path};

fn seeds() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../seeds"))
}

#[test]
fn no_seed_breaks_what_has_to_hold() {
    let mut broken = Vec::new();
    for (name, run) in TARGETS {
        let folder = fs::read_dir(seeds().join(name)).expect("a target has seeds");
        let mut count = 0;
        for entry in folder {
            let path = entry.expect("a file").path();
            let data = fs::read(&path).expect("a seed");
            count += 1;
            if panic::catch_unwind(|| run(&data)).is_err() {
                broken.push(path);
            }
        }
        assert!(count > 0, "{name} has no seeds");
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_folder_of_seeds_has_a_target() {
    for entry in fs::read_dir(seeds()).expect("seeds") {
        let name = entry.expect("a folder").file_name();
        assert!(
            TARGETS.iter().any(|(target, _)| name == *target),
            "{name:?}"
        );
    }
}

#[test]
fn every_target_can_be_built_for_the_fuzzer() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("fuzz");
    let text = fs::read_to_string(manifest.join("Cargo.toml")).expect("a manifest");
    for (name, _) in TARGETS {
        assert!(text.contains(&format!("name = \"{name}\"")), "{name}");
        let file = fs::read_to_string(manifest.join(format!("fuzz_targets/{name}.rs")));
        assert!(
            file.is_ok_and(|file| file.contains(&format!("{name}::run(data)"))),
            "{name}"
        );
    }
    assert_eq!(text.matches("[[bin]]").count(), TARGETS.len());
}
