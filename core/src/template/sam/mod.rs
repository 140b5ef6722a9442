//! The AWS SAM template: blocks of resources, parameters and outputs.

mod api;
mod events;
mod function;
mod load_balancer;
mod resource;
mod resources;

#[cfg(test)]
pub(super) use api::properties;

use super::{
    Gateway,
    block::Block,
    described::Described,
    plan::Plan,
    tree::{Map, Node},
    values::Values,
    yaml,
};
use events::Wired;
pub(super) use events::wire;
pub(super) use resource::function_id;
use resource::resource;
pub(super) use resources::servers as scopes_of;

/// What is before the command in the comment of a template that names it.
pub(crate) const WRITTEN_BY: &str = "# written by `";

/// The blocks of an API behind an API Gateway.
pub(super) fn behind_api(
    api: &Described<'_>,
    plan: &Plan,
    values: &Values,
    wired: &Wired,
) -> Vec<Block> {
    let mut blocks = resources::blocks(api, values);
    blocks.push(api::block(api, plan));
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*";
    for (name, settings) in api.functions() {
        blocks.extend(function::blocks(
            api,
            name,
            &settings,
            values,
            wired,
            Map::new(),
        ));
        let id = format!("{}Permission", function_id(name));
        let permission = Map::new()
            .with("FunctionName", Node::Ref(function_id(name)))
            .with("Action", "lambda:InvokeFunction")
            .with("Principal", "apigateway.amazonaws.com")
            .with("SourceArn", Node::sub(source));
        blocks.push(resource(
            &id,
            "AWS::Lambda::Permission",
            Map::new(),
            permission,
        ));
    }
    let url = match api.options.gateway {
        Gateway::RestApi => {
            "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Api.Stage}"
        }
        _ => "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
    };
    let outputs = Map::new()
        .with("ApiUrl", Map::new().with("Value", Node::sub(url)))
        .with("ApiId", Map::new().with("Value", Node::reference("Api")));
    finished(blocks, api, values, wired, outputs)
}

/// The blocks of a function with a URL.
pub(super) fn with_url(
    api: &Described<'_>,
    is_signed: bool,
    values: &Values,
    wired: &Wired,
) -> Vec<Block> {
    let auth = if is_signed { "AWS_IAM" } else { "NONE" };
    let mut url = Map::new()
        .with("AuthType", auth)
        .with_some("InvokeMode", api.streams().then_some("RESPONSE_STREAM"));
    // The function responds to preflights itself, unless the URL rejects them: they are not signed.
    if let Some(cors) = api.cors.as_ref().filter(|_| is_signed) {
        let methods = vec!["*".to_owned()];
        url.push("Cors", api::cors_configuration(cors, &methods));
    }
    let mut blocks = resources::blocks(api, values);
    let more = Map::new().with("FunctionUrlConfig", url);
    if let Some((_, settings)) = api.functions().next() {
        blocks.extend(function::blocks(api, None, &settings, values, wired, more));
    }
    let url = Node::GetAtt("FunctionUrl.FunctionUrl".to_owned());
    let host = Node::Part(2, "/", Box::new(url.clone()));
    let id = Node::Part(0, ".", Box::new(host));
    let outputs = Map::new()
        .with("FunctionUrl", Map::new().with("Value", url))
        .with("FunctionUrlId", Map::new().with("Value", id));
    finished(blocks, api, values, wired, outputs)
}

/// The blocks of a function behind a load balancer.
pub(super) fn behind_load_balancer(
    api: &Described<'_>,
    values: &mut Values,
    wired: &Wired,
) -> Vec<Block> {
    // A program that verifies tokens of the listener may have its ARN in `LISTENER_ARN`.
    if values.names().all(|name| name != load_balancer::LISTENER) {
        let description = "ARN of the listener that gets the rule";
        values.parameter(load_balancer::LISTENER, description, false, None);
    }
    let priority = "Priority of the rule: a number that no other rule of the listener has";
    values.parameter("RulePriority", priority, false, None);
    let mut blocks = resources::blocks(api, values);
    if let Some((_, settings)) = api.functions().next() {
        blocks.extend(function::blocks(
            api,
            None,
            &settings,
            values,
            wired,
            Map::new(),
        ));
    }
    blocks.extend(load_balancer::blocks());
    finished(blocks, api, values, wired, Map::new())
}

/// The blocks of a function that only gets events.
pub(super) fn without_gateway(api: &Described<'_>, values: &Values, wired: &Wired) -> Vec<Block> {
    let mut blocks = resources::blocks(api, values);
    let (name, settings) = api.whole();
    blocks.extend(function::blocks(
        api,
        name,
        &settings,
        values,
        wired,
        Map::new(),
    ));
    finished(blocks, api, values, wired, Map::new())
}

/// The blocks between parameters and outputs.
fn finished(
    mut resources: Vec<Block>,
    api: &Described<'_>,
    values: &Values,
    wired: &Wired,
    mut outputs: Map,
) -> Vec<Block> {
    resources.extend(wired.blocks.iter().cloned());
    outputs.extend(wired.outputs.clone());
    for id in api.resources.iter().filter_map(|resource| resource.id()) {
        outputs.push(id, Map::new().with("Value", Node::reference(id)));
    }
    let section = |name: &str, entries: Map| Block {
        name: name.to_owned(),
        indent: 0,
        text: match entries.is_empty() {
            true => String::new(),
            false => yaml::lines(&Map::new().with(name, Node::Long(entries)), 0),
        },
    };
    let mut parameters = section("Parameters", values.declared());
    parameters.text = format!(
        "{WRITTEN_BY}{}`\n{}",
        api.options.command(),
        parameters.text
    );
    let mut blocks = vec![parameters];
    blocks.extend(resources);
    blocks.push(section("Outputs", outputs));
    blocks
}
