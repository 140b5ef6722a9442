//! Functions with their logs.

use super::{
    events::Wired,
    resource::{function_id, resource},
};
use crate::template::{
    Function,
    block::Block,
    described::Described,
    resource::Kind,
    tree::{Map, Node},
    values::Values,
};

const MEMORY: u32 = 256;
const LOG_RETENTION: u32 = 30;

/// The blocks of one function. `more` are properties besides the usual ones.
pub(super) fn blocks(
    api: &Described<'_>,
    name: Option<&str>,
    settings: &Function,
    values: &Values,
    wired: &Wired,
    more: Map,
) -> [Block; 2] {
    // The events are those of the function of the whole API.
    let wired = Some(wired).filter(|_| name.is_none());
    let id = function_id(name);
    let logs = format!("{id}Logs");
    let function_name = api.function_name(name);
    let log_group = Map::new()
        .with(
            "LogGroupName",
            Node::sub(format!("/aws/lambda/{function_name}")),
        )
        .with(
            "RetentionInDays",
            settings.log_retention.unwrap_or(LOG_RETENTION),
        );
    let logging = Map::new()
        .with("LogGroup", Node::Ref(logs.clone()))
        .with("LogFormat", "JSON");
    let mut environment = values.environment.clone();
    let own = settings.environment.iter().cloned();
    environment.extend(own.map(|(name, value)| (name, value.into())));
    let mut variables = Map::new();
    for (name, value) in environment {
        variables.push(name, value);
    }
    let timeout = settings.timeout_or_default().as_secs();
    let mut policies = policies(api, settings);
    policies.extend(wired.and_then(Wired::policy));
    let mut properties = Map::new();
    let mut comments = vec![format!(
        "Lambda allows 64 characters: the name of the stack can have {}.",
        api.longest_stack_name(name)
    )];
    comments.extend(wired.into_iter().flat_map(|wired| wired.comments.clone()));
    properties.push_with(comments, "FunctionName", Node::sub(function_name));
    let mut properties = properties
        .with("CodeUri", api.options.code_uri.as_str())
        .with("Handler", "bootstrap")
        .with("Runtime", "provided.al2023")
        .with("Architectures", Node::texts(["arm64"]))
        .with("MemorySize", settings.memory.unwrap_or(MEMORY))
        .with("Timeout", timeout)
        .with_some(
            "Tracing",
            settings.tracing.unwrap_or(true).then_some("Active"),
        )
        .with("LoggingConfig", logging)
        .with_some("Role", settings.role.as_deref());
    properties.extend(more);
    if !variables.is_empty() {
        properties.push("Environment", Map::new().with("Variables", variables));
    }
    if !policies.is_empty() && settings.role.is_none() {
        properties.push("Policies", policies);
    }
    let binary = Map::new().with("Binary", api.binary());
    let metadata = Map::new()
        .with("BuildMethod", "rust-cargolambda")
        .with("BuildProperties", binary);
    let metadata = Map::new().with("Metadata", metadata);
    [
        resource(&logs, "AWS::Logs::LogGroup", Map::new(), log_group),
        resource(&id, "AWS::Serverless::Function", metadata, properties),
    ]
}

/// The policies of the program, and those for its tables.
fn policies(api: &Described<'_>, settings: &Function) -> Vec<Node> {
    let tables = api
        .resources
        .iter()
        .filter_map(|resource| match &resource.0 {
            Kind::Table(table) => Some(table),
            _ => None,
        });
    let tables = tables.map(|table| {
        let policy = if table.reads_only {
            "DynamoDBReadPolicy"
        } else {
            "DynamoDBCrudPolicy"
        };
        let name = Map::new().with("TableName", Node::Ref(table.id.clone()));
        Node::Map(Map::new().with(policy, name))
    });
    let own = settings
        .policies
        .iter()
        .map(|policy| Node::from(policy.as_str()));
    own.chain(tables).collect()
}
