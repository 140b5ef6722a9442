//! Conversion of requests from lambda_http, as if their event had been read here.

use crate::{
    Invocation, LambdaContext, Problem,
    event::{CognitoIdentity, DecodeOptions, LambdaHttpEvent, Source, take_over},
};
use lambda_http::{
    Context, RequestExt,
    aws_lambda_events::{apigw::ApiGatewayProxyRequestContext, query_map::QueryMap},
    request::RequestContext,
};
use std::{borrow::Cow, collections::BTreeMap, time::SystemTime};

/// Puts an [`Invocation`] into a request that comes from lambda_http, and gives it the URI for
/// routing. Other requests do not change.
///
/// # Errors
/// Returns a response if the path of the event is invalid.
pub(crate) fn arrive(
    head: &mut http::request::Parts,
    options: &DecodeOptions,
) -> Result<(), Problem> {
    let extensions = &head.extensions;
    if extensions.get::<Invocation>().is_some() {
        return Ok(());
    }
    // Only code of this process can set these extensions.
    let (lambda, context) = (
        extensions.lambda_context_ref(),
        extensions.request_context_ref(),
    );
    if lambda.is_none() && context.is_none() {
        return Ok(());
    }
    let path = match (context, extensions.raw_http_path()) {
        (None, "") => head.uri.path(),
        (_, path) => path,
    }
    .to_owned();
    let query = query(&path, head);
    let json = context.and_then(|context| serde_json::to_vec(context).ok());
    let event = LambdaHttpEvent {
        source: context.and_then(source),
        path: &path,
        query: Cow::Owned(query),
        context: json.as_deref().unwrap_or(b"{}"),
        lambda: lambda.map(lambda_context).unwrap_or_default(),
        maps: [
            extensions.stage_variables_ref(),
            extensions.path_parameters_ref(),
        ]
        .map(|map| map.and_then(first_values)),
    };
    take_over(head, event, options)
}

fn source(context: &RequestContext) -> Option<Source> {
    Some(match context {
        RequestContext::ApiGatewayV1(context) if is_http_api(context) => Source::HttpApiV1,
        RequestContext::ApiGatewayV1(_) => Source::RestApi,
        RequestContext::ApiGatewayV2(_) => Source::HttpApi,
        RequestContext::Alb(_) => Source::Alb,
        RequestContext::VpcLattice(_) => Source::LatticeV2,
        _ => return None,
    })
}

/// An HTTP API has route keys, such as `ANY /orders`, and no resources with ids.
fn is_http_api(context: &ApiGatewayProxyRequestContext) -> bool {
    let id = context.resource_id.as_deref();
    id.is_none_or(|id| id.contains([' ', '$']))
}

/// The query, which lambda_http appends to the path. If an API has decoded a path with a `#` or a
/// `?`, the query there is wrong or missing.
fn query(path: &str, head: &http::request::Parts) -> String {
    match head.query_string_parameters_ref() {
        Some(query) if path.contains(['#', '?']) => query.to_query_string(),
        _ => head.uri.query().unwrap_or_default().to_owned(),
    }
}

/// The first value of each name.
fn first_values(map: &QueryMap) -> Option<Vec<u8>> {
    let values: BTreeMap<_, _> = map.iter().collect();
    serde_json::to_vec(&values).ok()
}

fn lambda_context(context: &Context) -> LambdaContext {
    let client = context.client_context.as_ref();
    LambdaContext {
        request_id: context.request_id.clone(),
        deadline_ms: Some(context.deadline),
        // If there is no ARN, lambda_http sets a sentence.
        function_arn: Some(context.invoked_function_arn.clone())
            .filter(|arn| arn.starts_with("arn:")),
        trace_id: context.xray_trace_id.clone(),
        tenant_id: context.tenant_id.clone(),
        client_context: client.and_then(|client| serde_json::to_string(client).ok()),
        cognito_identity: context.identity.as_ref().map(|identity| CognitoIdentity {
            identity_id: identity.identity_id.clone(),
            identity_pool_id: identity.identity_pool_id.clone(),
        }),
        received: Some(SystemTime::now()),
    }
}
