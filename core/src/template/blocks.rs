//! Blocks in a file, between markers.

use super::template::Block;

/// A new file.
pub(super) fn write(blocks: &[Block]) -> String {
    blocks.iter().map(|block| block.text.as_str()).collect()
}

/// The file with these blocks.
pub(super) fn update(_: &[Block], existing: &str) -> Result<String, Vec<String>> {
    Ok(existing.to_owned())
}
