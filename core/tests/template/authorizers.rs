//! Authorizers of the program itself.

use super::{assert_contains, resource, routes, yaml};
use lambda_api::{
    Api, Error, Identity,
    auth::{Access, ApiKeys, Cognito, Credential, KeyHash, gateway::LambdaAuthorizer},
    authorizer,
    authorizer::Allow,
    env, events,
    events::Events,
    template::{Gateway, Options},
};

#[authorizer(http, request)]
async fn by_identity(caller: Identity) -> Allow {
    Allow::all_routes(caller.subject())
}

#[authorizer(http, request, simple, per_request)]
async fn per_request(caller: Identity) -> Allow {
    Allow::this_route_only(caller.subject())
}

#[authorizer(http, token)]
async fn of_anyone() -> Allow {
    Allow::all_routes("anyone")
}

#[authorizer(api = env("SHOP_API"))]
async fn of_shop(caller: Identity) -> Allow {
    Allow::all_routes(caller.subject())
}

#[authorizer(websocket)]
async fn of_websockets() -> Allow {
    Allow::all_routes("anyone")
}

fn keys() -> ApiKeys {
    let none = |_| async { Ok::<Option<(KeyHash, Identity)>, Error>(None) };
    ApiKeys::new(none).credential(Credential::header("x-shop-key"))
}

/// An API whose gateway asks one of these authorizers.
fn shop(handlers: Events) -> Api {
    let rule = Access::authenticated().authenticator("own");
    Api::new()
        .authenticate(LambdaAuthorizer::from_this_api().name("own"))
        .authenticate(keys())
        .routes(routes(&[("GET", "/a", rule)]))
        .events(handlers)
}

fn api_of(handlers: Events, gateway: Gateway) -> String {
    resource(&yaml(&shop(handlers), gateway), "Api")
}

const ARN: &str = "FunctionArn: !Sub \"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-shop\"";

#[test]
fn decisions_about_a_credential_are_cached() {
    let http = api_of(events![by_identity], Gateway::HttpApi);
    let expected = [
        ARN,
        "EnableSimpleResponses: false",
        "Headers: [x-shop-key]",
        "ReauthorizeEvery: 300",
    ];
    assert_contains(&http, &expected);
    let rest = api_of(events![by_identity], Gateway::RestApi);
    let expected = [
        ARN,
        "FunctionPayloadType: REQUEST",
        "DisableFunctionDefaultPermissions: true",
        "Headers: [x-shop-key]",
        "ReauthorizeEvery: 300",
    ];
    assert_contains(&rest, &expected);
}

#[test]
fn decisions_about_a_request_are_not_cached() {
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let api = api_of(events![per_request], gateway);
        assert_contains(&api, &[ARN, "ReauthorizeEvery: 0"]);
        assert!(!api.contains("Headers:"), "{api}");
    }
    let api = api_of(events![per_request], Gateway::HttpApi);
    assert_contains(&api, &["EnableSimpleResponses: true"]);
}

#[test]
fn decisions_without_a_known_credential_are_not_cached() {
    let api = api_of(events![of_anyone], Gateway::HttpApi);
    assert_contains(&api, &["ReauthorizeEvery: 0"]);
    assert!(!api.contains("Headers:"), "{api}");
    let api = api_of(events![of_anyone], Gateway::RestApi);
    let expected = [
        "FunctionPayloadType: TOKEN",
        "Header: x-shop-key",
        "ReauthorizeEvery: 0",
    ];
    assert_contains(&api, &expected);
}

#[test]
fn the_id_of_the_own_api_is_set() {
    let yaml = yaml(&shop(events![of_shop]), Gateway::HttpApi);
    assert_contains(&yaml, &["SHOP_API: !Ref Api", ARN]);
    assert!(!yaml.contains("ShopApi:"), "{yaml}");
}

#[test]
fn another_function_may_be_the_authorizer() {
    let api = api_of(events![of_websockets], Gateway::HttpApi);
    assert_contains(&api, &["FunctionArn: !Ref OwnArn", "ReauthorizeEvery: 0"]);
}

#[test]
fn an_authorizer_of_other_apis_may_be_invoked_by_them() {
    let pool = || Cognito::user_pool(env("POOL")).client(env("CLIENT"));
    let api = |handlers| Api::new().authenticate(pool()).events(handlers);
    let shop = yaml(&api(events![of_shop]), Gateway::HttpApi);
    let permission = resource(&shop, "OfShopPermission");
    let expected = [
        "FunctionName: !Ref Function",
        "Principal: apigateway.amazonaws.com",
        "execute-api:${AWS::Region}:${AWS::AccountId}:${ShopApi}/authorizers/*",
    ];
    assert_contains(&permission, &expected);
    let expected = [
        "SHOP_API: !Ref ShopApi",
        "POOL: !Ref Pool",
        "Value: !GetAtt Function.Arn",
        "they may be cached",
    ];
    assert_contains(&shop, &expected);
    let any = yaml(&api(events![per_request]), Gateway::HttpApi);
    let permission = resource(&any, "PerRequestPermission");
    assert_contains(&permission, &["${AWS::AccountId}:*/authorizers/*"]);
    assert_contains(&any, &["set the time to live of the cache to 0"]);
}

#[test]
fn a_document_names_the_function_as_authorizer() {
    for (gateway, handlers, expected) in [
        (
            Gateway::HttpApi,
            events![by_identity],
            [
                r#""identitySource": "$request.header.x-shop-key""#,
                r#""authorizerResultTtlInSeconds": 300"#,
                r#""enableSimpleResponses": false"#,
            ],
        ),
        (
            Gateway::RestApi,
            events![of_anyone],
            [
                r#""identitySource": "method.request.header.x-shop-key""#,
                r#""authorizerResultTtlInSeconds": 0"#,
                r#""type": "token""#,
            ],
        ),
    ] {
        let document = shop(handlers).gateway_document(&Options::new(gateway));
        let json = document.unwrap().to_json().to_owned();
        assert_contains(&json, &expected);
        assert_contains(&json, &["functions/${FunctionArn}/invocations"]);
    }
}
