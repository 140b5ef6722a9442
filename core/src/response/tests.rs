//! What the log has of a stream that fails.

use super::{
    JsonArray, JsonLines,
    sse::{Event, Sse},
};
use crate::{Api, Body, IntoResponse, LambdaContext, Response, api_handler, log::capture, routes};
use futures_util::stream;
use std::convert::Infallible;

#[api_handler(GET "/{kind}", crate = crate)]
async fn broken(kind: String) -> Response {
    match kind.as_str() {
        "pieces" => Body::from_stream(stream::iter([Ok("a"), Err("lost")])).into_response(),
        "array" => JsonArray::new(stream::iter([Ok(1), Err("lost")])).into_response(),
        "lines" => JsonLines::new(stream::iter([Ok(1), Err("lost")])).into_response(),
        "events" => Sse::new(stream::iter([Ok(Event::new()), Err("lost")])).into_response(),
        _ => {
            let event = Event::new().event("a\nb");
            Sse::new(stream::iter([Ok::<_, Infallible>(event)])).into_response()
        }
    }
}

#[test]
fn an_error_in_a_stream_is_one_record_with_its_cause() {
    for (kind, cause) in [
        ("pieces", "lost"),
        ("array", "lost"),
        ("lines", "lost"),
        ("events", "lost"),
        (
            "invalid",
            "expected the name of an event, found one with a line break",
        ),
    ] {
        let records = capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(async {
                let app = Api::new().routes(routes![broken]).build().await.unwrap();
                let event = format!(
                    r#"{{"rawPath": "/{kind}", "requestContext": {{"http": {{"method": "GET"}}}}}}"#
                );
                let response = app.handle_event(event.into(), LambdaContext::default());
                assert!(response.await.is_ok());
            });
        });
        let errors: Vec<_> = records
            .iter()
            .filter(|record| record["level"] == "ERROR")
            .collect();
        assert_eq!(errors.len(), 1, "{kind}: {records:?}");
        assert!(errors[0].to_string().contains(cause), "{kind}: {errors:?}");
    }
}
