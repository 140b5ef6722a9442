//! Lambda authorizers for the APIs of other templates.
//!
//! The authorizers of this template's own APIs are part of the plan of its gateway, and of its WebSocket API.

use super::wiring::{Wiring, attribute};
use crate::{
    events::{AuthorizerTrigger, Listed, Trigger},
    template::{
        described::Described,
        plan::{Plan, cached_by, of_gateway, of_socket},
        sam::resource::function_id,
        tree::{Map, Node},
        values::pascal,
    },
};

/// Lets API Gateway call the authorizers that no API of this template asks.
pub(super) fn add(wiring: &mut Wiring<'_>, api: &Described<'_>, plan: Option<&Plan>) {
    let asks_program = plan.is_some_and(Plan::asks_program);
    let of_gateway = asks_program
        .then(|| of_gateway(api, wiring.values))
        .flatten();
    let mut triggers = api.handlers.iter().map(|listed| &listed.trigger);
    let has_sockets = triggers.any(|trigger| matches!(trigger, Trigger::WebSocket(_)));
    let of_socket = has_sockets.then(|| of_socket(api, wiring.values)).flatten();
    let own: Vec<_> = of_gateway.into_iter().chain(of_socket).collect();
    for listed in api.handlers {
        if let Trigger::Authorizer(trigger) = &listed.trigger
            && !own.iter().any(|(own, _)| std::ptr::eq(*own, listed))
        {
            let cached_by = cached_by(api, listed, trigger);
            of_another(wiring, listed, trigger, cached_by);
        }
    }
}

/// Lets API Gateway call an authorizer of another API, or of any.
fn of_another(
    wiring: &mut Wiring<'_>,
    listed: &Listed,
    trigger: &AuthorizerTrigger,
    cached_by: Result<String, &'static str>,
) {
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
    let source = Map::new().with("SourceArn", source);
    wiring.permit(
        &format!("{name}Permission"),
        "apigateway.amazonaws.com",
        source,
    );
    wiring.output_of("AuthorizerArn", attribute(&function_id(None), "Arn"));
    let cache = match cached_by {
        Ok(header) => format!("its decisions may be cached for the header `{header}` alone"),
        Err(reason) => format!("set the time to live of the cache to 0, since {reason}"),
    };
    wiring.comment(format!(
        "{}::{} is an authorizer of API Gateway; {cache}.",
        handler.module, handler.name
    ));
}
