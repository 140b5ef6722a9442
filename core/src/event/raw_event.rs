//! The top level of an event, read in one pass.
//!
//! The order of the members does not affect the result, only what is read immediately and what
//! later. If a member is repeated, the last value of the right type counts. `null`, which emulators
//! and SDKs write for missing members, does not reset a value.

use super::{
    Source,
    context::{Context, Marked},
    headers::{Cookies, Headers},
    json::{Content, JsonError, Members, Reader, read},
};
use bytes::Bytes;
use std::borrow::Cow;

/// The members of an event that any source uses. Members that only some sources use are stored
/// unread until the source is known; the others are read immediately.
pub(super) struct RawEvent<'e> {
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
    query: Twins<&'e [u8]>,
    pub(super) multi_query: Option<&'e [u8]>,
    pub(super) headers: Headers<'e>,
    pub(super) cookies: Option<Cookies<'e>>,
    pub(super) body: Option<Content<'e>>,
    is_base64: Twins<bool>,
    pub(super) context: Option<&'e [u8]>,
    /// The parts of `context` that were read in the first pass.
    pub(super) parsed_context: Option<Context<'e>>,
    /// Whether an unread `context` has members that no REST API sends.
    is_marked: bool,
    /// Services send one context. With two, the caller could be read from one and the rest from the
    /// other.
    pub(super) has_two_contexts: bool,
    pub(super) stage_variables: Option<&'e [u8]>,
    pub(super) path_parameters: Option<&'e [u8]>,
    /// `resource`: only REST API and HTTP API 1.0 have it.
    pub(super) has_resource: bool,
    /// `methodArn` or `routeArn`: the event is for a Lambda authorizer, not for an integration.
    pub(super) has_authorizer_arn: bool,
    /// `invokeCompletionStatus`: the event reports the end of a stream.
    pub(super) is_completion: bool,
    /// `Records`: those of a queue, a topic, a stream or a bucket. No HTTP source sends them.
    pub(super) records: Option<&'e [u8]>,
    /// `detail-type`: an event of EventBridge.
    pub(super) has_detail_type: bool,
}

/// A member that has one of two names, depending on the service.
#[derive(Default)]
struct Twins<T> {
    /// `queryStringParameters`, `isBase64Encoded`.
    camel: Option<T>,
    /// `query_string_parameters`, `is_base64_encoded`: VPC Lattice 1.
    snake: Option<T>,
}

impl<T: Copy> Twins<T> {
    /// Returns the value under the source's own name, otherwise the value under the other name.
    fn of(&self, source: Source) -> Option<T> {
        match source {
            Source::LatticeV1 => self.snake.or(self.camel),
            _ => self.camel.or(self.snake),
        }
    }
}

impl<'e> RawEvent<'e> {
    pub(super) fn new(event: &'e Bytes) -> Self {
        Self {
            version: None,
            http_method: None,
            method: None,
            path: None,
            raw_path: None,
            lattice_path: None,
            raw_query: None,
            query: Twins::default(),
            multi_query: None,
            headers: Headers::new(event),
            cookies: None,
            body: None,
            is_base64: Twins::default(),
            context: None,
            parsed_context: None,
            is_marked: false,
            has_two_contexts: false,
            stage_variables: None,
            path_parameters: None,
            has_resource: false,
            has_authorizer_arn: false,
            is_completion: false,
            records: None,
            has_detail_type: false,
        }
    }

    pub(super) fn read(&mut self, text: &'e [u8]) -> Result<(), JsonError> {
        read(text, |value| value.object(self)).map(|_| ())
    }

    /// Whether the context is not needed to decode the event: a REST API is detected from other
    /// members.
    pub(super) fn is_plainly_rest(&self) -> bool {
        self.has_resource
            && self.http_method.is_some()
            && self.version.is_none()
            && !self.is_marked
            && self.parsed_context.is_none()
    }

    pub(super) fn query(&self, source: Source) -> Option<&'e [u8]> {
        self.query.of(source)
    }

    pub(super) fn is_base64(&self, source: Source) -> bool {
        self.is_base64.of(source).unwrap_or_default()
    }
}

impl<'e> Members<'e> for RawEvent<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
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
        keep(text, value.text()?);
        Ok(())
    }
}

impl<'e> RawEvent<'e> {
    fn other(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        let object = match name {
            b"queryStringParameters" => &mut self.query.camel,
            b"query_string_parameters" => &mut self.query.snake,
            b"multiValueQueryStringParameters" => &mut self.multi_query,
            b"stageVariables" => &mut self.stage_variables,
            b"pathParameters" => &mut self.path_parameters,
            b"cookies" => {
                keep(&mut self.cookies, Cookies::take(value)?);
                return Ok(());
            }
            b"isBase64Encoded" => {
                keep(&mut self.is_base64.camel, value.flag()?);
                return Ok(());
            }
            b"is_base64_encoded" => {
                keep(&mut self.is_base64.snake, value.flag()?);
                return Ok(());
            }
            // A REST API sends `resource` first, and two maps of headers.
            b"headers" => return self.headers.take_single(value, self.has_resource),
            b"multiValueHeaders" => return self.headers.take_multi(value),
            b"requestContext" => return self.take_context(value),
            b"body" => {
                keep(&mut self.body, value.content()?);
                return Ok(());
            }
            _ => {
                // cargo-lambda's emulator sends every member that any event has, with null for
                // missing ones.
                let json = value.json()?;
                let is_present = json.is_some();
                match name {
                    b"resource" => self.has_resource |= is_present,
                    b"methodArn" | b"routeArn" => self.has_authorizer_arn |= is_present,
                    b"invokeCompletionStatus" => self.is_completion |= is_present,
                    b"Records" => keep(&mut self.records, json),
                    b"detail-type" => self.has_detail_type |= is_present,
                    _ => {}
                }
                return Ok(());
            }
        };
        keep(object, value.object_json()?);
        Ok(())
    }

    /// Reads a context, unless it seems to be that of a REST API: it is large, and rarely needed.
    fn take_context(&mut self, value: &mut Reader<'e>) -> Result<(), JsonError> {
        let (mut context, mut marked) = (Context::default(), Marked::default());
        let is_read = !self.has_resource;
        let (json, _) = value.both(|value| match is_read {
            true => value.object(&mut context),
            false => value.object(&mut marked),
        })?;
        if json.is_some() {
            self.has_two_contexts |= self.context.is_some();
            self.context = json;
            self.parsed_context = Some(context).filter(|_| is_read);
            self.is_marked = marked.0;
        }
        Ok(())
    }
}

fn keep<T>(kept: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *kept = value;
    }
}

/// Returns the names at the top level, for an error; `None` if the event is not an object.
pub(super) fn names(event: &[u8]) -> Option<Vec<String>> {
    struct Names(Vec<String>);

    impl<'e> Members<'e> for Names {
        fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
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

    fn fields(event: &str) -> RawEvent<'_> {
        static NOWHERE: Bytes = Bytes::new();
        let mut fields = RawEvent::new(&NOWHERE);
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
            r#"{"httpMethod": null, "path": {}, "rawPath": [], "headers": null, "isBase64Encoded": null,
                "queryStringParameters": "x", "requestContext": null}"#,
        );
        assert!(fields.http_method.is_none());
        assert!(fields.path.is_none());
        assert!(fields.raw_path.is_none());
        assert!(fields.headers.single.is_none());
        for source in Source::ALL {
            assert!(!fields.is_base64(source));
            assert_eq!(fields.query(source), None);
        }
        assert!(fields.context.is_none() && fields.parsed_context.is_none());
    }

    #[test]
    fn the_sources_own_spelling_wins() {
        for (event, camel, snake) in [
            (
                r#"{"queryStringParameters": {"a": 1}, "query_string_parameters": {"b": 2},
                    "isBase64Encoded": true, "is_base64_encoded": false}"#,
                (r#"{"a": 1}"#, true),
                (r#"{"b": 2}"#, false),
            ),
            (
                r#"{"queryStringParameters": {"a": 1}, "query_string_parameters": null,
                    "isBase64Encoded": true, "is_base64_encoded": null}"#,
                (r#"{"a": 1}"#, true),
                (r#"{"a": 1}"#, true),
            ),
            (
                r#"{"query_string_parameters": {"b": 2}, "queryStringParameters": [],
                    "is_base64_encoded": true, "isBase64Encoded": {}}"#,
                (r#"{"b": 2}"#, true),
                (r#"{"b": 2}"#, true),
            ),
        ] {
            let fields = fields(event);
            for source in Source::ALL {
                let (query, is_base64) = match source {
                    Source::LatticeV1 => snake,
                    _ => camel,
                };
                assert_eq!(fields.query(source), Some(query.as_bytes()), "{source}");
                assert_eq!(fields.is_base64(source), is_base64, "{source} {event}");
            }
        }
    }

    #[test]
    fn a_duplicate_key_takes_the_last_value() {
        for (event, expected) in [
            (r#"{"path": "/a", "path": "/b"}"#, "/b"),
            (r#"{"path": "/a", "path": null}"#, "/a"),
            (r#"{"path": "/a", "path": {}}"#, "/a"),
        ] {
            assert_eq!(fields(event).path.as_deref(), Some(expected), "{event}");
        }
        let fields = fields(
            r#"{"body": "b", "cookies": ["c"], "stageVariables": {}, "resource": "/",
                "body": null, "cookies": null, "stageVariables": null, "resource": null}"#,
        );
        assert_eq!(fields.body, Some(Content::Plain(b"b")));
        assert!(fields.cookies.is_some() && fields.stage_variables.is_some());
        assert!(fields.has_resource);
    }

    #[test]
    fn only_the_context_of_a_rest_api_stays_unread() {
        for (event, is_plainly_rest) in [
            (
                r#"{"resource": "/", "httpMethod": "GET", "requestContext": {"stage": "a"}}"#,
                true,
            ),
            (
                r#"{"requestContext": {"stage": "a"}, "resource": "/", "httpMethod": "GET"}"#,
                false,
            ),
            (
                r#"{"resource": "/", "httpMethod": "GET", "requestContext": {"elb": {}}}"#,
                false,
            ),
            (
                r#"{"resource": "/", "httpMethod": "GET", "requestContext": {"http": {}}}"#,
                false,
            ),
            (
                r#"{"resource": "/", "httpMethod": "GET", "version": "1.0", "requestContext": {}}"#,
                false,
            ),
            (r#"{"resource": "/", "requestContext": {}}"#, false),
        ] {
            assert_eq!(fields(event).is_plainly_rest(), is_plainly_rest, "{event}");
        }
    }

    #[test]
    fn duplicate_contexts_are_detected() {
        for (event, expected) in [
            (r#"{"requestContext": {}, "requestContext": {}}"#, true),
            (
                r#"{"resource": "/", "requestContext": {}, "request\u0043ontext": 1}"#,
                true,
            ),
            (r#"{"requestContext": {}, "requestContext": null}"#, false),
            (r#"{"requestContext": null, "requestContext": {}}"#, false),
            (r#"{"requestContext": {"requestContext": {}}}"#, false),
        ] {
            assert_eq!(fields(event).has_two_contexts, expected, "{event}");
        }
    }

    #[test]
    fn an_event_that_is_not_an_object_has_no_names() {
        assert_eq!(names(b"[1]"), None);
        assert_eq!(
            names(br#"{"b": 1, "a": {"c": 2}}"#),
            Some(vec!["b".into(), "a".into()])
        );
    }
}
