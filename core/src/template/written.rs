//! A written template.

use super::{TemplateErrors, block::Block};

/// A template of AWS SAM, in named blocks.
///
/// In a file, each block is between the lines `# lambda-api: begin NAME` and `# lambda-api: end NAME`.
/// Everything outside of the blocks belongs to the user.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) blocks: Vec<Block>,
    pub(crate) warnings: Vec<String>,
}

#[cfg(test)]
impl Template {
    /// A template of blocks: names, indentations and texts.
    pub(crate) fn of(blocks: &[(&str, usize, &str)]) -> Self {
        let blocks = blocks.iter().map(|(name, indent, text)| Block {
            name: (*name).to_owned(),
            indent: *indent,
            text: (*text).to_owned(),
        });
        Self {
            blocks: blocks.collect(),
            warnings: Vec::new(),
        }
    }
}

impl Template {
    /// What the template leaves to the reader: quotas that are nearly reached, and what the gateway does
    /// not check.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    /// A whole new file.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        #[cfg(any(debug_assertions, feature = "local"))]
        return super::blocks::write(&self.blocks);
        #[cfg(not(any(debug_assertions, feature = "local")))]
        String::new()
    }

    /// An existing file with the blocks of this template. The lines outside of the blocks stay as they
    /// are.
    ///
    /// # Errors
    /// Returns an error if a block is missing in the file, twice in it, or not closed; if the file has a
    /// block that this template does not have; or if a line outside of the blocks defines what a block
    /// defines.
    pub fn update(&self, existing: &str) -> Result<String, TemplateErrors> {
        #[cfg(any(debug_assertions, feature = "local"))]
        return super::blocks::update(&self.blocks, existing).map_err(TemplateErrors);
        #[cfg(not(any(debug_assertions, feature = "local")))]
        Ok(existing.to_owned())
    }
}
