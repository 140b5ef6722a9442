//! Lambda authorizers for the APIs of other templates.
//!
//! The authorizers of this template's own API are part of the plan of its gateway.

use super::wiring::{Wiring, attribute, function};
use crate::{
    events::{AuthorizerTrigger, Listed},
    template::{
        sam::resource::function_id,
        tree::{Map, Node},
        values::pascal,
    },
};

/// Lets API Gateway call the function as an authorizer, unless it is that of this template's API alone.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, trigger: &AuthorizerTrigger) {
    if wiring.has_api {
        return;
    }
    let handler = &listed.handler;
    let name = pascal(handler.name);
    let api = trigger.api.as_ref().map(|api| wiring.id_of_api(api));
    let prefix = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:";
    let source = match &api {
        // An API of another account or region needs a permission of its own.
        None => Node::sub(format!("{prefix}*/authorizers/*")),
        Some(Node::Text(id)) => Node::sub(format!("{prefix}{id}/authorizers/*")),
        Some(Node::Ref(id)) => Node::sub(format!("{prefix}${{{id}}}/authorizers/*")),
        Some(_) => Node::sub(format!("{prefix}*/authorizers/*")),
    };
    let permission = Map::new()
        .with("FunctionName", function())
        .with("Action", "lambda:InvokeFunction")
        .with("Principal", "apigateway.amazonaws.com")
        .with("SourceArn", source);
    let id = format!("{name}Permission");
    wiring.resource(&id, "AWS::Lambda::Permission", Map::new(), permission);
    wiring.output_of("AuthorizerArn", attribute(&function_id(None), "Arn"));
    let cache = match trigger.per_request {
        true => "its decisions are about one request: set the time to live of the cache to 0",
        false => "its decisions are about a credential: they may be cached",
    };
    wiring.comment(format!(
        "{}::{} is an authorizer of API Gateway; {cache}.",
        handler.module, handler.name
    ));
}
