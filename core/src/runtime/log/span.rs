//! The span that all log records of one invocation stand in.

use crate::Invocation;
use tracing::{Span, error_span, field::Empty};

/// Opens the span of an invocation.
///
/// Its `requestId` is Lambda's own, as in the records that Lambda itself writes; `request_id` is
/// the one that the client is told. The router fills in `route`, when there is one.
pub(crate) fn span(invocation: &Invocation, cold_start: bool) -> Span {
    let lambda = invocation.lambda();
    let trace = lambda.trace_id.as_deref();
    open(
        &lambda.request_id,
        invocation.request_id(),
        trace,
        cold_start,
    )
}

fn open(lambda_id: &str, client_id: Option<&str>, trace: Option<&str>, cold_start: bool) -> Span {
    // The level is that of the span, not of the records in it: a span is left out by a filter that
    // is above its level, and a record without request id is of no use.
    error_span!(
        target: "lambda_api",
        "invocation",
        requestId = Some(lambda_id).filter(|id| !id.is_empty()),
        request_id = client_id,
        route = Empty,
        cold_start,
        trace_id = trace.map(root),
    )
}

/// The id in an X-Ray trace header: `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`.
fn root(header: &str) -> &str {
    header
        .split(';')
        .find_map(|part| part.trim().strip_prefix("Root="))
        .unwrap_or(header)
}

#[cfg(test)]
mod tests {
    use super::{super::json::tests::lines, *};

    #[test]
    fn every_record_of_an_invocation_says_which_one_it_belongs_to() {
        let text = lines(|| {
            let span = open(
                "lambda-1",
                Some("gateway-1"),
                Some("Root=1-a-b;Sampled=1"),
                false,
            );
            span.in_scope(|| {
                Span::current().record("route", "/orders/{id}");
                tracing::info!(target: "orders", "found");
            });
        });
        let expected = concat!(
            r#"{"timestamp":"now","level":"INFO","message":"found","target":"orders","#,
            r#""requestId":"lambda-1","request_id":"gateway-1","cold_start":false,"#,
            r#""trace_id":"1-a-b","route":"/orders/{id}"}"#,
            "\n",
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
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
