//! What a gateway consists of.

use super::{assert_contains, errors, open, yaml};
use lambda_api::{
    Api,
    auth::{AlbOidc, gateway::Iam},
    env,
    template::{Gateway, Options},
};

#[test]
fn http_apis_share_integrations() {
    let yaml = yaml(&open(&[("GET", "/a"), ("POST", "/a")]), Gateway::HttpApi);
    assert_contains(
        &yaml,
        &[
            "Type: AWS::Serverless::HttpApi",
            "StageName: $default",
            "FailOnWarnings: true",
            "payloadFormatVersion: \"2.0\"",
            "SourceArn: !Sub \"arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*\"",
            "ApiUrl: {Value: !Sub \"https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}\"}",
        ],
    );
    assert_eq!(yaml.matches("httpMethod: POST").count(), 1);
    assert_eq!(yaml.matches("AWS::Lambda::Permission").count(), 1);
}

#[test]
fn rest_apis_pass_binary_bodies() {
    let yaml = yaml(&open(&[("GET", "/a")]), Gateway::RestApi);
    assert_contains(
        &yaml,
        &[
            "Type: AWS::Serverless::Api",
            "StageName: prod",
            "OpenApiVersion: \"3.0.1\"",
            "BinaryMediaTypes: [\"*~1*\"]",
            "EndpointConfiguration: {Type: REGIONAL}",
            "${Api.Stage}",
        ],
    );
}

#[test]
fn function_urls_have_the_id_as_a_parameter() {
    let api = Api::new()
        .authenticate(Iam::from_this_api())
        .routes(super::closed());
    let yaml = yaml(&api, Gateway::FunctionUrl);
    assert_contains(
        &yaml,
        &[
            "FunctionUrlConfig: {AuthType: AWS_IAM}",
            "LAMBDA_API_IDS: !Ref FunctionUrlId",
            "Default: unknown",
            "FunctionUrl: {Value: !GetAtt FunctionUrl.FunctionUrl}",
        ],
    );
    assert!(!yaml.contains("AWS::Lambda::Permission"), "{yaml}");
}

#[test]
fn load_balancers_get_a_rule() {
    let yaml = yaml(&open(&[("GET", "/a")]), Gateway::LoadBalancer);
    assert_contains(
        &yaml,
        &[
            "  ListenerArn:",
            "  RulePriority:",
            "Principal: elasticloadbalancing.amazonaws.com",
            "SourceAccount: !Ref AWS::AccountId",
            "DependsOn: FunctionPermission",
            "lambda.multi_value_headers.enabled",
            "Values: [\"/*\"]",
            "Priority: !Ref RulePriority",
        ],
    );
    assert_eq!(super::resource(&yaml, "Outputs"), "");
}

#[test]
fn the_listener_of_tokens_gets_the_rule() {
    let listener = AlbOidc::listener(env("LISTENER_ARN")).client("web");
    let api = Api::new().authenticate(listener).routes(super::closed());
    let yaml = yaml(&api, Gateway::LoadBalancer);
    assert_eq!(yaml.matches("ListenerArn: {Type").count(), 1, "{yaml}");
    assert_contains(
        &yaml,
        &[
            "LISTENER_ARN: !Ref ListenerArn",
            "ListenerArn: !Ref ListenerArn",
        ],
    );
}

#[test]
fn all_errors_are_reported_together() {
    let api = open(&[("GET", "/a/{x}"), ("PUT", "/a/{y}"), ("GET", "/caf%C3%A9")]);
    let errors = errors(&api, &Options::new(Gateway::RestApi));
    assert_eq!(errors.lines().count(), 2, "{errors}");
}
