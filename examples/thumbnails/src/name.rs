//! Names of photos.

use serde::{Deserialize, Serialize};

/// The name of a photo: letters, digits, `-`, `_` and `.`, so that it is one part of a key as it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let has_known = (1..=100).contains(&name.len()) && name.bytes().all(is_known);
        if !has_known || name.starts_with('.') {
            return Err(
                "expected 1 to 100 letters, digits, `-`, `_` and `.`, without a leading `.`",
            );
        }
        Ok(Self(name))
    }
}
