"""Keys of a source template that say who may call. SAM and the gateway ignore most misspelt ones."""

OPERATION = {
    "security",
    "x-amazon-apigateway-integration",
    "isDefaultRoute",
    "operationId",
    "summary",
    "description",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "x-amazon-apigateway-request-validator",
}
PATH = {
    *("get", "head", "post", "put", "patch", "delete", "options", "parameters"),
    "x-amazon-apigateway-any-method",
}
API_AUTH = {
    "http": {"DefaultAuthorizer", "Authorizers", "EnableIamAuthorizer"},
    "rest": {
        "DefaultAuthorizer",
        "Authorizers",
        "AddDefaultAuthorizerToCorsPreflight",
        "AddApiKeyRequiredToCorsPreflight",
        "ApiKeyRequired",
        "UsagePlan",
        "ResourcePolicy",
    },
}
AUTHORIZER = {
    "http": {
        "IdentitySource",
        "JwtConfiguration",
        "AuthorizationScopes",
        "FunctionArn",
        "FunctionInvokeRole",
        "AuthorizerPayloadFormatVersion",
        "EnableSimpleResponses",
        "EnableFunctionDefaultPermissions",
        "Identity",
    },
    "rest": {
        "UserPoolArn",
        "AuthorizationScopes",
        "FunctionArn",
        "FunctionInvokeRole",
        "FunctionPayloadType",
        "DisableFunctionDefaultPermissions",
        "Identity",
    },
}
EVENT_AUTH = {
    "http": {"Authorizer", "AuthorizationScopes"},
    "rest": {
        "Authorizer",
        "AuthorizationScopes",
        "ApiKeyRequired",
        "InvokeRole",
        "OverrideApiAuth",
        "ResourcePolicy",
    },
}
EVENTS = {"HttpApi": ("http", "ApiId"), "Api": ("rest", "RestApiId")}


def unknown(where, value, known):
    """An error for each key that is not known."""
    if not isinstance(value, dict):
        return [f"{where}: {value!r} has no keys"]
    return [f"{where}: unknown key `{key}`" for key in value if key not in known]


def misspelt(template, kind):
    """The errors in the source of a template."""
    errors = []
    api = (template["Resources"].get("Api") or {}).get("Properties") or {}
    auth = api.get("Auth") or {}
    errors += unknown("Auth", auth, API_AUTH[kind])
    for name, authorizer in (auth.get("Authorizers") or {}).items():
        errors += unknown(f"authorizer {name}", authorizer, AUTHORIZER[kind])
    for path, item in ((api.get("DefinitionBody") or {}).get("paths") or {}).items():
        errors += unknown(path, item, PATH)
        for method, operation in item.items() if isinstance(item, dict) else []:
            if method != "parameters":
                errors += unknown(f"{method} {path}", operation, OPERATION)
    for name, resource in template["Resources"].items():
        events = (resource.get("Properties") or {}).get("Events") or {}
        if resource.get("Type") != "AWS::Serverless::Function":
            continue
        for event, described in events.items():
            if described.get("Type") not in EVENTS:
                continue
            of_kind, id_key = EVENTS[described["Type"]]
            where = f"event {event} of {name}"
            properties = described.get("Properties") or {}
            if properties.get(id_key) != {"Ref": "Api"}:
                errors.append(f"{where}: no `{id_key}: !Ref Api`, so that SAM makes an API of its own")
            errors += unknown(f"{where}: Auth", properties.get("Auth") or {}, EVENT_AUTH[of_kind])
    return errors
