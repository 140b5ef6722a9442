//! Resources that a template creates.

use super::{assert_contains, errors, open, resource, routes, security, warnings, yaml};
use lambda_api::{
    Api,
    auth::{
        Access, Cognito,
        gateway::{Iam, LambdaAuthorizer},
    },
    env,
    template::{
        Function, Gateway, KeyType, Options, Period, Table, UsagePlan, UserPool, UserPoolClient,
    },
};

fn api() -> Api {
    let read = Access::authenticated().scopes(&["orders/read", "orders/write", "openid"]);
    Api::new()
        .authenticate(Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT")))
        .routes(routes(&[("GET", "/a", read)]))
        .resource(UserPool::new("Pool").env("COGNITO_POOL"))
        .resource(UserPoolClient::new("Web", "Pool").env("COGNITO_CLIENT"))
}

#[test]
fn pools_and_clients_are_created() {
    let api = api().resource(UserPoolClient::new("Importer", "Pool").client_credentials());
    let yaml = yaml(&api, Gateway::HttpApi);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("Pool"),
        &[
            "AWS::Cognito::UserPool",
            "DeletionPolicy: Retain",
            "UpdateReplacePolicy: Retain",
        ],
    );
    assert_contains(
        &of("PoolOrdersScopes"),
        &[
            "UserPoolId: !Ref Pool",
            "Identifier: orders",
            "ScopeName: read",
            "ScopeName: write",
        ],
    );
    assert!(!of("PoolOrdersScopes").contains("openid"));
    let web = of("Web");
    assert_contains(
        &web,
        &[
            "UserPoolId: !Ref Pool",
            "ALLOW_USER_SRP_AUTH",
            "PreventUserExistenceErrors: ENABLED",
        ],
    );
    assert!(!web.contains("GenerateSecret"), "{web}");
    assert_contains(
        &of("Importer"),
        &[
            "DependsOn: [PoolOrdersScopes]",
            "GenerateSecret: true",
            "AllowedOAuthFlows: [client_credentials]",
            "AllowedOAuthScopes: [orders/read, orders/write]",
        ],
    );
    assert_contains(
        &of("Function"),
        &["Variables: {COGNITO_CLIENT: !Ref Web, COGNITO_POOL: !Ref Pool}"],
    );
    assert_contains(
        &of("Outputs"),
        &["Pool: {Value: !Ref Pool}", "Web: {Value: !Ref Web}"],
    );
    assert_contains(
        &of("Api"),
        &[
            "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${Pool}",
            "audience: [!Ref Web]",
        ],
    );
    assert_eq!(of("Parameters"), "# written by `template`");
    assert_contains(
        &super::yaml(&api, Gateway::RestApi),
        &["UserPoolArn: !GetAtt Pool.Arn"],
    );
}

#[test]
fn tables_are_created() {
    let api = open(&[("GET", "/a")])
        .resource(
            Table::new("Orders", "customer", KeyType::S)
                .sort_key("placed", KeyType::N)
                .env("ORDERS"),
        )
        .nest(
            "/n",
            open(&[("GET", "/b")]).resource(Table::new("Rates", "id", KeyType::B).read_only()),
        );
    let yaml = yaml(&api, Gateway::HttpApi);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("Orders"),
        &[
            "AWS::DynamoDB::Table",
            "BillingMode: PAY_PER_REQUEST",
            "{AttributeName: customer, AttributeType: S}",
            "{AttributeName: placed, AttributeType: \"N\"}",
            "{AttributeName: customer, KeyType: HASH}",
            "{AttributeName: placed, KeyType: RANGE}",
            "DeletionPolicy: Retain",
        ],
    );
    assert_contains(&of("Rates"), &["AttributeType: B"]);
    assert_contains(
        &of("Function"),
        &[
            "DynamoDBCrudPolicy: {TableName: !Ref Orders}",
            "DynamoDBReadPolicy: {TableName: !Ref Rates}",
            "ORDERS: !Ref Orders",
        ],
    );
}

#[test]
fn resources_have_ids_and_variables_of_their_own() {
    let options = Options::new(Gateway::HttpApi);
    let table = |id: &str| Table::new(id, "id", KeyType::S);
    for (api, expected) in [
        (
            open(&[]).resource(table("Api")),
            "have the logical id `Api`",
        ),
        (
            open(&[]).resource(table("Function")),
            "have the logical id `Function`",
        ),
        (
            open(&[]).resource(table("FunctionRole")),
            "have the logical id `FunctionRole`",
        ),
        (
            open(&[]).resource(table("a-b")),
            "\"a-b\" is not a logical id",
        ),
        (open(&[]).resource(table("")), "\"\" is not a logical id"),
        (
            open(&[])
                .resource(table("A").env("T"))
                .resource(table("B").env("T")),
            "two resources have the variable `T`",
        ),
        (
            open(&[])
                .resource(table("A").env("TABLE"))
                .function(Function::new().environment("TABLE", "x")),
            "the function: the variable `TABLE` has a value, but it is that of a resource",
        ),
        (
            open(&[]).resource(UserPoolClient::new("Web", "Pool")),
            "the client `Web` belongs to the user pool `Pool`, which the API does not declare",
        ),
        (
            open(&[])
                .resource(table("RateLimit"))
                .function(Function::new().parameter("RATE_LIMIT")),
            "have the logical id `RateLimit`",
        ),
    ] {
        assert_contains(&errors(&api, &options), &[expected]);
    }
}

#[test]
fn reserved_variables_of_resources_are_errors() {
    let options = Options::new(Gateway::HttpApi);
    for (name, expected) in [
        ("AWS_REGION", "Lambda sets the variable `AWS_REGION` itself"),
        (
            "A-B",
            "expected a letter, then at least one letter, digit or `_`",
        ),
        (
            "A",
            "\"A\" is not the name of a variable of a function: expected a letter, then at least one",
        ),
    ] {
        let table = Table::new("Orders", "id", KeyType::S).env(name);
        let found = errors(&open(&[]).resource(table), &options);
        assert_contains(&found, &[expected]);
    }
}

#[test]
fn usage_plans_require_keys_beside_authorizers() {
    let plan = UsagePlan::new()
        .throttle(50, 100)
        .quota(1000, Period::Month);
    let list = [
        ("GET", "/a", Access::authenticated()),
        ("GET", "/b", Access::public()),
    ];
    let api = || {
        Api::new()
            .authenticate(LambdaAuthorizer::from_any_api())
            .routes(routes(&list))
            .resource(plan)
    };
    let yaml_of_rest = yaml(&api(), Gateway::RestApi);
    assert_contains(
        &yaml_of_rest,
        &[
            "CreateUsagePlan: PER_API",
            "Throttle: {RateLimit: 50, BurstLimit: 100}",
            "Quota: {Limit: 1000, Period: MONTH}",
            "securityDefinitions:",
            "api_key: {type: apiKey, name: x-api-key, in: header}",
        ],
    );
    assert_eq!(
        security(&yaml_of_rest, "/a", "get"),
        "{Lambda: [], api_key: []}"
    );
    assert_eq!(security(&yaml_of_rest, "/b", "get"), "{NONE: []}");
    let signed = Api::new()
        .authenticate(Iam::from_any_api())
        .routes(routes(&list))
        .resource(plan);
    assert_eq!(
        security(&yaml(&signed, Gateway::RestApi), "/a", "get"),
        "{AWS_IAM: [], api_key: []}"
    );
    let open = open(&[("GET", "/a")]).resource(plan);
    for gateway in [
        Gateway::HttpApi,
        Gateway::FunctionUrl,
        Gateway::LoadBalancer,
    ] {
        assert!(!yaml(&open, gateway).contains("api_key"), "{gateway:?}");
        let expected = "only a REST API has usage plans: this template has none";
        assert_eq!(warnings(&open, &Options::new(gateway)), [expected]);
    }
}
