//! What is taken from the `requestContext`, whichever source wrote it.

use super::{
    json::{Members, Object, Text, read},
    shared::Shared,
};
use bytes::Bytes;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One look at a request context: what tells the sources apart, and the facts in it.
#[derive(Default)]
pub(super) struct Context<'de> {
    pub(super) http: Option<Http<'de>>,
    pub(super) domain_name: Option<Cow<'de, str>>,
    pub(super) stage: Option<Cow<'de, str>>,
    pub(super) is_alb: bool,
    pub(super) is_lattice: bool,
    pub(super) is_web_socket: bool,
    request_id: Option<Cow<'de, str>>,
    account_id: Option<Cow<'de, str>>,
    api_id: Option<Cow<'de, str>>,
    identity: Identity<'de>,
    time: Option<u64>,
}

/// `requestContext.http` of HTTP API 2.0 and function URL.
#[derive(Default)]
pub(super) struct Http<'de> {
    pub(super) method: Option<Cow<'de, str>>,
    pub(super) path: Option<Cow<'de, str>>,
    source_ip: Option<Cow<'de, str>>,
}

/// `requestContext.identity` of REST API and HTTP API 1.0.
#[derive(Default)]
struct Identity<'de> {
    source_ip: Option<Cow<'de, str>>,
    api_key_id: Option<Cow<'de, str>>,
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

impl<'de> Context<'de> {
    /// Reads what can be read: a fault leaves the rest out, and never fails the event.
    pub(super) fn read(json: &'de str) -> Self {
        let mut context = Self::default();
        let _ = read(json, Object(&mut context));
        context
    }

    pub(super) fn facts(self, event: &Bytes) -> Facts {
        let shared = |text: Option<Cow<'de, str>>| text.map(|text| Shared::new(event, text));
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
        Context::read(context.as_str()).facts(context.bytes())
    }
}

impl<'de> Members<'de> for Context<'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let text = match &*name {
            "requestId" => &mut self.request_id,
            "stage" => &mut self.stage,
            "domainName" => &mut self.domain_name,
            "accountId" => &mut self.account_id,
            "apiId" => &mut self.api_id,
            "http" => {
                let mut http = Http::default();
                if map.next_value_seed(Object(&mut http))? {
                    self.http = Some(http);
                }
                return Ok(());
            }
            "identity" => {
                map.next_value_seed(Object(&mut self.identity))?;
                return Ok(());
            }
            "timeEpoch" | "requestTimeEpoch" => {
                self.time = number(map.next_value()?);
                return Ok(());
            }
            "elb" => return mark(&mut self.is_alb, map),
            "serviceArn" | "serviceNetworkArn" | "targetGroupArn" => {
                return mark(&mut self.is_lattice, map);
            }
            "connectionId" => return mark(&mut self.is_web_socket, map),
            _ => {
                map.next_value::<IgnoredAny>()?;
                return Ok(());
            }
        };
        *text = map.next_value::<Text<'de>>()?.0;
        Ok(())
    }
}

impl<'de> Members<'de> for Http<'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let text = match &*name {
            "method" => &mut self.method,
            "path" => &mut self.path,
            "sourceIp" => &mut self.source_ip,
            _ => {
                map.next_value::<IgnoredAny>()?;
                return Ok(());
            }
        };
        *text = map.next_value::<Text<'de>>()?.0;
        Ok(())
    }
}

impl<'de> Members<'de> for Identity<'de> {
    fn member<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let text = match &*name {
            "sourceIp" => &mut self.source_ip,
            "apiKeyId" => &mut self.api_key_id,
            _ => {
                map.next_value::<IgnoredAny>()?;
                return Ok(());
            }
        };
        *text = map.next_value::<Text<'de>>()?.0;
        Ok(())
    }
}

/// Notes that a member is there and is not null.
fn mark<'de, A: MapAccess<'de>>(there: &mut bool, map: &mut A) -> Result<(), A::Error> {
    *there |= map.next_value::<Option<IgnoredAny>>()?.is_some();
    Ok(())
}

/// A whole number, bare or between quotes. It is read from the text, because `serde_json` hands
/// numbers over differently when its feature `arbitrary_precision` is on somewhere.
fn number(json: Option<&RawValue>) -> Option<u64> {
    json?.get().trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(json: &str) -> Facts {
        let event = Bytes::copy_from_slice(json.as_bytes());
        Context::read(json).facts(&event)
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
        let context = Context::read(json);
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
