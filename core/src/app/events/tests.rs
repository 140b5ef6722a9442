//! What is logged of a response.

use super::*;
use crate::{
    Api, BoxFuture, Response, Routes,
    endpoint::{INVALID, Route},
    middleware::{Next, from_fn},
    path_shape::Shape,
};

type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

/// Handles one event on a route that responds with these headers. Returns the log records and
/// the response.
fn respond(source: Source, call: Call) -> (Vec<serde_json::Value>, String) {
    let route: &'static Route = Box::leak(Box::new(Route {
        method: "GET",
        path: "/",
        shape: Shape::of("/"),
        call,
        ..INVALID
    }));
    let request = http::Request::new(Bytes::new());
    let gateway = event::emulate::GatewayContext::new();
    let event = event::emulate::event(source, &request, &gateway).to_string();
    let mut text = String::new();
    let records = log::capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let routes = Routes::__new(std::slice::from_ref(route));
            let app = Api::new().routes(routes).build().await.expect("no errors");
            let response = app.respond_to_event(event.into(), LambdaContext::default());
            let response = response.await.expect("a response");
            text = String::from_utf8(response).expect("UTF-8");
        });
    });
    (records, text)
}

#[test]
fn a_status_that_gateways_reject_is_logged() {
    let (records, text) = respond(Source::RestApi, |_| {
        Box::pin(async {
            let mut response = Response::default();
            *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
            response
        })
    });
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(record["level"], "ERROR");
    assert_eq!(record["code"], "internal_error");
    assert_eq!(
        record["cause"],
        "the response has the status 101, but gateways only accept 200 to 599"
    );
    assert!(
        text.contains(r#""statusCode":500"#) && !text.contains("101"),
        "{text}"
    );
}

#[test]
fn large_response_headers_are_one_warning() {
    fn with<const LENGTH: usize>() -> Call {
        |_| {
            Box::pin(async {
                let mut response = Response::default();
                let secret = "s".repeat(LENGTH / 2);
                for name in ["x-a", "set-cookie"] {
                    let value = secret.parse().expect("a value");
                    response.headers_mut().append(name, value);
                }
                response
            })
        }
    }
    for (source, call, limit) in [
        (Source::HttpApi, with::<4_000>(), None),
        (Source::HttpApi, with::<8_000>(), None),
        (Source::HttpApi, with::<9_000>(), Some(10_240)),
        (Source::HttpApi, with::<20_000>(), Some(10_240)),
        (Source::HttpApiV1, with::<9_000>(), Some(10_240)),
        (Source::RestApi, with::<9_000>(), Some(10_240)),
        (Source::Alb, with::<20_000>(), None),
        (Source::Alb, with::<30_000>(), Some(32_768)),
        (Source::AlbMultiValue, with::<40_000>(), Some(32_768)),
        (Source::FunctionUrl, with::<40_000>(), None),
        (Source::FunctionUrl, with::<1_000_000>(), Some(1_048_576)),
        (Source::LatticeV2, with::<40_000>(), None),
    ] {
        let (records, text) = respond(source, call);
        assert!(text.contains(r#""statusCode":200"#), "{source}");
        assert_eq!(records.len(), usize::from(limit.is_some()), "{records:?}");
        for record in records {
            assert_eq!(record["level"], "WARN");
            assert_eq!(record["limit"].as_u64(), limit);
            assert_eq!(record["source"], source.name());
            assert!(!record.to_string().contains("ssss"), "{record}");
        }
    }
}

#[test]
fn handler_records_name_the_route_inside_layer_spans() {
    async fn traced(request: Request, next: Next) -> Response {
        next.run(request)
            .instrument(tracing::info_span!("of a layer"))
            .await
    }
    static ROUTE: Route = Route {
        method: "GET",
        path: "/orders/{id}",
        shape: Shape::of("/orders/{id}"),
        call: |_| {
            Box::pin(async {
                tracing::info!("found");
                Response::default()
            })
        },
        ..INVALID
    };
    let records = log::capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let routes = Routes::__new(std::slice::from_ref(&ROUTE));
            let api = Api::new().routes(routes).layer(from_fn(traced));
            let app = api.build().await.expect("no errors");
            for path in ["/orders/7", "/nothing"] {
                let event = format!(
                    r#"{{"rawPath": "{path}", "requestContext": {{"http": {{"method": "GET"}},
                        "requestId": "id-1"}}}}"#
                );
                let response = app.handle_event(event.into(), LambdaContext::default());
                assert!(response.await.is_ok());
            }
        });
    });
    let [found, rejected] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(found["message"], "found");
    assert_eq!(found["route"], "/orders/{id}");
    assert_eq!(found["cold_start"], true);
    assert_eq!(rejected["code"], "route_not_found");
    assert_eq!(rejected["gateway_request_id"], "id-1");
    assert_eq!(rejected["cold_start"], false);
    assert!(rejected.get("route").is_none());
}
