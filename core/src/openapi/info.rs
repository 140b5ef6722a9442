//! Title, version and servers of an API.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Members of an object whose names begin with `x-`.
pub type Extensions = BTreeMap<String, Value>;

/// Title and version of an API.
///
/// ```
/// use lambda_api::openapi::Info;
///
/// let mut info = Info::new("Orders", env!("CARGO_PKG_VERSION"));
/// info.description = Some("Orders of the shop.".to_owned());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Info {
    /// The name of the API.
    pub title: String,
    /// One line about the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The URL of the terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_of_service: Option<String>,
    /// Who maintains the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// The license of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<License>,
    /// The version of the API.
    pub version: String,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Info {
    /// An API with this title and version.
    #[must_use]
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            ..Self::default()
        }
    }
}

/// Who maintains an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The name of a person or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// The license of an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct License {
    /// Its name.
    pub name: String,
    /// Its SPDX expression, in place of a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The URL of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Where an API can be reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Server {
    /// The URL in front of all paths.
    pub url: String,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Server {
    /// A server at this URL, such as `https://api.example.com/v1`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }
}

/// A tag: a group of operations.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Tag {
    /// The name.
    pub name: String,
    /// A description in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Further members, whose names begin with `x-`.
    #[serde(flatten)]
    pub extensions: Extensions,
}

impl Tag {
    /// A tag with this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}
