//! The top level of an event, read in one pass.

use super::{
    context::Context,
    headers::{Cookies, Headers},
    json::{Content, Fault, Members, Reader, read},
};
use bytes::Bytes;
use std::borrow::Cow;

/// The members of an event that any source uses. What only some sources use stays unread until the
/// source is known; what most use is read where it stands.
pub(super) struct Fields<'e> {
    pub(super) version: Option<Cow<'e, str>>,
    /// `httpMethod`: REST API, HTTP API 1.0 and ALB.
    pub(super) http_method: Option<Cow<'e, str>>,
    /// `method`: VPC Lattice.
    pub(super) method: Option<Cow<'e, str>>,
    pub(super) path: Option<Cow<'e, str>>,
    /// `rawPath`: HTTP API 2.0 and function URL.
    pub(super) raw_path: Option<Cow<'e, str>>,
    /// `raw_path`: VPC Lattice 1.
    pub(super) lattice_path: Option<Cow<'e, str>>,
    pub(super) raw_query: Option<Cow<'e, str>>,
    pub(super) query: Option<&'e [u8]>,
    pub(super) multi_query: Option<&'e [u8]>,
    pub(super) headers: Headers<'e>,
    pub(super) cookies: Option<Cookies<'e>>,
    pub(super) body: Option<Content<'e>>,
    pub(super) is_base64: bool,
    pub(super) context: Option<&'e [u8]>,
    /// What was read of `context` in passing.
    pub(super) seen: Option<Context<'e>>,
    pub(super) stage_variables: Option<&'e [u8]>,
    pub(super) path_parameters: Option<&'e [u8]>,
    /// `resource`: only REST API and HTTP API 1.0 have it.
    pub(super) has_resource: bool,
    /// `methodArn` or `routeArn`: a Lambda authorizer is asked, not an integration.
    pub(super) has_authorizer_arn: bool,
    pub(super) has_records: bool,
    pub(super) has_detail_type: bool,
}

impl<'e> Fields<'e> {
    pub(super) fn new(event: &'e Bytes) -> Self {
        Self {
            version: None,
            http_method: None,
            method: None,
            path: None,
            raw_path: None,
            lattice_path: None,
            raw_query: None,
            query: None,
            multi_query: None,
            headers: Headers::new(event),
            cookies: None,
            body: None,
            is_base64: false,
            context: None,
            seen: None,
            stage_variables: None,
            path_parameters: None,
            has_resource: false,
            has_authorizer_arn: false,
            has_records: false,
            has_detail_type: false,
        }
    }

    /// Reads the text of the event.
    pub(super) fn read(&mut self, text: &'e [u8]) -> Result<(), Fault> {
        read(text, |value| value.object(self)).map(|_| ())
    }
}

impl<'e> Members<'e> for Fields<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let text = match name {
            b"version" => &mut self.version,
            b"httpMethod" => &mut self.http_method,
            b"method" => &mut self.method,
            b"path" => &mut self.path,
            b"rawPath" => &mut self.raw_path,
            b"raw_path" => &mut self.lattice_path,
            b"rawQueryString" => &mut self.raw_query,
            _ => return self.other(name, value),
        };
        *text = value.text()?;
        Ok(())
    }
}

impl<'e> Fields<'e> {
    fn other(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let json = match name {
            b"queryStringParameters" | b"query_string_parameters" => &mut self.query,
            b"multiValueQueryStringParameters" => &mut self.multi_query,
            b"stageVariables" => &mut self.stage_variables,
            b"pathParameters" => &mut self.path_parameters,
            b"cookies" => {
                self.cookies = Cookies::take(value)?;
                return Ok(());
            }
            b"isBase64Encoded" | b"is_base64_encoded" => {
                self.is_base64 = value.flag()?;
                return Ok(());
            }
            // A REST API names the resource first, sends two maps of headers, and has a context that
            // nobody reads unless it is asked for.
            b"headers" => return self.headers.take_single(value, self.has_resource),
            b"multiValueHeaders" => return self.headers.take_multi(value),
            b"requestContext" if self.has_resource => {
                (self.context, self.seen) = (value.json()?, None);
                return Ok(());
            }
            b"requestContext" => {
                let context = self.seen.insert(Context::default());
                // What was read before a fault counts.
                let (json, _) = value.both(|value| value.object(context))?;
                self.context = json;
                if json.is_none() {
                    self.seen = None;
                }
                return Ok(());
            }
            b"body" => {
                self.body = value.content()?;
                return Ok(());
            }
            _ => {
                // cargo-lambda's emulator names every member that any event has, and gives those
                // that are not there as null.
                let is_there = value.is_there()?;
                match name {
                    b"resource" => self.has_resource |= is_there,
                    b"methodArn" | b"routeArn" => self.has_authorizer_arn |= is_there,
                    b"Records" => self.has_records |= is_there,
                    b"detail-type" => self.has_detail_type |= is_there,
                    _ => {}
                }
                return Ok(());
            }
        };
        *json = value.json()?;
        Ok(())
    }
}

/// The names of the top level, for an error; `None` when the event is no object.
pub(super) fn names(event: &[u8]) -> Option<Vec<String>> {
    struct Names(Vec<String>);

    impl<'e> Members<'e> for Names {
        fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
            self.0.push(String::from_utf8_lossy(name).into_owned());
            value.skip()
        }
    }

    let mut names = Names(Vec::new());
    match read(event, |value| value.object(&mut names)) {
        Ok(true) => Some(names.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(event: &str) -> Fields<'_> {
        static NOWHERE: Bytes = Bytes::new();
        let mut fields = Fields::new(&NOWHERE);
        fields.read(event.as_bytes()).unwrap();
        fields
    }

    #[test]
    fn keys_come_in_any_order_and_unknown_ones_are_skipped() {
        let fields = fields(
            r#"{"body": "b", "x": [{"httpMethod": "PUT"}], "path": "/p", "httpMethod": "GET"}"#,
        );
        assert_eq!(fields.http_method.as_deref(), Some("GET"));
        assert_eq!(fields.path.as_deref(), Some("/p"));
        assert_eq!(fields.body, Some(Content::Plain(b"b")));
    }

    #[test]
    fn null_and_odd_types_count_as_missing() {
        let fields = fields(
            r#"{"httpMethod": null, "path": {}, "rawPath": [], "headers": null, "isBase64Encoded": null}"#,
        );
        assert!(fields.http_method.is_none());
        assert!(fields.path.is_none());
        assert!(fields.raw_path.is_none());
        assert!(fields.headers.single.is_none());
        assert!(!fields.is_base64);
    }

    #[test]
    fn a_key_that_stands_twice_takes_the_last_value() {
        let fields = fields(r#"{"path": "/a", "path": "/b"}"#);
        assert_eq!(fields.path.as_deref(), Some("/b"));
    }

    #[test]
    fn an_event_that_is_no_object_has_no_names() {
        assert_eq!(names(b"[1]"), None);
        assert_eq!(
            names(br#"{"b": 1, "a": {"c": 2}}"#),
            Some(vec!["b".into(), "a".into()])
        );
    }
}
