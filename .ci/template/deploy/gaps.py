"""Adds to a translated template what the emulator does not read in it.

The emulator ignores the `Body` of an HTTP API. Of the `Body` of a REST API it ignores responses of the
gateway and those of mock integrations. What is added comes from the body alone, so that the deployment
has the routes, authorizers and CORS rules of the template, and no others.
"""

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def fill(template, kind):
    """Completes the template in place."""
    resources = template["Resources"]
    api = resources["Api"]["Properties"]
    added = http(api) if kind == "http" else rest(api)
    for resource in resources.values():
        if resource["Type"] == "AWS::ApiGateway::Deployment":
            # A deployment keeps the responses of the gateway that exist before it.
            resource["DependsOn"] = [*added]
    if clash := resources.keys() & added.keys():
        raise AssertionError(f"the template has resources of its own named {clash}")
    resources.update(added)


def operations(body):
    """Method, path and operation of each operation. The method of ANY is `ANY`."""
    for path, item in body["paths"].items():
        for name, operation in item.items():
            if name == ANY or name in METHODS:
                yield "ANY" if name == ANY else name.upper(), path, operation


def referred(body, value):
    """The value itself, or what its `$ref` refers to inside the body."""
    if isinstance(value, dict) and "$ref" in value:
        found = body
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found
    return value


def http(api):
    """The authorizers, integrations and routes of an HTTP API, as resources."""
    body = api["Body"]
    # The emulator keeps CORS rules as they are written, and reads the names of the body in them.
    if cors := body.get("x-amazon-apigateway-cors"):
        api["CorsConfiguration"] = cors
    schemes = body.get("components", {}).get("securitySchemes", {})
    added = {}
    for name, scheme in schemes.items():
        if authorizer := scheme.get("x-amazon-apigateway-authorizer"):
            added[f"Authorizer{name}"] = jwt_authorizer(name, authorizer)
    for number, (method, path, operation) in enumerate(operations(body)):
        integration = referred(body, operation[INTEGRATION])
        added[f"Integration{number}"] = resource(
            "Integration",
            IntegrationType=integration["type"].upper(),
            IntegrationUri=integration["uri"],
            PayloadFormatVersion=integration["payloadFormatVersion"],
        )
        added[f"Route{number}"] = resource(
            "Route",
            RouteKey="$default" if path == "/$default" else f"{method} {path}",
            Target={"Fn::Sub": f"integrations/${{Integration{number}}}"},
            **access(operation, schemes),
        )
    return added


def jwt_authorizer(name, authorizer):
    if authorizer["type"] != "jwt":
        raise AssertionError(f"{name}: no check here needs an authorizer of type {authorizer['type']}")
    return resource(
        "Authorizer",
        Name=name,
        AuthorizerType="JWT",
        IdentitySource=[authorizer["identitySource"]],
        JwtConfiguration={
            "Issuer": authorizer["jwtConfiguration"]["issuer"],
            "Audience": authorizer["jwtConfiguration"]["audience"],
        },
    )


def access(operation, schemes):
    """The properties of a route that say who can call it."""
    # An operation without security is open at an HTTP API. SAM writes `NONE`, which is no scheme.
    security = operation.get("security", [{"NONE": []}])
    if len(security) != 1 or len(security[0]) != 1:
        raise AssertionError(f"one scheme was expected, found {security}")
    [(name, scopes)] = security[0].items()
    if name == "NONE":
        return {"AuthorizationType": "NONE"}
    if schemes[name].get("x-amazon-apigateway-authtype") == "awsSigv4":
        return {"AuthorizationType": "AWS_IAM"}
    return {
        "AuthorizationType": "JWT",
        "AuthorizerId": {"Ref": f"Authorizer{name}"},
        "AuthorizationScopes": scopes,
    }


def resource(kind, **properties):
    return {
        "Type": f"AWS::ApiGatewayV2::{kind}",
        "Properties": {"ApiId": {"Ref": "Api"}, **properties},
    }


def rest(api):
    """The responses of the gateway of a REST API, as resources."""
    body = api["Body"]
    if any(method == "ANY" for method, *_ in operations(body)):
        raise AssertionError("the emulator ignores operations for any method of a REST API")
    # CloudFormation has `~1` for a slash in this property; the emulator does not decode it.
    api["BinaryMediaTypes"] = body.get("x-amazon-apigateway-binary-media-types", [])
    return {
        f"Response{name.replace('_', '')}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResponseType": name,
                "ResponseParameters": response["responseParameters"],
            },
        }
        for name, response in body.get("x-amazon-apigateway-gateway-responses", {}).items()
    }


def complete_mocks(gateway, api_id, template):
    """Adds the responses of the mock integrations to a deployed REST API.

    This needs the ids of its resources, which exist after the deployment.
    """
    body = template["Resources"]["Api"]["Properties"]["Body"]
    items = gateway.get_resources(restApiId=api_id, limit=500)["items"]
    ids = {item["path"]: item["id"] for item in items}
    for method, path, operation in operations(body):
        integration = operation[INTEGRATION]
        if integration["type"] != "mock":
            continue
        place = {"restApiId": api_id, "resourceId": ids[path], "httpMethod": method}
        gateway.put_integration(
            **place, type="MOCK", requestTemplates=integration["requestTemplates"]
        )
        for response in integration["responses"].values():
            gateway.put_integration_response(
                **place,
                statusCode=response["statusCode"],
                responseParameters=response["responseParameters"],
                responseTemplates=response["responseTemplates"],
            )
