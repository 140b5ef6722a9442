//! The OpenAPI documents of APIs.

mod shop;
mod valid;

use lambda_api::openapi::Dialect;
use std::{fs, path::Path};

/// Compares the document with the committed one. `UPDATE_OPENAPI=1` writes it instead.
fn compare(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/openapi")
        .join(name);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&file, text).expect("a writable file");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let line = known.lines().zip(text.lines()).position(|(a, b)| a != b);
    assert!(
        known == text,
        "{name} is out of date in line {:?}: set UPDATE_OPENAPI=1 to write it",
        line.map(|index| index + 1)
    );
}

#[test]
fn the_document_is_the_committed_one() {
    let document = shop::api().openapi().expect("no errors");
    compare("shop-3.1.json", &document.to_json());
    compare("shop-3.0.json", &document.to_json_in(Dialect::V3_0));
}
