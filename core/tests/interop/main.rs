//! Interoperation with lambda_http: its services in an Api, and an App in its loop.

#![cfg(feature = "lambda-http")]
#![allow(missing_docs, reason = "handlers of tests")]

mod lambda_http_loop;
mod paths;
mod request_ext;
mod services;

use lambda_api::{Api, App, event::Source};
use lambda_api_testing::EventBuilder;
use lambda_http::{Context, RequestExt};

/// The sources whose events lambda_http supports.
const READ: [Source; 7] = [
    Source::RestApi,
    Source::HttpApi,
    Source::HttpApiV1,
    Source::FunctionUrl,
    Source::Alb,
    Source::AlbMultiValue,
    Source::LatticeV2,
];

async fn app(api: Api) -> App {
    api.build().await.expect("no errors")
}

/// Returns the request that lambda_http decodes from an event.
fn made_there(event: &EventBuilder) -> lambda_http::Request {
    lambda_http::request::from_str(&event.to_string()).expect("a supported event")
}

/// Returns the same request as in its loop.
fn in_its_loop(event: &EventBuilder, change: impl FnOnce(&mut Context)) -> lambda_http::Request {
    let mut context = Context::default();
    context.request_id = "lambda-1".to_owned();
    change(&mut context);
    made_there(event).with_lambda_context(context)
}
