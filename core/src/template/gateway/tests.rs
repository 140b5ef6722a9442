use super::super::{
    Function, Options, UsagePlan, UserPool,
    described::Described,
    json,
    plan::{NONE, Plan},
    sam,
    testing::{by, document, routes, shop},
    tree::Node,
    values::Values,
};
use super::*;
use crate::{
    Api, Cors,
    auth::{
        Access,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer},
    },
};
use serde_json::json;

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";
const INTEGRATION: &str = "x-amazon-apigateway-integration";
const URI: &str =
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";

fn http() -> Options {
    Options::new(Gateway::HttpApi)
}

fn rest() -> Options {
    Options::new(Gateway::RestApi)
}

fn with_origins(origins: &[&str]) -> Api {
    let cors = Cors::new().allow_origins(origins.iter().copied());
    shop().cors(
        cors.allow_credentials()
            .max_age(std::time::Duration::from_secs(600)),
    )
}

/// The paths of the template, as a document has them: nothing is closed by default, and a scheme for
/// open operations does not exist.
fn paths_of_template(api: &Described<'_>) -> Value {
    let mut errors = Vec::new();
    let mut values = Values::new(api, &mut errors);
    let plan = Plan::new(api, &mut values, &mut errors);
    assert_eq!(errors, [""; 0]);
    let properties = sam::properties(api, &plan);
    let mut properties = json::value(&Node::Map(properties));
    let mut paths = properties["DefinitionBody"]["paths"].take();
    for (path, item) in paths.as_object_mut().expect("paths") {
        for (method, operation) in item.as_object_mut().expect("operations") {
            let operation = operation.as_object_mut().expect("an operation");
            let security = operation.get("security").expect("security").clone();
            if security == json!([{NONE: []}]) {
                operation.remove("security");
            }
            let uri = operation[INTEGRATION]["uri"]["Fn::Sub"].as_str();
            if let Some(uri) = uri {
                let function = match uri.ends_with("-reports/invocations") {
                    true => "${ReportsFunctionArn}",
                    false => "${FunctionArn}",
                };
                assert!(uri.ends_with("/invocations"), "{method} {path}");
                operation[INTEGRATION]["uri"] = json!({
                    "Fn::Sub": format!("{URI}{function}/invocations"),
                });
            }
        }
    }
    paths
}

/// Removes the operations that SAM adds to a template.
fn without_mocks(mut paths: Value) -> Value {
    for item in paths.as_object_mut().expect("paths").values_mut() {
        let item = item.as_object_mut().expect("operations");
        item.retain(|_, operation| operation[INTEGRATION]["type"] != "mock");
    }
    paths
}

#[test]
fn operations_and_security_are_those_of_the_template() {
    let one = ["https://app.example.com"];
    let several = ["https://app.example.com", "https://admin.example.com"];
    let assert_same = |api: &Api, options: &Options| {
        let written = document(api, options);
        let expected = paths_of_template(&api.described(options).expect("a description"));
        assert_eq!(without_mocks(written["paths"].clone()), expected);
    };
    for api in [shop(), with_origins(&one), with_origins(&several)] {
        assert_same(&api, &http());
        assert_same(&api, &rest());
    }
    let signed = Api::new()
        .authenticate(Iam::from_this_api())
        .routes(routes(&[("GET", "/", by("iam"))]));
    assert_same(&signed, &http().routing(Routing::Proxy));
    assert_same(&signed, &rest().routing(Routing::Proxy));
}

#[test]
fn each_closed_operation_states_its_scheme() {
    let scope = |name: &str| json!([{"Cognito": [name]}]);
    let iam = json!([{"AWS_IAM": []}]);
    for options in [http(), rest()] {
        let document = document(&shop(), &options);
        let security = |path: &str, method: &str| {
            let operation = &document["paths"][path][method];
            assert!(operation.is_object(), "{method} {path}");
            operation.get("security").cloned()
        };
        assert_eq!(security("/health", "get"), None);
        assert_eq!(security("/health", "head"), None);
        assert_eq!(security("/orders", "post"), Some(scope("orders/write")));
        assert_eq!(security("/orders/{id}", "get"), Some(iam.clone()));
        assert_eq!(security("/orders/{id}", "head"), Some(iam.clone()));
        assert_eq!(security("/files/{path+}", ANY_METHOD), Some(iam.clone()));
        assert_eq!(security("/tills", "put"), Some(json!([{"Tills": []}])));
        assert_eq!(security("/reports/daily", "get"), Some(iam.clone()));
    }
}

#[test]
fn schemes_of_an_http_api_are_authorizers() {
    let document = document(&shop(), &http());
    let components = &document["components"];
    let issuer = "https://cognito-idp.${CognitoPoolRegion}.${AWS::URLSuffix}/${CognitoPool}";
    assert_eq!(
        components["securitySchemes"],
        json!({
            "AWS_IAM": {
                "type": "apiKey", "name": "Authorization", "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            },
            "Cognito": {
                "type": "oauth2",
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {
                        "issuer": {"Fn::Sub": issuer},
                        "audience": [{"Fn::Sub": "${CognitoAudience}"}],
                    },
                },
            },
            "Tills": {
                "type": "apiKey", "name": "Unused", "in": "header",
                "x-amazon-apigateway-authorizer": {
                    "type": "request",
                    "authorizerUri": {"Fn::Sub": format!("{URI}${{TillsArn}}/invocations")},
                    "authorizerResultTtlInSeconds": 0,
                    "authorizerPayloadFormatVersion": "2.0",
                    "enableSimpleResponses": true,
                },
            },
        })
    );
}

#[test]
fn schemes_of_a_rest_api_are_authorizers() {
    let document = document(&shop(), &rest());
    let arn = "arn:${AWS::Partition}:cognito-idp:${CognitoPoolRegion}:${AWS::AccountId}:userpool/\
               ${CognitoPool}";
    assert_eq!(
        document["components"],
        json!({"securitySchemes": {
            "AWS_IAM": {
                "type": "apiKey", "name": "Authorization", "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            },
            "Cognito": {
                "type": "apiKey", "name": "Authorization", "in": "header",
                "x-amazon-apigateway-authtype": "cognito_user_pools",
                "x-amazon-apigateway-authorizer": {
                    "type": "cognito_user_pools",
                    "providerARNs": [{"Fn::Sub": arn}],
                },
            },
            "Tills": {
                "type": "apiKey", "name": "Unused", "in": "header",
                "x-amazon-apigateway-authtype": "custom",
                "x-amazon-apigateway-authorizer": {
                    "type": "request",
                    "authorizerUri": {"Fn::Sub": format!("{URI}${{TillsArn}}/invocations")},
                    "authorizerResultTtlInSeconds": 0,
                },
            },
        }})
    );
    assert_eq!(
        document["x-amazon-apigateway-binary-media-types"],
        json!(["*/*"])
    );
}

#[test]
fn integrations_name_the_function_of_the_route() {
    let uri = |function: &str| {
        json!({
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": {"Fn::Sub": format!("{URI}${{{function}Arn}}/invocations")},
        })
    };
    let rest = document(&shop(), &rest());
    assert_eq!(
        rest["paths"]["/health"]["get"][INTEGRATION],
        uri("Function")
    );
    assert_eq!(
        rest["paths"]["/reports/daily"]["get"][INTEGRATION],
        uri("ReportsFunction")
    );
    let http = document(&shop(), &http());
    let shared = "x-amazon-apigateway-integrations";
    for (path, function) in [
        ("/health", "Function"),
        ("/reports/daily", "ReportsFunction"),
    ] {
        let reference = format!("#/components/{shared}/{function}");
        assert_eq!(
            http["paths"][path]["get"][INTEGRATION],
            json!({"$ref": reference})
        );
        let mut expected = uri(function);
        expected["payloadFormatVersion"] = "2.0".into();
        assert_eq!(http["components"][shared][function], expected);
    }
}

#[test]
fn created_resources_have_their_logical_ids() {
    let api = shop().resource(UserPool::new("Pool").env("COGNITO_POOL"));
    let schemes = |options| document(&api, &options)["components"]["securitySchemes"].take();
    let jwt = &schemes(http())["Cognito"]["x-amazon-apigateway-authorizer"]["jwtConfiguration"];
    assert_eq!(
        jwt["issuer"],
        json!({"Fn::Sub": "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${Pool}"})
    );
    let own = &schemes(rest())["Cognito"]["x-amazon-apigateway-authorizer"];
    assert_eq!(own["providerARNs"], json!([{"Fn::Sub": "${Pool.Arn}"}]));
}

#[test]
fn literal_settings_are_plain_texts() {
    let api = Api::new()
        .authenticate(JwtAuthorizer::from_any_api().add_issuer("https://id.example.com"))
        .routes(routes(&[("GET", "/", Access::authenticated())]));
    let document = document(&api, &http());
    let scheme = &document["components"]["securitySchemes"]["Jwt"];
    let jwt = &scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"];
    assert_eq!(jwt["issuer"], "https://id.example.com");
}

#[test]
fn an_http_api_responds_to_preflights() {
    let document = document(&with_origins(&["https://app.example.com"]), &http());
    let cors = &document["x-amazon-apigateway-cors"];
    assert_eq!(cors["allowOrigins"], json!(["https://app.example.com"]));
    assert_eq!(cors["allowCredentials"], true);
    assert_eq!(cors["maxAge"], 600);
    let methods = cors["allowMethods"].as_array().expect("methods");
    assert!(methods.contains(&json!("POST")), "{methods:?}");
}

#[test]
fn a_rest_api_responds_to_preflights_of_one_origin() {
    let document = document(&with_origins(&["https://app.example.com"]), &rest());
    let open = &document["paths"]["/orders"]["options"];
    assert_eq!(open.get("security"), None);
    let response = &open[INTEGRATION]["responses"]["default"];
    let headers = &response["responseParameters"];
    let header = |name: &str| &headers[format!("method.response.header.Access-Control-{name}")];
    assert_eq!(header("Allow-Origin"), "'https://app.example.com'");
    assert_eq!(header("Allow-Credentials"), "'true'");
    assert_eq!(header("Max-Age"), "'600'");
    // The gateway rejects a value whose header is not declared.
    let declared = open["responses"]["200"]["headers"]
        .as_object()
        .expect("headers");
    let declared: Vec<_> = declared
        .keys()
        .map(|name| format!("method.response.header.{name}"))
        .collect();
    let used: Vec<_> = headers
        .as_object()
        .expect("headers")
        .keys()
        .cloned()
        .collect();
    assert_eq!(used, declared);
    let errors = &document["x-amazon-apigateway-gateway-responses"];
    for kind in ["DEFAULT_4XX", "DEFAULT_5XX"] {
        assert_eq!(
            errors[kind]["responseParameters"],
            json!({
                "gatewayresponse.header.Access-Control-Allow-Origin": "'https://app.example.com'",
                "gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
            })
        );
    }
}

#[test]
fn preflights_of_several_origins_reach_the_function() {
    let origins = ["https://app.example.com", "https://admin.example.com"];
    let document = document(&with_origins(&origins), &rest());
    let open = &document["paths"]["/orders"]["options"];
    assert_eq!(open.get("security"), None);
    assert_eq!(open[INTEGRATION]["type"], "aws_proxy");
    assert_eq!(document.get("x-amazon-apigateway-gateway-responses"), None);
}

#[test]
fn a_usage_plan_adds_a_key_to_the_authorizer() {
    let document = document(&shop().resource(UsagePlan::new()), &rest());
    let paths = &document["paths"];
    assert_eq!(
        paths["/orders"]["post"]["security"],
        json!([{"Cognito": ["orders/write"], "api_key": []}])
    );
    assert_eq!(paths["/health"]["get"].get("security"), None);
    assert_eq!(
        document["components"]["securitySchemes"]["api_key"],
        json!({"type": "apiKey", "name": "x-api-key", "in": "header"})
    );
}

#[test]
fn an_open_api_has_no_schemes() {
    let api = Api::new().routes(routes(&[("GET", "/", Access::public())]));
    let document = document(&api, &rest());
    assert_eq!(document.get("components"), None);
    assert_eq!(document["openapi"], "3.0.1");
    assert_eq!(document["info"], json!({"title": "shop", "version": "1"}));
}

#[cfg(feature = "openapi")]
#[test]
fn title_and_version_are_those_of_the_document() {
    let api = shop().openapi_info(crate::openapi::Info::new("Shop", "2.1.0"));
    let document = document(&api, &http());
    assert_eq!(
        document["info"],
        json!({"title": "Shop", "version": "2.1.0"})
    );
}

#[test]
fn the_same_api_gives_the_same_text() {
    let text = |api: &Api| api.gateway_document(&rest()).expect("a document").to_json();
    let api = shop();
    assert_eq!(text(&api), text(&api));
    assert!(text(&api).starts_with("{\n  \"components\""));
    assert!(text(&api).ends_with("}\n"));
}

fn errors(api: &Api, options: &Options) -> String {
    api.gateway_document(options)
        .expect_err("errors")
        .to_string()
}

#[test]
fn other_gateways_import_no_document() {
    for gateway in [Gateway::FunctionUrl, Gateway::LoadBalancer] {
        assert_eq!(
            errors(&shop(), &Options::new(gateway)),
            "- only an HTTP API and a REST API import a document"
        );
    }
}

#[test]
fn errors_of_the_plan_are_errors_of_the_document() {
    let api = Api::new()
        .authenticate(CognitoAuthorizer::from_any_api())
        .routes(routes(&[("GET", "/", Access::authenticated())]));
    let error = errors(&api, &rest());
    assert!(
        error.contains("accepts tokens of every user pool"),
        "{error}"
    );
    let options = http().max_routes(2);
    let error = errors(&shop(), &options);
    assert!(
        error.contains("routes of an HTTP API, but the quota is 2"),
        "{error}"
    );
}

#[test]
fn a_name_has_one_meaning() {
    let api = Api::new()
        .authenticate(LambdaAuthorizer::from_any_api().name("function"))
        .routes(routes(&[("GET", "/", by("function"))]));
    assert_eq!(
        errors(&api, &http()),
        "- `${FunctionArn}` has two meanings: rename the variable, the authenticator or the function \
         with this name"
    );
    let nested = |name: &str| Api::new().function(Function::new().name(name));
    let api = Api::new()
        .nest("/a", nested("a-b"))
        .nest("/b", nested("aB"));
    let error = errors(&api, &http());
    assert!(
        error.contains("`${ABFunctionArn}` has two meanings"),
        "{error}"
    );
}

#[cfg(feature = "openapi")]
#[test]
fn models_need_a_rest_api_and_each_route() {
    let error = errors(&shop(), &http().models());
    assert_eq!(error, "- only a REST API has models");
    let api = Api::new().routes(routes(&[("GET", "/", Access::public())]));
    let error = errors(&api, &rest().routing(Routing::Proxy).models());
    assert_eq!(error, "- one route for everything has no models");
}

#[cfg(not(feature = "openapi"))]
#[test]
fn models_need_the_feature() {
    let error = errors(&shop(), &rest().models());
    assert!(
        error.contains("models need the feature `openapi`"),
        "{error}"
    );
}
