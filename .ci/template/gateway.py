"""What a translated template makes of its API: operations, and what closes each of them in effect."""

import json
from typing import NamedTuple

from manifest import METHODS, normal
from translate import rendered

ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
DEFAULT_ROUTE = "/$default"
APIS = {"http": "AWS::ApiGatewayV2::Api", "rest": "AWS::ApiGateway::RestApi"}
SHARED = "#/components/x-amazon-apigateway-integrations/"


class Access(NamedTuple):
    """What closes an operation: `none`, `iam`, `jwt`, `cognito`, `lambda`, or `key`, a key alone."""

    kind: str
    scopes: list
    # What the authorizer verifies, as text with references in `${}`.
    scheme: dict

    def __str__(self):
        return f"{self.kind} {self.scopes}" if self.scopes else self.kind


class Operation(NamedTuple):
    path: str
    method: str
    access: Access
    # The name of the function, as text; `None` for a mock.
    function: str | None
    # Whether the response is a stream, and how long the gateway waits for it, in milliseconds.
    streams: bool
    timeout: int


class Gateway:
    """The API with the logical id `Api`. What it does not understand is in `errors`."""

    def __init__(self, translated, kind, values):
        self.kind, self.values, self.errors = kind, values, []
        self.resources = translated["Resources"]
        apis = {
            name: resource["Type"]
            for name, resource in self.resources.items()
            if resource["Type"] in APIS.values()
            and resource.get("Properties", {}).get("ProtocolType") != "WEBSOCKET"
        }
        if apis != {"Api": APIS[kind]}:
            self.errors.append(f"the APIs of the template are {apis}, not `Api` of kind {kind} alone")
        api = self.resources.get("Api", {}).get("Properties", {})
        self.body = api.get("Body") or {}
        self.schemes = self.body.get("components", {}).get("securitySchemes", {})
        if "security" in self.body:
            self.errors.append("the document has a `security` of its own: state it in `Auth`")
        self.operations = {}
        for path, item in self.body.get("paths", {}).items():
            for method, operation in item.items():
                self.add(path, method, operation)

    def text(self, value):
        return rendered(value, self.values)

    def add(self, path, method, operation):
        if method == "parameters":
            return
        name = "ANY" if method == ANY else method.upper()
        where = f"{name} {path}"
        if method != ANY and (method != method.lower() or name not in METHODS):
            self.errors.append(f"{where}: no method of API Gateway")
            return
        if not isinstance(operation, dict):
            self.errors.append(f"{where}: not an operation")
            return
        key = (normal(path), name)
        if key in self.operations:
            self.errors.append(f"{where}: another operation differs only in the name of its parameter")
        access = self.access(where, operation.get("security"))
        function, streams, timeout = self.function(where, operation.get(INTEGRATION))
        self.operations[key] = Operation(normal(path), name, access, function, streams, timeout)

    def access(self, where, security):
        """What closes an operation. What is not understood counts as open."""
        opened = Access("none", [], {})

        def wrong(problem):
            self.errors.append(f"{where}: {problem}")
            return opened

        if not security:
            return opened
        if not isinstance(security, list) or not all(isinstance(one, dict) for one in security):
            return wrong(f"security {json.dumps(security)} is not a list of schemes")
        if not all(security):
            return wrong("security has an empty element, which lets everybody in")
        schemes = {}
        for element in security:
            for name, scopes in element.items():
                if name in schemes:
                    return wrong(f"security names `{name}` twice")
                if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
                    return wrong(f"the scopes of `{name}` are not a list of texts")
                schemes[name] = scopes
        if unknown := [name for name in schemes if name != "NONE" and name not in self.schemes]:
            return wrong(f"security names `{unknown[0]}`, which is no scheme of the document")
        if "NONE" in schemes:
            if schemes["NONE"]:
                return wrong("`NONE` has scopes")
            if len(schemes) > 1 and set(schemes) != {"NONE", "api_key"}:
                return wrong("`NONE` beside another scheme")
        keys = schemes.pop("api_key", None)
        schemes.pop("NONE", None)
        if len(schemes) > 1:
            return wrong(f"security has several schemes: {', '.join(schemes)}")
        if not schemes:
            return Access("key", [], {}) if keys is not None else opened
        [(name, scopes)] = schemes.items()
        return self.authorizer(name, scopes, wrong)

    def authorizer(self, name, scopes, wrong):
        scheme = self.schemes[name]
        authorizer = scheme.get("x-amazon-apigateway-authorizer") or {}
        match authorizer.get("type"), scheme.get("x-amazon-apigateway-authtype"):
            case None, "awsSigv4":
                if (scheme.get("type"), scheme.get("in"), scheme.get("name")) != (
                    "apiKey",
                    "header",
                    "Authorization",
                ):
                    return wrong(f"`{name}` is not the scheme of IAM")
                kind, facts = "iam", {}
            case "jwt", None:
                jwt = authorizer.get("jwtConfiguration") or {}
                audience = jwt.get("audience") or []
                audience = audience if isinstance(audience, list) else [audience]
                header = str(authorizer.get("identitySource")).removeprefix("$request.header.")
                kind, facts = "jwt", {
                    "issuer": self.text(jwt.get("issuer")),
                    "audiences": {self.text(one) for one in audience},
                    "header": header,
                }
            case "cognito_user_pools", "cognito_user_pools":
                arns = {self.text(arn) for arn in authorizer.get("providerARNs") or []}
                kind, facts = "cognito", {"arns": arns, "header": scheme.get("name")}
            case "request" | "token", "custom" | None:
                kind, facts = "lambda", {"uri": self.text(authorizer.get("authorizerUri"))}
            case _:
                return wrong(f"`{name}` is not a scheme that closes an operation")
        return Access(kind, scopes, facts)

    def function(self, where, integration):
        """The name of the function that an operation calls, whether it streams, and the time that it may take."""
        found = integration if isinstance(integration, dict) else {}
        if set(found) == {"$ref"}:
            shared = self.body.get("components", {}).get("x-amazon-apigateway-integrations", {})
            found = shared.get(str(found["$ref"]).removeprefix(SHARED)) or {}
            if self.kind == "rest":
                self.errors.append(f"{where}: a REST API has no shared integrations")
        if found.get("type") == "mock" and where.startswith("OPTIONS "):
            return None, False, 0
        if "credentials" in found:
            self.errors.append(f"{where}: the integration has credentials")
        expected = {"type": "aws_proxy", "httpMethod": "POST"}
        if self.kind == "http":
            expected["payloadFormatVersion"] = "2.0"
        if wrong := [name for name, value in expected.items() if found.get(name) != value]:
            self.errors.append(f"{where}: `{wrong[0]}` of the integration is not {expected[wrong[0]]}")
        uri = self.text(found.get("uri"))
        streams = found.get("responseTransferMode") == "STREAM"
        # Another version of the API of Lambda, and another action.
        version, action = ("2015-03-31", "/invocations")
        if streams:
            version, action = ("2021-11-15", "/response-streaming-invocations")
        prefix = (
            f"arn:aws:apigateway:{self.text({'Ref': 'AWS::Region'})}:lambda:path/{version}/functions/"
            f"arn:aws:lambda:{self.text({'Ref': 'AWS::Region'})}:${{AWS::AccountId}}:function:"
        )
        if not uri.startswith(prefix) or not uri.endswith(action):
            self.errors.append(f"{where}: {uri!r} does not name a function of this account")
        timeout = found.get("timeoutInMillis", 29_000)
        return uri.removeprefix(prefix).removesuffix(action), streams, timeout

    def effective(self, method, path):
        """The operation that gets a request to exactly this path."""
        return self.operations.get((path, method)) or self.operations.get((path, "ANY"))
