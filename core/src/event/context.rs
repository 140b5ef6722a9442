//! The `requestContext` of an event, from any source.

use super::{
    json::{JsonError, Members, Reader, read},
    shared::place,
};
use std::{borrow::Cow, ops::Range};

/// The members of a request context that distinguish the sources, and those that a request needs.
#[derive(Default)]
pub(super) struct Context<'e> {
    pub(super) http: Option<Http<'e>>,
    pub(super) domain_name: Option<Cow<'e, str>>,
    pub(super) stage: Option<Cow<'e, str>>,
    pub(super) is_alb: bool,
    pub(super) is_lattice: bool,
    pub(super) is_web_socket: bool,
    request_id: Option<Cow<'e, [u8]>>,
    account_id: Option<Cow<'e, [u8]>>,
    api_id: Option<Cow<'e, [u8]>>,
    path: Option<Cow<'e, [u8]>>,
    identity: Identity<'e>,
    /// `requestTimeEpoch`: REST API and HTTP API 1.0.
    request_time: Option<u64>,
    /// `timeEpoch`: HTTP API 2.0, function URL and VPC Lattice 2.
    time: Option<u64>,
}

/// Whether a context has a member that no REST API sends. Nothing else of the context is read if
/// the event seems to be from a REST API.
#[derive(Default)]
pub(super) struct Marked(pub(super) bool);

/// `requestContext.http` of HTTP API 2.0 and function URL.
#[derive(Default)]
pub(super) struct Http<'e> {
    pub(super) method: Option<Cow<'e, str>>,
    pub(super) path: Option<Cow<'e, str>>,
    source_ip: Option<Cow<'e, [u8]>>,
}

/// `requestContext.identity` of REST API and HTTP API 1.0.
#[derive(Default)]
struct Identity<'e> {
    source_ip: Option<Cow<'e, [u8]>>,
    api_key_id: Option<Cow<'e, [u8]>>,
}

/// What a gateway states about a request: positions in the context.
#[derive(Default)]
pub(crate) struct ContextFacts {
    pub(crate) request_id: Fact,
    pub(crate) source_ip: Fact,
    pub(crate) stage: Fact,
    pub(crate) account_id: Fact,
    pub(crate) domain_name: Fact,
    pub(crate) api_id: Fact,
    /// The path of the URL that the client called, at a REST API.
    pub(crate) path: Fact,
    pub(crate) api_key_id: Fact,
    /// As in the event: milliseconds since the epoch, microseconds for VPC Lattice.
    pub(crate) time: Option<u64>,
}

/// A string of the context.
#[derive(Default)]
pub(crate) enum Fact {
    #[default]
    Unknown,
    /// The string as it is in the context.
    At(Range<usize>),
    /// The string after unescaping.
    Text(Box<str>),
}

impl<'e> Context<'e> {
    /// Reads what is valid. Invalid members count as missing, so that they never fail the event.
    pub(super) fn read(json: &'e [u8]) -> Self {
        let mut context = Self::default();
        let _ = read(json, |value| value.object(&mut context));
        context
    }

    /// Converts what was read from `json` into positions in it.
    pub(super) fn facts(self, json: &[u8]) -> ContextFacts {
        let bytes = |text| Fact::of(text, json);
        let text = |text: Option<Cow<'e, str>>| match text {
            Some(Cow::Borrowed(text)) => Fact::of(Some(text.as_bytes().into()), json),
            Some(Cow::Owned(text)) => Fact::Text(text.into()),
            None => Fact::Unknown,
        };
        let from_http = self.http.and_then(|http| http.source_ip);
        ContextFacts {
            request_id: bytes(self.request_id),
            source_ip: bytes(from_http.or(self.identity.source_ip)),
            stage: text(self.stage),
            account_id: bytes(self.account_id),
            domain_name: text(self.domain_name),
            api_id: bytes(self.api_id),
            path: bytes(self.path),
            api_key_id: bytes(self.identity.api_key_id),
            time: self.request_time.or(self.time),
        }
    }
}

impl ContextFacts {
    pub(crate) fn read(context: &[u8]) -> Self {
        Context::read(context).facts(context)
    }
}

impl Fact {
    fn of(text: Option<Cow<'_, [u8]>>, json: &[u8]) -> Self {
        match text {
            None => Self::Unknown,
            Some(Cow::Borrowed(text)) => match place(json, text) {
                Some(place) => Self::At(place),
                None => Self::Text(String::from_utf8_lossy(text).into()),
            },
            Some(Cow::Owned(text)) => Self::Text(String::from_utf8_lossy(&text).into()),
        }
    }

    /// Returns the text. `context` is the JSON that it was read from.
    pub(crate) fn in_context<'c>(&'c self, context: &'c [u8]) -> Option<&'c str> {
        match self {
            Self::Unknown => None,
            Self::At(place) => str::from_utf8(context.get(place.clone())?).ok(),
            Self::Text(text) => Some(text),
        }
    }
}

// Of a repeated member, the last valid value counts: `null` or a wrong type does not reset it.
impl<'e> Members<'e> for Context<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        let text = match name {
            b"requestId" => &mut self.request_id,
            b"accountId" => &mut self.account_id,
            b"apiId" => &mut self.api_id,
            b"path" => &mut self.path,
            b"stage" => return keep(&mut self.stage, value, Reader::text),
            b"domainName" => return keep(&mut self.domain_name, value, Reader::text),
            b"http" => {
                let mut http = Http::default();
                if value.object(&mut http)? {
                    self.http = Some(http);
                }
                return Ok(());
            }
            b"identity" => {
                let mut identity = Identity::default();
                if value.object(&mut identity)? {
                    self.identity = identity;
                }
                return Ok(());
            }
            b"timeEpoch" => return keep(&mut self.time, value, number),
            b"requestTimeEpoch" => return keep(&mut self.request_time, value, number),
            b"elb" => return mark(&mut self.is_alb, value),
            b"serviceArn" | b"serviceNetworkArn" | b"targetGroupArn" => {
                return mark(&mut self.is_lattice, value);
            }
            b"connectionId" | b"eventType" | b"messageDirection" => {
                return mark(&mut self.is_web_socket, value);
            }
            _ => return value.skip(),
        };
        keep(text, value, Reader::text_bytes)
    }

    fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
        value.skip()
    }
}

impl<'e> Members<'e> for Http<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        match name {
            b"method" => keep(&mut self.method, value, Reader::text),
            b"path" => keep(&mut self.path, value, Reader::text),
            b"sourceIp" => keep(&mut self.source_ip, value, Reader::text_bytes),
            _ => value.skip(),
        }
    }

    fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
        value.skip()
    }
}

impl<'e> Members<'e> for Identity<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        let text = match name {
            b"sourceIp" => &mut self.source_ip,
            b"apiKeyId" => &mut self.api_key_id,
            _ => return value.skip(),
        };
        keep(text, value, Reader::text_bytes)
    }

    fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
        value.skip()
    }
}

impl<'e> Members<'e> for Marked {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        match name {
            b"elb" | b"http" | b"connectionId" | b"eventType" | b"messageDirection"
            | b"serviceArn" | b"serviceNetworkArn" | b"targetGroupArn" => mark(&mut self.0, value),
            _ => value.skip(),
        }
    }

    fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
        value.skip()
    }
}

/// Keeps the result of reading a value, if the value is valid.
fn keep<'e, T>(
    kept: &mut Option<T>,
    value: &mut Reader<'e>,
    read: impl FnOnce(&mut Reader<'e>) -> Result<Option<T>, JsonError>,
) -> Result<(), JsonError> {
    if let Ok(Some(found)) = value.attempt(read)? {
        *kept = Some(found);
    }
    Ok(())
}

/// Records that a member is present and not null.
fn mark(there: &mut bool, value: &mut Reader<'_>) -> Result<(), JsonError> {
    *there |= value.is_present()?;
    Ok(())
}

/// An integer, also as a string.
fn number(value: &mut Reader<'_>) -> Result<Option<u64>, JsonError> {
    let json = value.json()?;
    let text = json.and_then(|json| str::from_utf8(json).ok());
    Ok(text.and_then(|text| text.trim_matches('"').parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(json: &str) -> ContextFacts {
        ContextFacts::read(json.as_bytes())
    }

    fn source_ip(json: &str) -> Option<String> {
        let facts = facts(json);
        facts
            .source_ip
            .in_context(json.as_bytes())
            .map(str::to_owned)
    }

    #[test]
    fn the_source_ip_is_in_two_places() {
        for json in [
            r#"{"http": {"sourceIp": "192.0.2.1"}}"#,
            r#"{"identity": {"sourceIp": "192.0.2.1", "user": null}}"#,
            r#"{"identity": {"sourceIp": "192.0.2\u002e1"}}"#,
        ] {
            assert_eq!(source_ip(json).unwrap(), "192.0.2.1");
        }
    }

    #[test]
    fn the_last_of_duplicate_members_wins() {
        let twice = r#"{"identity": {"sourceIp": "192.0.2.1"}, "identity": {"user": null}}"#;
        assert_eq!(source_ip(twice), None);
    }

    #[test]
    fn a_time_is_a_number_or_a_string() {
        for (json, expected) in [
            (r#"{"timeEpoch": 1583348638390}"#, Some(1_583_348_638_390)),
            (
                r#"{"timeEpoch": "1696331543569073"}"#,
                Some(1_696_331_543_569_073),
            ),
            (r#"{"requestTimeEpoch": 7}"#, Some(7)),
            (r#"{"timeEpoch": -7}"#, None),
            (r#"{"timeEpoch": 99999999999999999999999}"#, None),
            (r#"{"timeEpoch": {}}"#, None),
            (r#"{"timeEpoch": 1, "requestTimeEpoch": 2}"#, Some(2)),
            (r#"{"requestTimeEpoch": 2, "timeEpoch": 1}"#, Some(2)),
        ] {
            assert_eq!(facts(json).time, expected, "{json}");
        }
    }

    #[test]
    fn an_unreadable_part_loses_nothing_else() {
        for odd in ["null", "{}", "[1]", r#""\ud800""#] {
            let json = format!(
                r#"{{"stage": "s", "requestId": "r", "http": {{"sourceIp": "192.0.2.1"}},
                    "\ud800": 1, "stage": {odd}, "requestId": {odd}, "http": null, "apiId": "a"}}"#
            );
            let facts = facts(&json);
            for (fact, expected) in [
                (&facts.stage, "s"),
                (&facts.request_id, "r"),
                (&facts.source_ip, "192.0.2.1"),
                (&facts.api_id, "a"),
            ] {
                assert_eq!(fact.in_context(json.as_bytes()), Some(expected), "{json}");
            }
        }
    }

    #[test]
    fn a_context_is_marked_by_what_no_rest_api_has() {
        let marked = |json: &str| {
            let mut marked = Marked::default();
            assert!(read(json.as_bytes(), |value| value.object(&mut marked)).is_ok());
            marked.0
        };
        for (member, expected) in [
            (r#""elb": {}"#, true),
            (r#""e\u006cb": {}"#, true),
            (r#""http": {}"#, true),
            (r#""connectionId": "c""#, true),
            (r#""eventType": "CONNECT""#, true),
            (r#""messageDirection": "IN""#, true),
            (r#""serviceArn": "arn""#, true),
            (r#""elb": null, "connectionId": null"#, false),
            (r#""identity": {"elb": {}}, "stage": "elb""#, false),
        ] {
            let json = format!(r#"{{"stage": "prod", "\ud800": 1, {member}}}"#);
            assert_eq!(marked(&json), expected, "{json}");
        }
    }

    #[test]
    fn odd_members_leave_the_others_alone() {
        let json = r#"{"http": "GET", "identity": 4, "stage": ["x"], "requestId": "r", "elb": null,
            "authorizer": {"claims": {"exp": 1, "nested": {"a": []}}}}"#;
        let context = Context::read(json.as_bytes());
        assert!(context.http.is_none());
        assert!(!context.is_alb);
        let facts = context.facts(json.as_bytes());
        let of = |fact: &Fact| fact.in_context(json.as_bytes()).map(str::to_owned);
        assert_eq!(of(&facts.stage), None);
        assert_eq!(of(&facts.request_id).unwrap(), "r");
    }

    #[test]
    fn a_context_that_is_not_an_object_is_empty() {
        for json in ["[]", "\"requestId\""] {
            let facts = facts(json);
            assert_eq!(facts.request_id.in_context(json.as_bytes()), None);
        }
    }
}
