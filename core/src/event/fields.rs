//! The top level of an event, read in one pass.

use super::json::{Flag, Members, Object, Text, read};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The members of an event that any source uses. Objects stay unread until the source is known.
#[derive(Default)]
pub(super) struct Fields<'de> {
    pub(super) version: Option<Cow<'de, str>>,
    /// `httpMethod`: REST API, HTTP API 1.0 and ALB.
    pub(super) http_method: Option<Cow<'de, str>>,
    /// `method`: VPC Lattice.
    pub(super) method: Option<Cow<'de, str>>,
    pub(super) path: Option<Cow<'de, str>>,
    /// `rawPath`: HTTP API 2.0 and function URL.
    pub(super) raw_path: Option<Cow<'de, str>>,
    /// `raw_path`: VPC Lattice 1.
    pub(super) lattice_path: Option<Cow<'de, str>>,
    pub(super) raw_query: Option<Cow<'de, str>>,
    pub(super) query: Option<&'de RawValue>,
    pub(super) multi_query: Option<&'de RawValue>,
    pub(super) headers: Option<&'de RawValue>,
    pub(super) multi_headers: Option<&'de RawValue>,
    pub(super) cookies: Option<&'de RawValue>,
    pub(super) body: Option<&'de RawValue>,
    pub(super) is_base64: bool,
    pub(super) context: Option<&'de RawValue>,
    pub(super) stage_variables: Option<&'de RawValue>,
    pub(super) path_parameters: Option<&'de RawValue>,
    /// `resource`: only REST API and HTTP API 1.0 have it.
    pub(super) has_resource: bool,
    /// `methodArn` or `routeArn`: a Lambda authorizer is asked, not an integration.
    pub(super) has_authorizer_arn: bool,
    pub(super) has_records: bool,
    pub(super) has_detail_type: bool,
}

impl<'de> Fields<'de> {
    pub(super) fn read(event: &'de str) -> Result<Self, serde_json::Error> {
        let mut fields = Self::default();
        read(event, Object(&mut fields))?;
        Ok(fields)
    }
}

impl<'de> Members<'de> for Fields<'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let text = match &*name {
            "version" => &mut self.version,
            "httpMethod" => &mut self.http_method,
            "method" => &mut self.method,
            "path" => &mut self.path,
            "rawPath" => &mut self.raw_path,
            "raw_path" => &mut self.lattice_path,
            "rawQueryString" => &mut self.raw_query,
            _ => return self.other(&name, map),
        };
        *text = map.next_value::<Text<'de>>()?.0;
        Ok(())
    }
}

impl<'de> Fields<'de> {
    fn other<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let raw = match name {
            "queryStringParameters" | "query_string_parameters" => &mut self.query,
            "multiValueQueryStringParameters" => &mut self.multi_query,
            "headers" => &mut self.headers,
            "multiValueHeaders" => &mut self.multi_headers,
            "cookies" => &mut self.cookies,
            "body" => &mut self.body,
            "requestContext" => &mut self.context,
            "stageVariables" => &mut self.stage_variables,
            "pathParameters" => &mut self.path_parameters,
            "isBase64Encoded" | "is_base64_encoded" => {
                self.is_base64 = map.next_value::<Flag>()?.0;
                return Ok(());
            }
            _ => {
                // cargo-lambda's emulator names every member that any event has, and gives those
                // that are not there as null.
                let is_there = map.next_value::<Option<IgnoredAny>>()?.is_some();
                match name {
                    "resource" => self.has_resource |= is_there,
                    "methodArn" | "routeArn" => self.has_authorizer_arn |= is_there,
                    "Records" => self.has_records |= is_there,
                    "detail-type" => self.has_detail_type |= is_there,
                    _ => {}
                }
                return Ok(());
            }
        };
        *raw = map.next_value()?;
        Ok(())
    }
}

/// The names of the top level, for an error; `None` when the event is no object.
pub(super) fn names(event: &str) -> Option<Vec<String>> {
    struct Names(Vec<String>);

    impl<'de> Members<'de> for Names {
        fn member<A: MapAccess<'de>>(
            &mut self,
            name: Cow<'de, str>,
            map: &mut A,
        ) -> Result<(), A::Error> {
            self.0.push(name.into_owned());
            map.next_value::<IgnoredAny>()?;
            Ok(())
        }
    }

    let mut names = Names(Vec::new());
    match read(event, Object(&mut names)) {
        Ok(true) => Some(names.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_any_order_and_unknown_ones_are_skipped() {
        let fields = Fields::read(
            r#"{"body": "b", "x": [{"httpMethod": "PUT"}], "path": "/p", "httpMethod": "GET"}"#,
        )
        .unwrap();
        assert_eq!(fields.http_method.as_deref(), Some("GET"));
        assert_eq!(fields.path.as_deref(), Some("/p"));
        assert_eq!(fields.body.map(RawValue::get), Some(r#""b""#));
    }

    #[test]
    fn null_and_odd_types_count_as_missing() {
        let fields = Fields::read(
            r#"{"httpMethod": null, "path": {}, "rawPath": [], "headers": null, "isBase64Encoded": null}"#,
        )
        .unwrap();
        assert!(fields.http_method.is_none());
        assert!(fields.path.is_none());
        assert!(fields.raw_path.is_none());
        assert!(fields.headers.is_none());
        assert!(!fields.is_base64);
    }

    #[test]
    fn a_key_that_stands_twice_takes_the_last_value() {
        let fields = Fields::read(r#"{"path": "/a", "path": "/b"}"#).unwrap();
        assert_eq!(fields.path.as_deref(), Some("/b"));
    }

    #[test]
    fn an_event_that_is_no_object_has_no_names() {
        assert_eq!(names("[1]"), None);
        assert_eq!(
            names(r#"{"b": 1, "a": {"c": 2}}"#),
            Some(vec!["b".into(), "a".into()])
        );
    }
}
