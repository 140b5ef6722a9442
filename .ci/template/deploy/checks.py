"""What callers get from a deployed API."""

import json

from users import iam_user

ORIGIN = "https://app.example.com"
SUBJECT = "arn:aws:iam::123456789012:user/reports"


def expect(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")
    print(f"ok: {what}", flush=True)


def outcome(response):
    """The status, and who decided: the code of a problem of the function, or `gateway`."""
    status, headers, body = response
    kind = headers.get("content-type", "").partition(";")[0]
    if kind == "application/problem+json":
        return status, json.loads(body)["code"]
    if status >= 400:
        return status, "gateway"
    return status


def permission(emulator, api, function, values):
    """The one statement of the function's policy. The emulator does not ask it."""
    policy = emulator.client("lambda").get_policy(FunctionName=function)["Policy"]
    [statement] = json.loads(policy)["Statement"]
    place = f"{values['AWS::Region']}:{values['AWS::AccountId']}:{api.api_id}"
    [[source]] = [[*condition.values()] for condition in statement["Condition"].values()]
    expect(
        "one permission, of this API alone",
        (statement["Principal"], source),
        ({"Service": "apigateway.amazonaws.com"}, f"arn:aws:execute-api:{place}/*"),
    )


def tokens(kind, api, pool):
    pool.sign_up("alice", ["admins"])
    pool.sign_up("bob")
    admin, _ = pool.sign_in("alice")
    user, id_token = pool.sign_in("bob")
    writer = pool.log_in("bob")

    def call(method, path, token=None):
        return outcome(api.call(method, path, token))

    expect("health is public", call("GET", "/health"), 200)
    expect("no token: the gateway rejects", call("GET", "/me"), (401, "gateway"))
    changed = user[:-8] + user[-8:][::-1]
    expect("a changed token: the gateway rejects", call("GET", "/me", changed), (401, "gateway"))
    _, _, body = api.call("GET", "/me", admin)
    expect("a token: the groups are known", json.loads(body)["groups"], ["admins"])
    expect("HEAD is there where GET is", call("HEAD", "/me", user), 200)
    # An HTTP API accepts both kinds of token, so the function rejects this one. A REST API misses
    # the scope.
    rejected = (401, "invalid_token") if kind == "http" else (401, "gateway")
    expect("an ID token is rejected", call("GET", "/me", id_token), rejected)
    expect("an admin is allowed", call("GET", "/admin", admin), 200)
    expect("no group: the function denies", call("GET", "/admin", user), (403, "forbidden"))
    # A REST API rejects a token without the scope as it rejects no token:
    # https://repost.aws/knowledge-center/api-gateway-cognito-401-unauthorized
    denied = (403, "gateway") if kind == "http" else (401, "gateway")
    expect("no scope: the gateway denies", call("POST", "/orders", user), denied)
    expect("the scope: an order is placed", call("POST", "/orders", writer), 201)


def binary(api):
    status, headers, image = api.call("GET", "/logo", headers={"accept": "image/*"})
    expect(
        "a binary response arrives as bytes",
        (status, headers["content-type"], image[:6], image[-1:]),
        (200, "image/gif", b"GIF89a", b";"),
    )


def preflight(kind, api):
    asked = {"origin": ORIGIN, "access-control-request-method": "GET"}
    status, headers, _ = api.call("OPTIONS", "/me", headers=asked)
    expect("a preflight needs no token", status in (200, 204), True)
    expect("it allows the origin", headers["access-control-allow-origin"], ORIGIN)
    methods = headers["access-control-allow-methods"].replace(" ", "").split(",")
    expect("it allows the method", "GET" in methods, True)
    # The emulator adds CORS headers to no rejection of an HTTP API, which AWS does.
    if kind == "rest":
        status, headers, _ = api.call("GET", "/me", headers={"origin": ORIGIN})
        found = status, headers["access-control-allow-origin"]
        expect("pages can read the 401 of the gateway", found, (401, ORIGIN))


def signatures(kind, api, policy):
    reports = iam_user(api.emulator, f"reports-{kind}", policy)
    elsewhere = policy.replace("/internal", "/elsewhere")
    expect("the policy names the path", elsewhere != policy, True)
    stranger = iam_user(api.emulator, f"stranger-{kind}", elsewhere)

    def signed(method, key):
        return outcome(api.signed(method, "/internal", key))

    expect("no signature: denied", outcome(api.call("GET", "/internal")), (403, "gateway"))
    status, _, body = api.signed("GET", "/internal", reports)
    expect("a signature: allowed", status, 200)
    expect("the caller is known", f":user/reports-{kind}" in body.decode(), True)
    expect("HEAD is allowed by the same policy", signed("HEAD", reports), 200)
    wrong = (reports[0], reports[1][::-1])
    expect("a wrong signature: denied", signed("GET", wrong), (403, "gateway"))
    expect("a policy for another path: denied", signed("GET", stranger), (403, "gateway"))


def event(kind, api_id, path, **identity):
    """An event for a GET request, as the gateway writes it for a verified caller."""
    context = {"apiId": api_id, "accountId": "123456789012", "stage": "test", "requestId": "1"}
    if kind == "http":
        http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
        return {
            "version": "2.0",
            "routeKey": f"GET {path}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {},
            "requestContext": context | {"http": http, "authorizer": {"iam": identity}},
            "isBase64Encoded": False,
        }
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": {},
        "multiValueHeaders": {},
        "requestContext": context
        | {"resourcePath": path, "httpMethod": "GET", "path": path, "identity": identity},
        "body": None,
        "isBase64Encoded": False,
    }


def pinned(kind, api, function, other_api):
    """The function trusts what its own API has verified, and nothing of another one."""
    functions = api.emulator.client("lambda")

    def invoked(api_id):
        sent = event(kind, api_id, "/internal", **identity)
        called = functions.invoke(FunctionName=function, Payload=json.dumps(sent))
        response = json.load(called["Payload"])
        status, body = response["statusCode"], response["body"]
        return (status, json.loads(body)["code"]) if status >= 400 else status

    identity = {
        "accessKey": "AKIAIOSFODNN7EXAMPLE",
        "accountId": "123456789012",
        "userArn": SUBJECT,
    }
    identity |= {"userId": "AIDAEXAMPLE"} if kind == "http" else {"user": "AIDAEXAMPLE"}
    expect("an event of this API is trusted", invoked(api.api_id), 200)
    expect("an event of another API is not", invoked(other_api), (401, "invalid_token"))
