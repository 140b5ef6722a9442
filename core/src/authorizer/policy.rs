//! Decisions as the JSON that API Gateway reads.

use super::{
    arn::RouteArn,
    context::Context,
    decision::{Allow, Decision, Deny, Routes},
    pattern::{PatternError, exactly},
    request::AuthorizerRequest,
};
use crate::{Error, events::AuthorizerKind, wildcard};
use http::Method;
use serde::Serialize;
use std::borrow::Cow;

/// What an authorizer says about its responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseOptions {
    /// Responds to events of payload format 2.0 with a boolean instead of a policy.
    pub(crate) simple: bool,
    /// Its decisions are not cached.
    pub(crate) per_request: bool,
}

/// The longest `Resource` of a policy that a REST API accepts, in characters
/// ([output of an authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html)).
const MAX_RESOURCE: usize = 512;

/// The member of the context that is the caller.
const SUBJECT: &str = "sub";

/// The size in bytes from which a response is reported: policies of API Gateway have 8 KB.
const LARGE: usize = 8_192;

/// Why a decision cannot be written. Each denies the request.
#[derive(Debug, thiserror::Error)]
enum InvalidDecision {
    #[error("the principal is empty")]
    NoPrincipal,
    #[error("{0}")]
    Context(String),
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("`{0}` is not a method of API Gateway, expected one in capital letters")]
    Method(Method),
    #[error("routes with a method are not allowed for a WebSocket API, expected all routes")]
    WebSocket,
    #[error(
        "the ARN of the request has the stage `*`, as in samples of AWS: the policy would allow all stages"
    )]
    AnyStage,
    #[error("a resource of the policy has {0} characters, at most {MAX_RESOURCE} are allowed")]
    LongResource(usize),
    #[error(
        "`Allow::this_route_only` needs `#[authorizer(per_request)]`: a cached policy would deny all other routes"
    )]
    ThisRouteOnly,
    #[error(
        "a simple response about some routes needs `#[authorizer(simple, per_request)]`: a cached one would \
         allow all other routes"
    )]
    SimpleRoutes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyResponse<'a> {
    principal_id: &'a str,
    policy_document: Document,
    #[serde(skip_serializing_if = "Context::is_empty")]
    context: &'a Context,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_identifier_key: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimpleResponse<'a> {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Context::is_empty")]
    context: &'a Context,
}

impl Document {
    /// One statement only: a policy has no `Deny` beside an `Allow`, since one that does not match the spelling of a
    /// path would allow it.
    fn new(effect: &'static str, resource: Vec<String>) -> Self {
        Self {
            version: "2012-10-17",
            statement: [Statement {
                action: "execute-api:Invoke",
                effect,
                resource,
            }],
        }
    }

    fn allow(resources: Vec<String>, arn: &RouteArn) -> Self {
        match resources.is_empty() {
            // API Gateway is known to allow a request for which a policy has no resource at all.
            true => Self::deny(arn),
            false => Self::new("Allow", resources),
        }
    }

    fn deny(arn: &RouteArn) -> Self {
        Self::new("Deny", vec![format!("{}*", arn.of_stage())])
    }
}

/// The response to the gateway.
///
/// # Errors
/// If the decision cannot be written exactly, or must not be cached and may be.
pub(crate) fn respond(
    decision: &Decision,
    request: &AuthorizerRequest,
    options: ResponseOptions,
) -> Result<Vec<u8>, Error> {
    let is_simple = options.simple && request.kind() == AuthorizerKind::Http;
    let json = match is_simple {
        true => simple(decision, request, options)?,
        false => policy(decision, request, options)?,
    };
    if json.len() > LARGE {
        tracing::warn!(
            target: "lambda_api",
            bytes = json.len(),
            limit = LARGE,
            "API Gateway may reject the response of the authorizer, which is too large: allow fewer and wider routes"
        );
    }
    Ok(json)
}

fn policy(
    decision: &Decision,
    request: &AuthorizerRequest,
    options: ResponseOptions,
) -> Result<Vec<u8>, Error> {
    let arn = request.arn();
    let (principal_id, context, usage_identifier_key, policy_document) = match decision {
        Decision::Allow(allow) => {
            if allow.routes == Routes::This && !options.per_request {
                return Err(InvalidDecision::ThisRouteOnly.into());
            }
            let document = Document::allow(resources(allow, arn)?, arn);
            let key = allow.usage_identifier_key.as_deref();
            (&allow.principal, context(allow, request), key, document)
        }
        Decision::Deny(Deny { principal, context }) => {
            let context = Cow::Borrowed(context);
            (principal, context, None, Document::deny(arn))
        }
    };
    if principal_id.is_empty() {
        return Err(InvalidDecision::NoPrincipal.into());
    }
    context.check().map_err(InvalidDecision::Context)?;
    Ok(serde_json::to_vec(&PolicyResponse {
        principal_id,
        policy_document,
        context: &context,
        usage_identifier_key,
    })?)
}

/// The context of an allowed request. Payload format 2.0 hands nothing else over to the function of the route, so
/// the caller is its member `sub`, which `LambdaAuthorizer` reads, unless the authorizer has set it.
fn context<'a>(allow: &'a Allow, request: &AuthorizerRequest) -> Cow<'a, Context> {
    if request.kind() != AuthorizerKind::Http || allow.context.has(SUBJECT) {
        return Cow::Borrowed(&allow.context);
    }
    let mut context = allow.context.clone();
    context.set(SUBJECT.to_owned(), allow.principal.as_str().into());
    Cow::Owned(context)
}

/// The resources that are allowed, each once.
fn resources(allow: &Allow, arn: &RouteArn) -> Result<Vec<String>, InvalidDecision> {
    // In this ARN it would stand for all stages.
    if arn.stage() == "*" {
        return Err(InvalidDecision::AnyStage);
    }
    let paths = match &allow.routes {
        Routes::All => vec!["*".to_owned()],
        Routes::This => vec![exactly(arn.behind_stage())?.into_owned()],
        Routes::Listed(_) if arn.route_key().is_some() => return Err(InvalidDecision::WebSocket),
        Routes::Listed(routes) => {
            let mut paths = Vec::with_capacity(routes.len());
            for (method, pattern) in routes {
                let path = format!("{}/{}", named(method)?, pattern.resolve()?);
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            paths
        }
    };
    let whole = paths.iter().map(|path| format!("{}{path}", arn.of_stage()));
    let resources: Vec<String> = whole.collect();
    match resources
        .iter()
        .map(String::len)
        .find(|length| *length > MAX_RESOURCE)
    {
        Some(length) => Err(InvalidDecision::LongResource(length)),
        None => Ok(resources),
    }
}

/// A method as in ARNs. A token of HTTP may have `*`.
fn named(method: &Method) -> Result<&str, InvalidDecision> {
    let name = method.as_str();
    let is_letters = name.bytes().all(|byte| byte.is_ascii_uppercase());
    is_letters
        .then_some(name)
        .ok_or_else(|| InvalidDecision::Method(method.clone()))
}

fn simple(
    decision: &Decision,
    request: &AuthorizerRequest,
    options: ResponseOptions,
) -> Result<Vec<u8>, Error> {
    let (is_authorized, context) = match decision {
        Decision::Allow(allow) => match is_allowed(allow, request.arn(), options)? {
            true => (true, context(allow, request)),
            false => (false, Cow::Borrowed(&allow.context)),
        },
        Decision::Deny(deny) => (false, Cow::Borrowed(&deny.context)),
    };
    context.check().map_err(InvalidDecision::Context)?;
    Ok(serde_json::to_vec(&SimpleResponse {
        is_authorized,
        context: &context,
    })?)
}

/// Decides about the request at hand as the gateway would by the policy.
fn is_allowed(
    allow: &Allow,
    arn: &RouteArn,
    options: ResponseOptions,
) -> Result<bool, InvalidDecision> {
    if allow.principal.is_empty() {
        return Err(InvalidDecision::NoPrincipal);
    }
    match &allow.routes {
        Routes::All => Ok(true),
        Routes::This | Routes::Listed(_) if !options.per_request => {
            Err(InvalidDecision::SimpleRoutes)
        }
        Routes::This => Ok(true),
        Routes::Listed(routes) => {
            let mut is_allowed = false;
            for (method, pattern) in routes {
                let resource = format!("{}/{}", named(method)?, pattern.resolve()?);
                is_allowed |= wildcard::matches(&resource, arn.behind_stage());
            }
            Ok(is_allowed)
        }
    }
}

#[cfg(test)]
mod tests;
