"""A manifest with every way to close a route, and a good template of it for each kind of API."""

import copy
import json

ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" + ARN
MAIN, REPORTS = "${AWS::StackName}-shop", "${AWS::StackName}-shop-reports"
SHARED = "#/components/x-amazon-apigateway-integrations/"
ANY = "x-amazon-apigateway-any-method"
SIGN_IN = "aws.cognito.signin.user.admin"
PUBLIC, COGNITO = {"public": True, "authenticators": []}, {"public": False, "authenticators": ["cognito"]}
IAM = {"public": False, "authenticators": ["iam"]}
SEVERAL = {"public": False, "authenticators": ["cognito", "iam"]}


def manifest():
    def route(method, path, access, **more):
        return {"method": method, "path": path, "access": access, "handler": "a::b", "location": "a:1"} | more

    return {
        "version": 1,
        "routes": [
            route("GET", "/health", PUBLIC),
            route("GET", "/me", COGNITO | {"groups": {"all": ["staff"]}}),
            route("POST", "/orders", COGNITO | {"scopes": {"all": ["orders/write", "orders/pay"]}}),
            route("GET", "/orders/{id}", COGNITO | {"scopes": {"any": ["orders/read", "orders/all"]}}),
            route("PUT", "/orders/{id}", SEVERAL),
            route("GET", "/internal", IAM),
            route("ANY", "/files/{path+}", COGNITO),
            route("GET", "/reports", IAM, function="reports"),
        ],
        "mounts": [{"prefix": "/legacy", "access": PUBLIC, "service": "a", "location": "a:1"}],
        "fallbacks": [],
        "authenticators": [
            {
                "id": "cognito",
                "name": "cognito",
                "kind": "cognito",
                "credential": {"in": "header", "name": "authorization", "prefix": "Bearer"},
                "challenge": "Bearer",
                "token": "access",
                "user_pools": [{"id": {"env": "COGNITO_POOL"}, "clients": [{"env": "COGNITO_CLIENT"}]}],
                "scopes_claim": "scope",
            },
            {
                "id": "iam",
                "name": "iam",
                "kind": "iam",
                "challenge": "AWS4-HMAC-SHA256",
                "apis": [{"env": "LAMBDA_API_IDS"}],
            },
        ],
    }


def streaming(name):
    """The integration of a REST API that streams."""
    uri = URI.replace("2015-03-31", "2021-11-15") + name + "/response-streaming-invocations"
    own = {"responseTransferMode": "STREAM", "timeoutInMillis": 3_000}
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": uri}} | own


def integration(kind, name):
    version = {"payloadFormatVersion": "2.0"} if kind == "http" else {}
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": f"{URI}{name}/invocations"}} | version


def operation(kind, scheme, *scopes, name=MAIN):
    own = integration(kind, name)
    if kind == "http":
        own = {"$ref": SHARED + ("Function" if name == MAIN else "ReportsFunction")}
    return {"security": [{scheme: list(scopes)}], "x-amazon-apigateway-integration": own}


def function(name, policies):
    variables = {
        "COGNITO_POOL": {"Ref": "Pool"},
        "COGNITO_CLIENT": {"Ref": "CognitoClient"},
        "LAMBDA_API_IDS": {"Ref": "Api"},
    }
    return {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": "shop"}},
        "Properties": {
            "CodeUri": ".",
            "FunctionName": {"Fn::Sub": name},
            "Handler": "bootstrap",
            "Runtime": "provided.al2023",
            "Architectures": ["arm64"],
            "Environment": {"Variables": variables},
            "Policies": policies,
        },
    }


def permission(function):
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": function},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": source},
        },
    }


def api(kind):
    def op(*scheme, **more):
        return operation(kind, *scheme, **more)

    me = [] if kind == "http" else [SIGN_IN]
    reports = op("AWS_IAM", name=REPORTS)
    paths = {
        "/health": {"get": op("NONE"), "head": op("NONE")},
        "/me": {"get": op("Cognito", *me), "head": op("Cognito", *me)},
        "/orders": {"post": op("Cognito", "orders/write", "orders/pay")},
        "/orders/{id}": {
            "get": op("Cognito", "orders/read", "orders/all"),
            "head": op("Cognito", "orders/read", "orders/all"),
            "put": op("NONE"),
        },
        "/internal": {"get": op("AWS_IAM"), "head": op("AWS_IAM")},
        "/files/{path+}": {ANY: op("Cognito", *me), "options": op("NONE")},
        "/reports": {"get": reports, "head": copy.deepcopy(reports)},
        "/legacy": {ANY: op("NONE")},
        "/legacy/{proxy+}": {ANY: op("NONE")},
    }
    body = {"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}, "paths": paths}
    if kind == "http":
        shared = {"Function": integration(kind, MAIN), "ReportsFunction": integration(kind, REPORTS)}
        body["components"] = {"x-amazon-apigateway-integrations": shared}
        issuer = "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
        jwt = {"issuer": {"Fn::Sub": issuer}, "audience": [{"Ref": "CognitoClient"}]}
        cognito = {"IdentitySource": "$request.header.Authorization", "JwtConfiguration": jwt}
        own = {"StageName": "$default", "FailOnWarnings": True}
        auth = {"EnableIamAuthorizer": True}
    else:
        cognito = {"UserPoolArn": {"Fn::GetAtt": ["Pool", "Arn"]}}
        own = {"StageName": "prod", "OpenApiVersion": "3.0.1"}
        auth = {"AddDefaultAuthorizerToCorsPreflight": False}
    auth |= {"DefaultAuthorizer": "Cognito", "Authorizers": {"Cognito": cognito}}
    type_name = "AWS::Serverless::HttpApi" if kind == "http" else "AWS::Serverless::Api"
    return {"Type": type_name, "Properties": own | {"Auth": auth, "DefinitionBody": body}}


def good(kind):
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"CognitoClient": {"Type": "String"}},
        "Resources": {
            "Pool": {"Type": "AWS::Cognito::UserPool"},
            "Api": api(kind),
            "Function": function(MAIN, ["AmazonSQSFullAccess"]),
            "FunctionPermission": permission("Function"),
            "ReportsFunction": function(REPORTS, []),
            "ReportsFunctionPermission": permission("ReportsFunction"),
        },
    }


def good_stream(kind):
    """A template of a gateway that streams responses."""
    template = good("rest")
    resources = template["Resources"]
    functions = [resources["Function"], resources["ReportsFunction"]]
    if kind == "url":
        resources = {name: resources[name] for name in ("Pool", "Function")}
        template["Resources"], functions = resources, functions[:1]
        variables = resources["Function"]["Properties"]["Environment"]["Variables"]
        variables["LAMBDA_API_IDS"] = "unknown"
        url = {"AuthType": "AWS_IAM", "InvokeMode": "RESPONSE_STREAM"}
        resources["Function"]["Properties"]["FunctionUrlConfig"] = url
    else:
        for item in resources["Api"]["Properties"]["DefinitionBody"]["paths"].values():
            for own in item.values():
                is_nested = REPORTS in json.dumps(own)
                own["x-amazon-apigateway-integration"] = streaming(REPORTS if is_nested else MAIN)
    for function in functions:
        function["Properties"]["Environment"]["Variables"]["LAMBDA_API_STREAM"] = kind
    return template
