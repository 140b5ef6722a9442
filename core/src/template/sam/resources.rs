//! Resources that a description declares: user pools, their scopes and clients, tables.

use super::{events::is_read, resource::resource};
use crate::{
    manifest::Authenticator,
    template::{
        block::Block,
        described::Described,
        resource::{KeyType, Kind, Table, UserPool, UserPoolClient},
        tree::{Map, Node},
        values::{Values, pascal},
    },
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn blocks(api: &Described<'_>, values: &Values) -> Vec<Block> {
    let mut blocks = Vec::new();
    for resource in &api.resources {
        match &resource.0 {
            Kind::UserPool(pool) => {
                blocks.push(user_pool(pool));
                let servers = servers(api, values, &pool.id);
                blocks.extend(
                    servers
                        .iter()
                        .map(|(server, names)| resource_server(&pool.id, server, names)),
                );
            }
            Kind::UserPoolClient(client) => {
                blocks.push(user_pool_client(
                    client,
                    &servers(api, values, &client.pool),
                ));
            }
            Kind::Table(one) => blocks.push(table(one, is_read(api, one))),
            Kind::UsagePlan(_) => {}
        }
    }
    blocks
}

/// Deleting the stack keeps what users have stored.
pub(super) fn kept() -> Map {
    Map::new()
        // Not after a failed first deployment.
        .with("DeletionPolicy", "RetainExceptOnCreate")
        .with("UpdateReplacePolicy", "Retain")
}

fn user_pool(pool: &UserPool) -> Block {
    let users = Map::new().with("AllowAdminCreateUserOnly", true);
    let properties = Map::new().with("AdminCreateUserConfig", users);
    resource(&pool.id, "AWS::Cognito::UserPool", kept(), properties)
}

/// The scopes that routes require of tokens of a pool: names by resource server.
pub(in crate::template) fn servers(
    api: &Described<'_>,
    values: &Values,
    pool: &str,
) -> BTreeMap<String, BTreeSet<String>> {
    let uses_pool = |one: &Authenticator| {
        let mut pools = one.description.user_pools.iter();
        pools.any(|known| values.refers_to(&known.id, pool))
    };
    let rules = api
        .rules()
        .map(|(_, rule)| rule)
        .filter(|rule| api.accepted(rule).any(uses_pool));
    let scopes = rules
        .flat_map(|rule| rule.scopes)
        .flat_map(|scopes| scopes.names);
    let mut servers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Other scopes are those of Cognito.
    for (server, name) in scopes.filter_map(|scope| scope.rsplit_once('/')) {
        servers
            .entry(server.to_owned())
            .or_default()
            .insert(name.to_owned());
    }
    servers
}

fn server_id(pool: &str, server: &str) -> String {
    format!("{pool}{}Scopes", pascal(server))
}

fn resource_server(pool: &str, server: &str, names: &BTreeSet<String>) -> Block {
    let scope = |name: &String| {
        let scope = Map::new().with("ScopeName", name.as_str());
        Node::Map(scope.with("ScopeDescription", format!("{server}/{name}")))
    };
    // Cognito accepts fewer characters in the name than in the identifier.
    let is_allowed = |c: char| c.is_alphanumeric() || "_-.,@=+ ".contains(c);
    let name = server.replace(|c| !is_allowed(c), "-");
    let properties = Map::new()
        .with("UserPoolId", Node::Ref(pool.to_owned()))
        .with("Identifier", server)
        .with("Name", name)
        .with("Scopes", names.iter().map(scope).collect::<Vec<_>>());
    let id = server_id(pool, server);
    resource(
        &id,
        "AWS::Cognito::UserPoolResourceServer",
        Map::new(),
        properties,
    )
}

fn user_pool_client(
    client: &UserPoolClient,
    servers: &BTreeMap<String, BTreeSet<String>>,
) -> Block {
    let mut attributes = Map::new();
    let mut properties = Map::new().with("UserPoolId", Node::Ref(client.pool.clone()));
    if client.is_program {
        let scopes = servers
            .iter()
            .flat_map(|(server, names)| names.iter().map(move |name| format!("{server}/{name}")));
        let ids = servers.keys().map(|server| server_id(&client.pool, server));
        attributes.push("DependsOn", Node::texts(ids));
        properties = properties
            .with("GenerateSecret", true)
            .with("AllowedOAuthFlowsUserPoolClient", true)
            .with("AllowedOAuthFlows", Node::texts(["client_credentials"]))
            .with("AllowedOAuthScopes", Node::texts(scopes));
    } else {
        let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        properties = properties
            .with("PreventUserExistenceErrors", "ENABLED")
            .with("ExplicitAuthFlows", Node::texts(flows));
    }
    resource(
        &client.id,
        "AWS::Cognito::UserPoolClient",
        attributes,
        properties,
    )
}

fn table(table: &Table, is_read: bool) -> Block {
    let keys = || {
        std::iter::once((&table.key, "HASH"))
            .chain(table.sort_key.as_ref().map(|key| (key, "RANGE")))
    };
    let attributes = keys().map(|((name, kind), _)| {
        let kind = match kind {
            KeyType::S => "S",
            KeyType::N => "N",
            KeyType::B => "B",
        };
        let attribute = Map::new().with("AttributeName", name.as_str());
        Node::Map(attribute.with("AttributeType", kind))
    });
    let schema = keys().map(|((name, _), role)| {
        Node::Map(
            Map::new()
                .with("AttributeName", name.as_str())
                .with("KeyType", role),
        )
    });
    let stream = Map::new().with("StreamViewType", "NEW_AND_OLD_IMAGES");
    let properties = Map::new()
        .with("BillingMode", "PAY_PER_REQUEST")
        .with("AttributeDefinitions", attributes.collect::<Vec<_>>())
        .with("KeySchema", schema.collect::<Vec<_>>())
        .with_some("StreamSpecification", is_read.then_some(stream));
    resource(&table.id, "AWS::DynamoDB::Table", kept(), properties)
}
