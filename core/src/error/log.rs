//! One log record for each error response.

use super::Problem;

impl Problem {
    /// Writes the log record of this response.
    ///
    /// A 5xx is logged as an error with its whole cause. A 4xx is logged as info if it has a cause,
    /// and otherwise as debug. The detail is never logged, because it often repeats what the client
    /// sent. The route and `requestId`, Lambda's id, come from the surrounding span; if the id that
    /// the client gets is the gateway's, it is logged too.
    pub(crate) fn log(&self) {
        #[cfg(any(debug_assertions, feature = "local"))]
        super::observed::record(self, || self.record());
        #[cfg(not(any(debug_assertions, feature = "local")))]
        self.record();
    }

    /// Writes the log record of a response whose stream ended early. Its status was sent before, so this
    /// problem has none.
    #[cold]
    pub(crate) fn log_of_stream(&self) {
        let record = || {
            tracing::error!(
                target: "lambda_api",
                code = self.code(),
                gateway_request_id = self.gateway_request_id(),
                cause = self.cause_text(),
                location = self.trace().location.as_deref(),
                backtrace = self.trace().backtrace.as_deref(),
                elapsed_ms = self.trace().elapsed_ms(),
                "the response stream failed"
            );
        };
        #[cfg(any(debug_assertions, feature = "local"))]
        super::observed::record(self, record);
        #[cfg(not(any(debug_assertions, feature = "local")))]
        record();
    }

    fn record(&self) {
        macro_rules! record {
            ($level:ident, $message:literal) => {
                tracing::$level!(
                    target: "lambda_api",
                    status = self.status().as_u16(),
                    code = self.code(),
                    gateway_request_id = self.gateway_request_id(),
                    cause = self.cause_text(),
                    location = self.trace().location.as_deref(),
                    backtrace = self.trace().backtrace.as_deref(),
                    elapsed_ms = self.trace().elapsed_ms(),
                    $message
                )
            };
        }
        if self.status().is_server_error() {
            record!(error, "request failed");
        } else if self.cause_text().is_some() {
            record!(info, "request rejected");
        } else {
            record!(debug, "request rejected");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Error, Invocation, LambdaContext,
        error::framework,
        event::{self, DecodeOptions},
        log::capture,
    };
    use http::StatusCode;
    use serde_json::json;

    fn invocation(event: &'static str) -> Invocation {
        let lambda = LambdaContext {
            request_id: "lambda-1".to_owned(),
            ..LambdaContext::default()
        };
        let request = event::decode(event.into(), lambda, &DecodeOptions::default()).unwrap();
        Invocation::of(&request).clone()
    }

    fn logged(mut problem: Problem) -> Vec<serde_json::Value> {
        problem.set_request_id(&invocation(
            r#"{"rawPath": "/", "requestContext": {"http": {"method": "GET"}, "requestId": "id-1"}}"#,
        ));
        capture(|| problem.log())
    }

    #[test]
    fn a_5xx_is_one_error_record_with_cause_and_request_id() {
        let error = Error::msg("connection reset").context("storage failed");
        let records = logged(Problem::from_error(&error));
        let expected = json!([{
            "timestamp": "now", "level": "ERROR", "target": "lambda_api",
            "message": "request failed",
            "status": 500, "code": "internal_error", "gateway_request_id": "id-1", "cause": "storage failed: connection reset",
        }]);
        assert_eq!(json!(records), expected);
    }

    #[test]
    fn lambdas_own_id_is_not_named_a_second_time() {
        let mut problem = framework::not_found().with_cause("none");
        problem.set_request_id(&invocation(
            r#"{"httpMethod": "GET", "path": "/", "requestContext": {"elb": {"targetGroupArn": "arn"}}}"#,
        ));
        assert_eq!(problem.request_id(), Some("lambda-1"));
        let records = capture(|| problem.log());
        assert!(!records[0].to_string().contains("lambda-1"), "{records:?}");
    }

    #[test]
    fn a_4xx_is_a_debug_record_without_its_detail() {
        let problem = Problem::new(StatusCode::NOT_FOUND, "no_order").with_detail("no order 7");
        let records = logged(problem);
        assert_eq!(records.len(), 1);
        assert_eq!(records[0]["level"], "DEBUG");
        assert!(!records[0].to_string().contains("no order 7"));
    }

    #[test]
    fn a_4xx_with_a_cause_is_an_info_record() {
        let problem = framework::not_found().with_cause("the table is empty");
        let records = logged(problem);
        assert_eq!(records[0]["level"], "INFO");
        assert_eq!(records[0]["cause"], "the table is empty");
    }
}
