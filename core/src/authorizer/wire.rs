//! The JSON of the events.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// The members of all kinds of events.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    pub(super) r#type: Option<String>,
    pub(super) version: Option<String>,
    pub(super) method_arn: Option<String>,
    pub(super) route_arn: Option<String>,
    pub(super) authorization_token: Option<String>,
    #[serde(default)]
    pub(super) identity_source: Texts,
    pub(super) route_key: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) path: Option<String>,
    pub(super) raw_path: Option<String>,
    pub(super) raw_query_string: Option<String>,
    pub(super) http_method: Option<String>,
    #[serde(default)]
    pub(super) headers: Pairs,
    #[serde(default)]
    pub(super) multi_value_headers: Pairs,
    #[serde(default)]
    pub(super) query_string_parameters: Pairs,
    #[serde(default)]
    pub(super) multi_value_query_string_parameters: Pairs,
    #[serde(default)]
    pub(super) cookies: Texts,
    #[serde(default)]
    pub(super) path_parameters: Pairs,
    #[serde(default)]
    pub(super) stage_variables: Pairs,
    pub(super) request_context: Option<Context>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) http: Option<Http>,
    pub(super) http_method: Option<String>,
    pub(super) identity: Option<Identity>,
    pub(super) connection_id: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) route_key: Option<String>,
    pub(super) resource_path: Option<String>,
    pub(super) request_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: Option<String>,
    pub(super) source_ip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub(super) source_ip: Option<String>,
}

/// A string, an array of strings, or `null`.
#[derive(Default)]
pub(super) struct Texts(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;

        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_unit<E>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = values.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }

        deserializer.deserialize_any(TextsVisitor)
    }
}

/// The members of an object in their order, or nothing for `null`.
#[derive(Default)]
pub(super) struct Pairs(pub(super) Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_unit<E>(self) -> Result<Pairs, E> {
                Ok(Pairs::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, Texts(values))) = members.next_entry()? {
                    pairs.push((name, values));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_any(PairsVisitor)
    }
}

impl Pairs {
    /// Each name with each of its values.
    pub(super) fn flat(self) -> impl Iterator<Item = (String, String)> {
        self.0
            .into_iter()
            .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)))
    }

    /// The pairs of a map with several values, and those of the other map whose names it lacks.
    pub(super) fn or(mut self, other: Self, same: impl Fn(&str, &str) -> bool) -> Self {
        for (name, values) in other.0 {
            if !self.0.iter().any(|(known, _)| same(known, &name)) {
                self.0.push((name, values));
            }
        }
        self
    }
}
