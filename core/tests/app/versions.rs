//! The minimum versions of dependencies.

use std::{fs, path::Path};

/// A user may build with minimal versions, so these must not have known advisories.
#[test]
fn minimum_versions_have_no_known_advisory() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    // A published crate has no workspace.
    let Ok(manifest) = fs::read_to_string(manifest) else {
        return;
    };
    for (name, least) in [
        ("bytes", [1, 11, 1]),
        ("rustls", [0, 23, 45]),
        ("tokio", [1, 44, 2]),
        ("tracing", [0, 1, 40]),
        ("tracing-subscriber", [0, 3, 20]),
    ] {
        let line = manifest
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        let requirement = line.and_then(|line| line.split('"').nth(1)).unwrap();
        let mut numbers = requirement.split('.').map(|number| number.parse().unwrap());
        let found = [(); 3].map(|()| numbers.next().unwrap_or(0_u32));
        assert!(found >= least, "{name} {requirement}");
    }
}
