"""Tests of the checker: each mutant of a good template must be found, and the good one passes.

usage: mutants.py [NAME..]
"""

import json
import sys

import worker
from check import check, stream
from manifest import Manifest, closure
from shop import (
    ANY,
    IAM,
    SHARED,
    good,
    good_stream,
    integration,
    manifest,
    operation,
    permission,
    streaming,
)

class Mutable:
    """A good template, with short names for its parts."""

    def __init__(self, kind):
        self.kind, self.template = kind, good(kind)
        self.resources = self.template["Resources"]
        self.api = self.resources["Api"]["Properties"]
        self.auth, self.body = self.api["Auth"], self.api["DefinitionBody"]
        self.paths = self.body["paths"]

    def op(self, *scheme):
        return operation(self.kind, *scheme)

    def secure(self, path, *security):
        self.paths[path]["get"]["security"] = list(security)

    def event(self, auth, path="/me", **more):
        type_name, id_key = ("HttpApi", "ApiId") if self.kind == "http" else ("Api", "RestApiId")
        properties = {"Path": path, "Method": "get", "Auth": auth, id_key: {"Ref": "Api"}} | more
        properties = {key: value for key, value in properties.items() if value is not None}
        events = {"Extra": {"Type": type_name, "Properties": properties}}
        self.resources["Function"]["Properties"]["Events"] = events

    def implicit(self):
        id_key = "ApiId" if self.kind == "http" else "RestApiId"
        self.event({}, "/health", Auth=None, **{id_key: None})


def swap_security(one, other):
    one["security"], other["security"] = other["security"], one["security"]


def rename(container, old, new):
    container[new] = container.pop(old)


def set_variable(m, name, value):
    m.resources["Function"]["Properties"]["Environment"]["Variables"][name] = value


# What is changed, and a part of what must be reported. A name that ends in `http` or `rest` is of this
# kind alone.
MUTANTS = {
    "no_default_authorizer": (lambda m: m.auth.pop("DefaultAuthorizer"), "no `DefaultAuthorizer`"),
    "no_default_and_no_security": (
        lambda m: (m.auth.pop("DefaultAuthorizer"), m.paths["/me"]["get"].pop("security")),
        "GET /me: it is open",
    ),
    "default_that_does_not_exist": (lambda m: m.auth.update(DefaultAuthorizer="Cogito"), "Cogito"),
    "misspelt_security": (
        lambda m: rename(m.paths["/internal"]["get"], "security", "securty"),
        "unknown key `securty`",
    ),
    "misspelt_key_of_auth": (
        lambda m: rename(m.auth, "DefaultAuthorizer", "DefaultAuthoriser"),
        "Invalid value for 'Auth'",
    ),
    "misspelt_key_of_an_event": (lambda m: m.event({"Authoriser": "Cognito"}), "`Authoriser`"),
    "misspelt_key_of_an_authorizer": (
        lambda m: m.auth["Authorizers"]["Cognito"].update(AuthorisationScopes=["a"]),
        "`AuthorisationScopes`",
    ),
    "none_with_scopes": (lambda m: m.secure("/health", {"NONE": ["a"]}), "`NONE` has scopes"),
    "any_open_beside_closed_get": (
        lambda m: m.paths["/me"].update({ANY: m.op("NONE")}),
        "POST /me: the program has no such route",
    ),
    "any_open_in_place_of_closed_get": (
        lambda m: m.paths.update({"/me": {ANY: m.op("NONE")}}),
        "GET /me: it is open",
    ),
    "implicit_api": (lambda m: m.implicit(), "an API of its own"),
    "unknown_scheme": (lambda m: m.secure("/me", {"Cogntio": []}), "`Cogntio`"),
    "key_alone_rest": (
        lambda m: (m.secure("/internal", {"NONE": []}), m.auth.update(ApiKeyRequired=True)),
        "an API key alone",
    ),
    # SAM ignores it beside a document.
    "key_of_an_event_alone_rest": (
        lambda m: (
            m.secure("/me", {"NONE": []}),
            m.event({"Authorizer": "NONE", "ApiKeyRequired": True}),
        ),
        "GET /me: it is open",
    ),
    "key_in_security_alone_rest": (
        lambda m: (
            m.secure("/me", {"NONE": []}, {"api_key": []}),
            # SAM moves it to `components`, and replaces what is there.
            m.body.update(
                securityDefinitions={"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
            ),
        ),
        "an API key alone",
    ),
    "open_closed_route": (lambda m: m.secure("/me", {"NONE": []}), "GET /me: it is open"),
    "open_iam_route": (lambda m: m.secure("/internal", {"NONE": []}), "GET /internal: it is open"),
    "open_head": (
        lambda m: m.paths["/me"]["head"].update(security=[{"NONE": []}]),
        "HEAD /me: it is open",
    ),
    "empty_element": (lambda m: m.secure("/me", {}, {"Cognito": []}), "empty element"),
    "alternatives": (lambda m: m.secure("/me", {"Cognito": []}, {"AWS_IAM": []}), "several schemes"),
    "none_beside_a_scheme": (lambda m: m.secure("/me", {"NONE": [], "Cognito": []}), "`NONE` beside"),
    "closed_public_route": (lambda m: m.secure("/health", {"AWS_IAM": []}), "everybody may call"),
    "closed_route_of_several": (
        lambda m: m.paths["/orders/{id}"]["put"].update(security=[{"AWS_IAM": []}]),
        "the function must decide",
    ),
    "another_scheme": (lambda m: m.secure("/me", {"AWS_IAM": []}), "iam closes it, not"),
    "no_iam_scheme_http": (lambda m: m.auth.pop("EnableIamAuthorizer"), "`AWS_IAM`"),
    "no_default_for_iam_rest": (lambda m: m.auth.pop("DefaultAuthorizer"), "`AWS_IAM`"),
    "missing_scopes": (lambda m: m.secure("/orders/{id}", {"Cognito": []}), "its scopes are []"),
    "additional_scope": (
        lambda m: m.secure("/orders/{id}", {"Cognito": ["orders/read", "orders/all", "openid"]}),
        "its scopes are",
    ),
    "swapped_scopes": (
        lambda m: swap_security(m.paths["/orders"]["post"], m.paths["/orders/{id}"]["get"]),
        "its scopes are",
    ),
    "scopes_that_access_tokens_lack_rest": (
        lambda m: m.secure("/me", {"Cognito": []}),
        "GET /me: its scopes are []",
    ),
    "dropped_operation": (lambda m: m.paths["/orders"].pop("post"), "POST /orders: no operation"),
    "dropped_path": (lambda m: m.paths.pop("/internal"), "GET /internal: no operation"),
    "dropped_head": (lambda m: m.paths["/me"].pop("head"), "HEAD /me: no operation"),
    "dropped_mount": (lambda m: m.paths.pop("/legacy/{proxy+}"), "/legacy/{+}: no operation"),
    "additional_path": (
        lambda m: m.paths.update({"/debug": {"get": m.op("NONE")}}),
        "GET /debug: the program has no such route",
    ),
    "additional_greedy_path": (
        lambda m: m.paths.update({"/{proxy+}": {ANY: m.op("NONE")}}),
        "/{+}: the program has no such route",
    ),
    "additional_method": (
        lambda m: m.paths["/me"].update({"delete": m.op("Cognito")}),
        "DELETE /me: the program has no such route",
    ),
    "default_route_http": (
        lambda m: m.paths.update({"/$default": {ANY: m.op("NONE") | {"isDefaultRoute": True}}}),
        "/$default: the program has no such route",
    ),
    "capital_method": (lambda m: rename(m.paths["/me"], "get", "GET"), " /me"),
    "no_permission": (lambda m: m.resources.pop("FunctionPermission"), "Function has 0 permissions"),
    "no_permission_of_nested": (
        lambda m: m.resources.pop("ReportsFunctionPermission"),
        "ReportsFunction has 0 permissions",
    ),
    "two_permissions": (
        lambda m: m.resources.update(Second=permission("Function")),
        "Function has 2 permissions",
    ),
    "permission_of_an_event": (
        lambda m: m.event({}, "/health", Auth=None),
        "Function has ",
    ),
    "permission_for_everybody": (
        lambda m: m.resources["FunctionPermission"]["Properties"].update(Principal="*"),
        "the permission of Function",
    ),
    "permission_for_every_api": (
        lambda m: m.resources["FunctionPermission"]["Properties"].pop("SourceArn"),
        "the permission of Function",
    ),
    "permission_for_one_path": (
        lambda m: m.resources["FunctionPermission"]["Properties"]["SourceArn"].update(
            {
                "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/me"
            }
        ),
        "the permission of Function",
    ),
    "function_of_another_route": (
        lambda m: m.paths["/reports"]["get"].update(m.op("AWS_IAM")),
        "GET /reports: ${AWS::StackName}-shop has it",
    ),
    "unknown_function_http": (
        lambda m: m.body["components"]["x-amazon-apigateway-integrations"].update(
            Function=integration("http", "other")
        ),
        "no function is named other",
    ),
    "unknown_function_rest": (
        lambda m: m.paths["/me"]["get"].update(
            {"x-amazon-apigateway-integration": integration("rest", "other")}
        ),
        "no function is named other",
    ),
    "unknown_integration_http": (
        lambda m: m.paths["/me"]["get"]["x-amazon-apigateway-integration"].update({"$ref": SHARED + "Fn"}),
        "GET /me: `type` of the integration",
    ),
    "no_integration": (
        lambda m: m.paths["/me"]["get"].pop("x-amazon-apigateway-integration"),
        "GET /me: `type` of the integration",
    ),
    "credentials_rest": (
        lambda m: m.paths["/me"]["get"]["x-amazon-apigateway-integration"].update(
            credentials="arn:aws:iam::*:user/*"
        ),
        "has credentials",
    ),
    "another_pool_http": (
        lambda m: m.auth["Authorizers"]["Cognito"]["JwtConfiguration"].update(
            issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"
        ),
        "is not the user pool ${Pool}",
    ),
    "another_client_http": (
        lambda m: m.auth["Authorizers"]["Cognito"]["JwtConfiguration"].update(audience=["other"]),
        "the audiences are",
    ),
    "another_header_http": (
        lambda m: m.auth["Authorizers"]["Cognito"].update(IdentitySource="$request.header.X-Token"),
        "the credential is in authorization",
    ),
    "another_pool_rest": (
        lambda m: m.auth["Authorizers"]["Cognito"].update(
            UserPoolArn="arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_other"
        ),
        "lack ${Pool}",
    ),
    "siblings_rest": (
        lambda m: m.paths.update({"/orders/{order}/x": {"options": m.op("NONE")}}),
        "which a REST API rejects",
    ),
    "missing_variable": (
        lambda m: m.resources["Function"]["Properties"]["Environment"]["Variables"].pop("COGNITO_POOL"),
        "Function lacks the variable COGNITO_POOL",
    ),
    "another_trusted_api": (lambda m: set_variable(m, "LAMBDA_API_IDS", "*"), "is not `!Ref Api`"),
    "security_of_the_document": (
        lambda m: m.body.update(security=[{"NONE": []}]),
        "a `security` of its own",
    ),
    "second_api": (
        lambda m: m.resources.update(Second={"Type": "AWS::Serverless::HttpApi"}),
        "not `Api` of kind",
    ),
}


def variables_of(template, function="Function"):
    return template["Resources"][function]["Properties"]["Environment"]["Variables"]


def get_me(template):
    return template["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]["/me"]["get"]


# The same for templates of gateways that stream.
STREAM_MUTANTS = {
    "url": {
        "no_variable": (lambda t: variables_of(t).pop("LAMBDA_API_STREAM"), "streams responses, but"),
        "another_source": (
            lambda t: variables_of(t).update(LAMBDA_API_STREAM="rest"),
            "streams responses, but `LAMBDA_API_STREAM` lists ['rest']",
        ),
        "unknown_name": (
            lambda t: variables_of(t).update(LAMBDA_API_STREAM="url,http"),
            "does not start with 'http' in `LAMBDA_API_STREAM`",
        ),
        "upper_case": (
            lambda t: variables_of(t).update(LAMBDA_API_STREAM="URL"),
            "does not start with 'URL' in `LAMBDA_API_STREAM`",
        ),
        "buffering_url": (
            lambda t: t["Resources"]["Function"]["Properties"]["FunctionUrlConfig"].pop("InvokeMode"),
            "buffers responses, but `LAMBDA_API_STREAM` lists ['url']",
        ),
        "no_url": (
            lambda t: t["Resources"]["Function"]["Properties"].pop("FunctionUrlConfig"),
            "no function URL",
        ),
    },
    "rest": {
        "no_variable": (lambda t: variables_of(t).pop("LAMBDA_API_STREAM"), "streams responses, but"),
        "no_variable_of_nested": (
            lambda t: variables_of(t, "ReportsFunction").pop("LAMBDA_API_STREAM"),
            "GET /reports: the gateway streams responses, but",
        ),
        "another_source": (
            lambda t: variables_of(t).update(LAMBDA_API_STREAM="url"),
            "streams responses, but",
        ),
        "unknown_name_of_nested": (
            lambda t: variables_of(t, "ReportsFunction").update(LAMBDA_API_STREAM="rest;url"),
            "ReportsFunction: does not start with 'rest;url'",
        ),
        "one_buffering_operation": (
            lambda t: get_me(t).update(
                {"x-amazon-apigateway-integration": integration("rest", "${AWS::StackName}-shop")}
            ),
            "GET /me: the gateway buffers responses, but",
        ),
        "mode_without_its_uri": (
            lambda t: get_me(t)["x-amazon-apigateway-integration"].update(
                uri=integration("rest", "${AWS::StackName}-shop")["uri"]
            ),
            "does not name a function of this account",
        ),
        "uri_without_its_mode": (
            lambda t: get_me(t)["x-amazon-apigateway-integration"].pop("responseTransferMode"),
            "does not name a function of this account",
        ),
        "uri_with_the_version_of_buffers": (
            lambda t: get_me(t)["x-amazon-apigateway-integration"]["uri"].update(
                {
                    "Fn::Sub": streaming("${AWS::StackName}-shop")["uri"]["Fn::Sub"].replace(
                        "2021-11-15", "2015-03-31"
                    )
                }
            ),
            "does not name a function of this account",
        ),
        "gateway_that_waits_29_seconds": (
            lambda t: get_me(t)["x-amazon-apigateway-integration"].pop("timeoutInMillis"),
            "GET /me: the gateway waits 29000 ms",
        ),
    },
}


def found(template, kind, with_lint=False, routes="each"):
    return check(manifest(), json.dumps(template), kind, routes, with_lint)


def test_good():
    for kind in ("http", "rest"):
        errors = found(good(kind), kind, with_lint=True)
        assert not errors, errors


def test_another_kind():
    assert found(good("http"), "rest")
    assert found(good("rest"), "http")


def test_proxy():
    """One route for everything: open is right, unless the function relies on the gateway."""
    closed = manifest()
    closed["routes"] = [one for one in closed["routes"] if one["access"] != IAM and "function" not in one]
    for kind in ("http", "rest"):
        m = Mutable(kind)
        places = ["/$default"] if kind == "http" else ["/", "/{proxy+}"]
        more = {"isDefaultRoute": True} if kind == "http" else {}
        m.body["paths"] = {path: {ANY: m.op("NONE") | more} for path in places}
        errors = check(closed, json.dumps(m.template), kind, "proxy")
        assert not errors, errors
        assert any("must verify" in one for one in found(m.template, kind, routes="proxy"))
        assert found(m.template, kind)
        m.body["paths"]["/me"] = {"get": m.op("NONE")}
        errors = check(closed, json.dumps(m.template), kind, "proxy")
        assert any("not one route for everything" in one for one in errors), errors


def test_closures():
    """What a gateway can check for one authenticator."""
    header, cookie = {"in": "header", "name": "authorization"}, {"in": "cookie", "name": "token"}
    pool = {"id": "eu-west-1_a", "clients": ["a"]}
    issuer = {"issuer": "https://id.example.com", "audiences": ["a"]}
    jwt = {"kind": "jwt", "credential": header, "issuers": [issuer]}
    cognito = {"kind": "cognito", "credential": header, "user_pools": [pool]}
    for one, http, rest in [
        (jwt, "jwt", "none"),
        (jwt | {"algorithms": ["ES256"]}, "none", "none"),
        (jwt | {"credential": cookie}, "none", "none"),
        (jwt | {"issuers": [issuer, issuer]}, "none", "none"),
        (jwt | {"issuers": [{"issuer": "https://id.example.com"}]}, "none", "none"),
        (cognito, "jwt", "cognito"),
        (cognito | {"credential": cookie}, "none", "none"),
        (cognito | {"user_pools": [{"id": "eu-west-1_a"}]}, "none", "cognito"),
        (cognito | {"user_pools": [pool, pool]}, "none", "cognito"),
        ({"kind": "gateway_jwt"}, "jwt", "none"),
        ({"kind": "gateway_cognito"}, "jwt", "cognito"),
        ({"kind": "iam"}, "iam", "iam"),
        ({"kind": "lambda"}, "lambda", "lambda"),
        ({"kind": "mtls"}, "none", "none"),
        ({"kind": "api_key", "credential": header}, "none", "none"),
        ({"kind": "alb", "credential": header}, "none", "none"),
        ({"kind": "custom"}, "none", "none"),
    ]:
        found = closure(one, "http").kind, closure(one, "rest").kind
        assert found == (http, rest), (one, found)


def test_router():
    """The manifest's order of routes is that of the program's router."""
    shop = manifest()
    shop["fallbacks"] = [
        {"prefix": "", "access": IAM, "every_method": False},
        {"prefix": "/legacy", "access": IAM, "every_method": True},
    ]
    router = Manifest(shop)
    for method, path, expected in [
        ("HEAD", "/me", ("GET", "/me")),
        ("HEAD", "/files/{+}", ("ANY", "/files/{+}")),
        ("GET", "/orders/{id}", ("GET", "/orders/{id}")),
        ("POST", "/legacy/a/b", ("ANY", "/legacy/{+}")),
        ("POST", "/legacy", ("ANY", "/legacy")),
        ("POST", "/{+}", ("ANY", "/{+}")),
        ("DELETE", "/me", ("ANY", "/{+}")),
    ]:
        found = router.find(method, path)
        assert (found.method, found.path) == expected, (method, path, found)


def test_stream():
    lines = [
        json.dumps({"kind": kind, "manifest": manifest(), "template": json.dumps(good(kind))})
        for kind in ("http", "rest")
    ]
    assert stream(lines, 0) == 0
    assert stream([], 0) == 1, "no pairs at all are an error"


def test_mutants(names):
    for name, (change, expected) in MUTANTS.items():
        if names and name not in names:
            continue
        of_one = name.rpartition("_")[2]
        for kind in [of_one] if of_one in ("http", "rest") else ["http", "rest"]:
            mutable = Mutable(kind)
            change(mutable)
            errors = found(mutable.template, kind)
            assert any(expected in error for error in errors), f"{name} ({kind}): {errors}"


def test_streams(names):
    for kind, mutants in STREAM_MUTANTS.items():
        errors = found(good_stream(kind), kind, with_lint=True)
        assert not errors, errors
        for name, (change, expected) in mutants.items():
            if names and name not in names:
                continue
            template = good_stream(kind)
            change(template)
            errors = found(template, kind)
            assert any(expected in error for error in errors), f"{name} ({kind}): {errors}"
        # The program decides instead of the variable.
        template = good_stream(kind)
        for function in ("Function", "ReportsFunction"):
            if function in template["Resources"]:
                variables_of(template, function).pop("LAMBDA_API_STREAM")
        for streams, is_good in [([kind], True), ([], False)]:
            errors = check(manifest() | {"streams": streams}, json.dumps(template), kind, with_lint=False)
            assert (not errors) == is_good, errors
        # Both are off, although they were to be on.
        buffered = good_stream(kind)
        errors = check(manifest(), json.dumps(buffered), kind, with_lint=False, with_streams=False)
        assert any("streams responses, but is to buffer them" in error for error in errors), errors
    stream = good("http")
    stream["Resources"]["Api"]["Properties"]["DefinitionBody"]["components"][
        "x-amazon-apigateway-integrations"
    ]["Function"] = streaming("${AWS::StackName}-shop") | {"payloadFormatVersion": "2.0"}
    errors = found(stream, "http")
    assert any("a gateway of kind http does not stream" in error for error in errors), errors
    # The variable is read behind every gateway, unless the program decides.
    for streams, is_good in [(None, False), ([], True)]:
        template = good("http")
        environment = template["Resources"]["Function"]["Properties"].setdefault("Environment", {})
        environment.setdefault("Variables", {})["LAMBDA_API_STREAM"] = "url,alb"
        errors = check(manifest() | {"streams": streams}, json.dumps(template), "http", with_lint=False)
        assert (not errors) == is_good, errors
        assert is_good or any("does not start with 'alb'" in error for error in errors), errors


def test_worker(names):
    """A program without a gateway, whose events come from every kind of source."""
    for kind in ("http", "rest", "url", "alb"):
        errors = check(worker.manifest(), json.dumps(worker.good()), kind)
        assert not errors, errors
    errors = check(worker.socket_manifest(), json.dumps(worker.good_socket()), "http")
    assert not errors, errors
    for of, good_one, mutants in [
        (worker.manifest(), worker.good, worker.MUTANTS),
        (worker.socket_manifest(), worker.good_socket, worker.SOCKET_MUTANTS),
    ]:
        for name, (change, expected) in mutants.items():
            if names and name not in names:
                continue
            template = good_one()
            change(template)
            errors = check(of, json.dumps(template), "http", with_lint=False)
            assert any(expected in error for error in errors), f"{name}: {errors}"


test_mutants(sys.argv[1:])
test_worker(sys.argv[1:])
test_streams(sys.argv[1:])
test_closures()
test_router()
test_good()
test_another_kind()
test_proxy()
test_stream()
count = len(MUTANTS) + len(worker.MUTANTS) + len(worker.SOCKET_MUTANTS) + sum(map(len, STREAM_MUTANTS.values()))
print(f"{count} mutants found")
