//! What is taken from the `requestContext`, whichever source wrote it.

use super::{
    json::{Fault, Members, Reader, read},
    shared::Shared,
};
use bytes::Bytes;
use std::borrow::Cow;

/// One look at a request context: what tells the sources apart, and the facts in it.
#[derive(Default)]
pub(super) struct Context<'e> {
    pub(super) http: Option<Http<'e>>,
    pub(super) domain_name: Option<Cow<'e, str>>,
    pub(super) stage: Option<Cow<'e, str>>,
    pub(super) is_alb: bool,
    pub(super) is_lattice: bool,
    pub(super) is_web_socket: bool,
    request_id: Option<Cow<'e, str>>,
    account_id: Option<Cow<'e, str>>,
    api_id: Option<Cow<'e, str>>,
    identity: Identity<'e>,
    time: Option<u64>,
}

/// `requestContext.http` of HTTP API 2.0 and function URL.
#[derive(Default)]
pub(super) struct Http<'e> {
    pub(super) method: Option<Cow<'e, str>>,
    pub(super) path: Option<Cow<'e, str>>,
    source_ip: Option<Cow<'e, str>>,
}

/// `requestContext.identity` of REST API and HTTP API 1.0.
#[derive(Default)]
struct Identity<'e> {
    source_ip: Option<Cow<'e, str>>,
    api_key_id: Option<Cow<'e, str>>,
}

/// What a gateway says about a request, in memory shared with the event.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    pub(crate) request_id: Option<Shared>,
    pub(crate) source_ip: Option<Shared>,
    pub(crate) stage: Option<Shared>,
    pub(crate) account_id: Option<Shared>,
    pub(crate) domain_name: Option<Shared>,
    pub(crate) api_id: Option<Shared>,
    pub(crate) api_key_id: Option<Shared>,
    /// As it stands there: milliseconds since the epoch, microseconds at VPC Lattice.
    pub(crate) time: Option<u64>,
}

impl<'e> Context<'e> {
    /// Reads what can be read: a fault leaves the rest out, and never fails the event.
    pub(super) fn read(json: &'e [u8]) -> Self {
        let mut context = Self::default();
        let _ = read(json, |value| value.object(&mut context));
        context
    }

    pub(super) fn facts(self, event: &Bytes) -> Facts {
        let shared = |text: Option<Cow<'e, str>>| text.map(|text| Shared::new(event, text));
        let from_http = self.http.and_then(|http| http.source_ip);
        Facts {
            request_id: shared(self.request_id),
            source_ip: shared(from_http.or(self.identity.source_ip)),
            stage: shared(self.stage),
            account_id: shared(self.account_id),
            domain_name: shared(self.domain_name),
            api_id: shared(self.api_id),
            api_key_id: shared(self.identity.api_key_id),
            time: self.time,
        }
    }
}

impl Facts {
    pub(crate) fn read(context: &Shared) -> Self {
        Context::read(context.bytes()).facts(context.bytes())
    }
}

impl<'e> Members<'e> for Context<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let text = match name {
            b"requestId" => &mut self.request_id,
            b"stage" => &mut self.stage,
            b"domainName" => &mut self.domain_name,
            b"accountId" => &mut self.account_id,
            b"apiId" => &mut self.api_id,
            b"http" => {
                let mut http = Http::default();
                if value.object(&mut http)? {
                    self.http = Some(http);
                }
                return Ok(());
            }
            b"identity" => {
                value.object(&mut self.identity)?;
                return Ok(());
            }
            b"timeEpoch" | b"requestTimeEpoch" => {
                self.time = number(value.json()?);
                return Ok(());
            }
            b"elb" => return mark(&mut self.is_alb, value),
            b"serviceArn" | b"serviceNetworkArn" | b"targetGroupArn" => {
                return mark(&mut self.is_lattice, value);
            }
            b"connectionId" => return mark(&mut self.is_web_socket, value),
            _ => return value.skip(),
        };
        *text = value.text()?;
        Ok(())
    }
}

impl<'e> Members<'e> for Http<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let text = match name {
            b"method" => &mut self.method,
            b"path" => &mut self.path,
            b"sourceIp" => &mut self.source_ip,
            _ => return value.skip(),
        };
        *text = value.text()?;
        Ok(())
    }
}

impl<'e> Members<'e> for Identity<'e> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), Fault> {
        let text = match name {
            b"sourceIp" => &mut self.source_ip,
            b"apiKeyId" => &mut self.api_key_id,
            _ => return value.skip(),
        };
        *text = value.text()?;
        Ok(())
    }
}

/// Notes that a member is there and is not null.
fn mark(there: &mut bool, value: &mut Reader<'_>) -> Result<(), Fault> {
    *there |= value.is_there()?;
    Ok(())
}

/// A whole number, bare or between quotes.
fn number(json: Option<&[u8]>) -> Option<u64> {
    str::from_utf8(json?).ok()?.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(json: &str) -> Facts {
        let event = Bytes::copy_from_slice(json.as_bytes());
        Context::read(json.as_bytes()).facts(&event)
    }

    #[test]
    fn the_source_ip_stands_in_two_places() {
        for json in [
            r#"{"http": {"sourceIp": "192.0.2.1"}}"#,
            r#"{"identity": {"sourceIp": "192.0.2.1", "user": null}}"#,
        ] {
            assert_eq!(facts(json).source_ip.unwrap().as_str(), "192.0.2.1");
        }
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
        ] {
            assert_eq!(facts(json).time, expected, "{json}");
        }
    }

    #[test]
    fn odd_members_leave_the_others_alone() {
        let json = r#"{"http": "GET", "identity": 4, "stage": ["x"], "requestId": "r", "elb": null,
            "authorizer": {"claims": {"exp": 1, "nested": {"a": []}}}}"#;
        let context = Context::read(json.as_bytes());
        assert!(context.http.is_none());
        assert!(!context.is_alb);
        let facts = context.facts(&Bytes::new());
        assert!(facts.stage.is_none());
        assert_eq!(facts.request_id.unwrap().as_str(), "r");
    }

    #[test]
    fn a_context_that_is_no_object_has_no_facts() {
        assert!(facts("[]").request_id.is_none());
        assert!(facts("\"requestId\"").request_id.is_none());
    }
}
