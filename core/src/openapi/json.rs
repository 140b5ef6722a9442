//! The document as JSON.

use super::{dialect, document::OpenApi};
use schemars::Schema;

/// A version of the OpenAPI specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// OpenAPI 3.0, for tools that cannot read 3.1. It cannot express everything that 3.1 can.
    V3_0,
    /// OpenAPI 3.1.
    #[default]
    V3_1,
}

impl OpenApi {
    /// The document as JSON, which ends with a newline. The same API gives the same text.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_json_in(Dialect::V3_1)
    }

    /// The document as JSON in a version of the specification.
    ///
    /// OpenAPI 3.0 has no client certificates as a security scheme: they become the `http` scheme
    /// `mutualTLS`.
    ///
    /// ```
    /// use lambda_api::{Api, openapi::Dialect};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let json = Api::new().openapi()?.to_json_in(Dialect::V3_0);
    /// assert!(json.contains(r#""openapi": "3.0.3""#));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_json_in(&self, dialect: Dialect) -> String {
        let mut document = self.clone();
        if dialect == Dialect::V3_0 {
            dialect::to_3_0(&mut document);
        }
        document.sort();
        // Every key is a string and every value serialises, so this does not fail.
        let mut json = serde_json::to_string_pretty(&document).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Sorts members of schemas and examples, whose order would otherwise depend on features of
    /// serde_json that other crates turn on.
    fn sort(&mut self) {
        self.each_schema(&mut |schema| {
            let mut value = schema.clone().to_value();
            value.sort_all_objects();
            if let Ok(sorted) = Schema::try_from(value) {
                *schema = sorted;
            }
        });
        let examples = self.components.examples.values_mut();
        examples.for_each(|example| example.value.sort_all_objects());
    }
}
