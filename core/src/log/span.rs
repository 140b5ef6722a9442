//! The span that encloses all log records of an invocation.

use crate::Invocation;
use tracing::{Span, error_span, field::Empty};

/// Opens the span of an invocation.
///
/// Its `requestId` is Lambda's id, as in the records that Lambda itself writes. The gateway's id,
/// which the client sees, is in the record of the problem: adding it here would require parsing the
/// request context of every event. The router sets `route` if a route matches.
pub(crate) fn span(invocation: &Invocation, cold_start: bool) -> Span {
    let lambda = invocation.lambda();
    // The level of the span must be the highest: a filter drops spans below its level, and records
    // without a request id are useless. It does not affect the level of the records.
    error_span!(
        target: "lambda_api",
        "invocation",
        requestId = Some(lambda.request_id.as_str()).filter(|id| !id.is_empty()),
        route = Empty,
        cold_start,
        trace_id = lambda.trace_id.as_deref().map(root),
    )
}

/// Opens the span of an event that is not an HTTP request.
pub(crate) fn event_span(invocation: &Invocation, handler: &str, cold_start: bool) -> Span {
    let lambda = invocation.lambda();
    error_span!(
        target: "lambda_api",
        "invocation",
        requestId = Some(lambda.request_id.as_str()).filter(|id| !id.is_empty()),
        handler,
        cold_start,
        trace_id = lambda.trace_id.as_deref().map(root),
    )
}

/// Opens the span of one record of an event.
pub(crate) fn record_span(id: Option<&str>) -> Span {
    error_span!(target: "lambda_api", "record", record_id = id)
}

/// Extracts the id from an X-Ray trace header:
/// `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`.
fn root(header: &str) -> &str {
    header
        .split(';')
        .find_map(|part| part.trim().strip_prefix("Root="))
        .unwrap_or(header)
}

#[cfg(test)]
mod tests {
    use super::{super::json::tests::lines, *};
    use crate::{
        LambdaContext,
        event::{self, DecodeOptions},
    };

    #[test]
    fn every_record_of_an_invocation_says_which_one_it_belongs_to() {
        let text = lines(|| {
            let event = r#"{"rawPath": "/", "requestContext": {"requestId": "gateway-1"}}"#;
            let lambda = LambdaContext {
                request_id: "lambda-1".to_owned(),
                trace_id: Some("Root=1-a-b;Sampled=1".to_owned()),
                ..LambdaContext::default()
            };
            let request = event::decode(event.into(), lambda, &DecodeOptions::default()).unwrap();
            span(Invocation::of(&request), false).in_scope(|| {
                Span::current().record("route", "/orders/{id}");
                tracing::info!(target: "orders", "found");
            });
        });
        let expected = concat!(
            r#"{"timestamp":"now","level":"INFO","message":"found","target":"orders","#,
            r#""requestId":"lambda-1","cold_start":false,"#,
            r#""trace_id":"1-a-b","route":"/orders/{id}"}"#,
            "\n",
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn unknown_members_are_omitted() {
        let text = lines(|| {
            span(&Invocation::default(), true).in_scope(|| tracing::info!(target: "orders", "up"));
        });
        let expected = r#"{"timestamp":"now","level":"INFO","message":"up","target":"orders","cold_start":true}"#;
        assert_eq!(text, format!("{expected}\n"));
    }

    #[test]
    fn the_trace_id_is_the_root_of_the_trace_header() {
        let table = [
            ("Root=1-a-b;Parent=c;Sampled=1", "1-a-b"),
            ("Parent=c; Root=1-a-b", "1-a-b"),
            ("1-a-b", "1-a-b"),
        ];
        for (header, id) in table {
            assert_eq!(root(header), id);
        }
    }
}
