//! The OpenAPI documents of APIs.

#![cfg(all(feature = "api-keys", feature = "jwt", feature = "openapi"))]

mod absence;
mod items;
mod models;
mod rules;
mod shop;
#[cfg(feature = "validate")]
mod unsaid;
#[cfg(feature = "openapi-utoipa")]
mod utoipa;
mod valid;

use lambda_api::openapi::Dialect;
use std::{fs, path::Path};

/// Compares the document with the committed one. `UPDATE_OPENAPI=1` writes it instead.
fn compare(name: &str, text: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
    let file = directory.join(name);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&file, text).expect("a writable file");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let mut pairs = known.lines().zip(text.lines());
    let line = pairs.position(|(a, b)| a != b);
    assert!(
        known == text,
        "{name} is out of date in line {:?}: set UPDATE_OPENAPI=1 to write it",
        line.map(|index| index + 1)
    );
}

#[test]
fn the_document_is_the_committed_one() {
    let document = shop::api().openapi().expect("no errors");
    for (name, dialect) in [
        ("shop-3.1.json", Dialect::V3_1),
        ("shop-3.0.json", Dialect::V3_0),
    ] {
        let json = document.to_json_in(dialect);
        compare(name, &json);
        valid::assert_valid(&json);
        valid::assert_dialect(&json, dialect == Dialect::V3_0);
    }
    let unspecified = document
        .unspecified()
        .map(|one| format!("{}: {}\n", one.operation, one.subject));
    let notes = document.notes().map(|note| format!("{note}\n"));
    compare(
        "shop-notes.txt",
        &unspecified.chain(notes).collect::<String>(),
    );
}
