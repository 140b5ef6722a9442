//! Authorizers of the program itself.

use super::{assert_contains, resource, routes, yaml};
use lambda_api::{
    Api, Error, Identity, Request, State,
    auth::{
        Access, ApiKeys, AuthError, Authenticator, Cognito, Credential, KeyHash, Scheme,
        gateway::LambdaAuthorizer,
    },
    authorizer,
    authorizer::{Allow, AuthorizerRequest, Deny},
    env, events,
    events::{Event, Events, FromEvent},
    http::Method,
    template::{Gateway, Options},
};
use std::convert::Infallible;

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
    with_lambda(Api::new().authenticate(keys()), handlers)
}

/// The same with other verifiers.
fn with_lambda(verifiers: Api, handlers: Events) -> Api {
    let rule = Access::authenticated().authenticator("own");
    verifiers
        .authenticate(LambdaAuthorizer::from_this_api().name("own"))
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

/// Accepts the credential in this place, and may read more of the request.
struct Custom(Credential);

impl Authenticator for Custom {
    fn scheme(&self) -> Scheme {
        Scheme::new("custom", self.0.clone())
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        Err(AuthError::Absent)
    }
}

#[test]
fn decisions_of_verifiers_of_one_header_are_cached() {
    let custom = |place| Api::new().authenticate(Custom(place));
    let cognito = || Cognito::user_pool("eu-west-1_a").client("c");
    let cookie = |name| keys().credential(Credential::cookie(name));
    for (verifiers, expected) in [
        (Api::new().authenticate(keys()), Some("x-shop-key")),
        (Api::new().authenticate(cognito()), Some("Authorization")),
        (
            Api::new()
                .authenticate(cookie("a"))
                .authenticate(cookie("b").name("other")),
            Some("Cookie"),
        ),
        // Who sends `Authorization: Basic x` with a valid key would share the decision.
        (
            Api::new().authenticate(cognito()).authenticate(keys()),
            None,
        ),
        (
            Api::new().authenticate(keys()).authenticate(cognito()),
            None,
        ),
        (custom(Credential::bearer()), None),
        (custom(Credential::bearer()).authenticate(keys()), None),
    ] {
        let api = with_lambda(verifiers, events![by_identity]);
        for gateway in [Gateway::HttpApi, Gateway::RestApi] {
            let api = resource(&yaml(&api, gateway), "Api");
            match expected {
                Some(header) => {
                    let header = format!("Headers: [{header}]");
                    assert_contains(&api, &[&header, "ReauthorizeEvery: 300"]);
                }
                None => {
                    assert_contains(&api, &["ReauthorizeEvery: 0"]);
                    assert!(!api.contains("Headers:"), "{api}");
                }
            }
        }
    }
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

#[authorizer(http, request)]
async fn by_method(caller: Identity, request: &AuthorizerRequest) -> Result<Allow, Deny> {
    match *request.method() {
        Method::GET => Ok(Allow::all_routes(caller.subject())),
        _ => Err(Deny::new(caller.subject())),
    }
}

#[authorizer(http, request)]
async fn by_event(caller: Identity, event: &Event) -> Allow {
    let _ = event.json();
    Allow::all_routes(caller.subject())
}

/// What the time to live depends on is unknown here.
struct Own;

impl<'e> FromEvent<'e> for Own {
    type Rejection = Infallible;

    fn from_event(_: &'e Event) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[authorizer(http, request)]
async fn by_own(caller: Identity, _: Result<Own, Infallible>) -> Allow {
    Allow::all_routes(caller.subject())
}

#[authorizer(http, request)]
async fn by_state(caller: Result<Identity, Error>, State(_): State<u8>) -> Result<Allow, Error> {
    Ok(Allow::all_routes(caller?.subject()))
}

#[test]
fn arguments_that_read_the_request_turn_the_cache_off() {
    let reason = "not cached: an argument of the authorizer has more of the request";
    for handlers in [events![by_method], events![by_event], events![by_own]] {
        let api = shop(handlers);
        for gateway in [Gateway::HttpApi, Gateway::RestApi] {
            let api = resource(&yaml(&api, gateway), "Api");
            assert_contains(&api, &[reason, "ReauthorizeEvery: 0"]);
            assert!(!api.contains("Headers:"), "{api}");
        }
    }
    let api = yaml(&shop(events![by_state]).state(7_u8), Gateway::HttpApi);
    assert_contains(&api, &["Headers: [x-shop-key]", "ReauthorizeEvery: 300"]);
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
        "may be cached for the header `Authorization` alone",
    ];
    assert_contains(&shop, &expected);
    let any = yaml(&api(events![per_request]), Gateway::HttpApi);
    let permission = resource(&any, "PerRequestPermission");
    assert_contains(&permission, &["${AWS::AccountId}:*/authorizers/*"]);
    assert_contains(
        &any,
        &["set the time to live of the cache to 0, since the authorizer is `per_request`"],
    );
}

#[authorizer(token, api = env("LEGACY_API"))]
async fn of_legacy() -> Allow {
    Allow::all_routes("anyone")
}

#[authorizer(http, api = "abc123")]
async fn of_known() -> Allow {
    Allow::all_routes("anyone")
}

#[authorizer(http, api = env("OTHER_API"))]
async fn of_other() -> Allow {
    Allow::all_routes("anyone")
}

#[test]
fn an_authorizer_of_another_api_is_permitted_beside_routes() {
    let open = || Api::new().routes(routes(&[("GET", "/a", Access::public())]));
    for (api, source) in [
        (open().events(events![of_legacy]), "OfLegacy ${LegacyApi}"),
        (shop(events![of_legacy]), "OfLegacy ${LegacyApi}"),
        (shop(events![of_known]), "OfKnown abc123"),
        (shop(events![of_shop, of_other]), "OfOther ${OtherApi}"),
        (shop(events![by_identity, of_websockets]), "OfWebsockets *"),
        (
            open().authenticate(keys()).events(events![by_identity]),
            "ByIdentity *",
        ),
    ] {
        let yaml = yaml(&api, Gateway::HttpApi);
        let (name, id) = source.split_once(' ').unwrap();
        let permission = resource(&yaml, &format!("{name}Permission"));
        let source = format!("${{AWS::AccountId}}:{id}/authorizers/*");
        assert_contains(&permission, &[&source, "FunctionName: !Ref Function"]);
        if let Some(id) = id.strip_prefix("${") {
            let id = id.trim_end_matches('}');
            assert_contains(&resource(&yaml, "Parameters"), &[id]);
            assert_contains(&yaml, &[&format!("_API: !Ref {id}")]);
        }
    }
    // An id that is known is never that of the new API.
    let known = api_of(events![of_known], Gateway::HttpApi);
    assert_contains(&known, &["FunctionArn: !Ref OwnArn"]);
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
