"""Invokes programs with every sample event of a folder, and checks their responses.

usage: events.py DIRECTORY FOLDER

HTTP events go to the program `echo`. Each other event goes to a program with a handler for it, which the program
names on standard error; those of authorizers once more with a token. Warm-ups are in the folder `cases` beside
FOLDER. DIRECTORY has the compiled programs.
"""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# The sources that the events of a subfolder may come from. Those of an HTTP API with payload
# format 1.0 are among those of REST APIs, which they resemble.
SOURCES = {
    "rest": {"rest", "http1"},
    "http": {"http"},
    "url": {"url"},
    "alb": {"alb"},
    "alb-multi": {"alb-multi"},
    "lattice1": {"lattice1"},
    "lattice2": {"lattice2"},
}
MEMBERS = {
    "source", "method", "path", "query", "headers", "cookies", "body", "stage", "request_id",
    "source_ip",
}  # fmt: skip


def is_readable(event):
    """Whether the body of an event is valid.

    Some samples declare plain text as base64; the response to these is a 400.
    """
    event = json.loads(event.read_bytes())
    if event.get("isBase64Encoded") or event.get("is_base64_encoded"):
        try:
            base64.b64decode(event.get("body") or "", validate=True)
        except ValueError:
            return False
    return True


def is_web_socket(event):
    """Whether an event is of a WebSocket API; it has the members of a REST API event."""
    context = json.loads(event.read_bytes()).get("requestContext") or {}
    return context.get("connectionId") is not None


def invoke(program, event, **variables):
    """A run of a program with an event."""
    return subprocess.run(
        [directory / program, "invoke", event],
        capture_output=True,
        env=os.environ | variables,
        timeout=20,
        stdin=subprocess.DEVNULL,
    )


def violation(event, sources):
    """What is wrong with the response to an HTTP event, or None."""
    run = invoke("echo", event)
    if is_web_socket(event):
        log = run.stderr.decode(errors="replace")
        is_named = run.returncode != 0 and "WebSocket" in log
        return None if is_named else f"expected an error that names a WebSocket API: {log}"
    if run.returncode != 0:
        return f"exit {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    try:
        response = json.loads(run.stdout)
        status = 200 if is_readable(event) else 400
        if response["statusCode"] != status:
            return f"expected status {status}: {response}"
        body = response["body"]
        if response.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
        seen = json.loads(body)
        if status == 400:
            expected = "malformed_request"
            return None if seen["code"] == expected else f"expected {expected}: {response}"
    except (ValueError, KeyError, TypeError) as error:
        return f"{error!r} in {run.stdout.decode(errors='replace')}"
    if set(seen) != MEMBERS:
        return f"expected {sorted(MEMBERS)}, found {sorted(seen)}"
    if seen["source"] not in sources:
        return f"expected source {' or '.join(sorted(sources))}, found {seen['source']}"
    return None


def of_queue(event):
    """Each message of a queue is reported as failed, since none is an order."""
    records = event["Records"]
    expected = {"batchItemFailures": [{"itemIdentifier": it["messageId"]} for it in records]}
    variables = {"ORDERS_QUEUE": records[0]["eventSourceARN"]}
    return "worker", "ship", variables, expected


def of_bucket(event):
    """No object of a bucket is an upload, so there is nothing to do."""
    variables = {"PHOTOS_BUCKET": event["Records"][0]["s3"]["bucket"]["name"]}
    return "thumbnails", "shrink", variables, None


def of_bus(event):
    names = ("id", "source", "account", "time", "region", "resources", "detail")
    expected = {name: event[name] for name in names} | {"detail_type": event["detail-type"]}
    return "echo", "event", {}, expected


def of_socket(event):
    """A member without a name is rejected, and no message is one that the room knows."""
    usage = {"usage": '{"action": "send", "text": ".."}'}
    handler, expected = {
        "CONNECT": ("join", 400),
        "DISCONNECT": ("leave", {"statusCode": 200}),
        "MESSAGE": ("explain", {"statusCode": 200, "body": json.dumps(usage, separators=(",", ":"))}),
    }[event["requestContext"]["eventType"]]
    return "chat", handler, {}, expected


def of_authorizer(_):
    """No token of an example is valid."""
    return "authorizer", "authorize", {}, Failure("Unauthorized: Unauthorized")


def of_warm_up(_):
    return "faults", "on_other_event", {}, None


class Failure(str):
    """The error of an invocation that fails."""


# Folders, and what is expected of their events: the program, its handler, variables, and the response or its status.
OTHERS = {
    "authorizer-http": of_authorizer,
    "authorizer-rest-request": of_authorizer,
    "authorizer-rest-token": of_authorizer,
    "authorizer-websocket": of_authorizer,
    "eventbridge": of_bus,
    "s3": of_bucket,
    "sqs": of_queue,
    "websocket": of_socket,
}


def with_token(event, token):
    """The event of an authorizer, with a bearer token in place of its credential."""
    credential = f"Bearer {token}"
    if event["type"] == "TOKEN":
        # The sample has `*` for the stage, which is an error of the event.
        arn = event["methodArn"].replace("/*/", "/prod/", 1)
        return event | {"authorizationToken": credential, "methodArn": arn}
    headers = {k: v for k, v in event["headers"].items() if k.lower() != "authorization"}
    event = event | {"headers": headers | {"authorization": credential}, "identitySource": [credential]}
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = {k: [v] for k, v in event["headers"].items()}
    return event


def allowed_violation(event, user):
    """What is wrong with the decision about a user with a valid token, or None."""
    token = subprocess.run(
        [directory / "authorizer", "token", user, "--groups", "admins"],
        capture_output=True, check=True, timeout=20, text=True,
    ).stdout.strip()  # fmt: skip
    allowed = with_token(json.loads(event.read_bytes()), token)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(allowed, file)
        file.flush()
        run = invoke("authorizer", file.name)
    if run.returncode != 0:
        return f"exit {run.returncode} with a token: {run.stderr.decode(errors='replace')}"
    found = json.loads(run.stdout)
    statements = found["policyDocument"]["Statement"]
    decision = found["principalId"], [statement["Effect"] for statement in statements]
    expected = user, ["Allow"]
    return None if decision == expected else f"expected {expected}, found {found}"


def other_violation(event, expectation):
    """What is wrong with the response to another event, or None."""
    program, handler, variables, expected = expectation(json.loads(event.read_bytes()))
    run = invoke(program, event, **variables)
    log = run.stderr.decode(errors="replace")
    if not re.search(rf"^taken by {handler}( \(.+\))?$", log, re.MULTILINE):
        return f"expected {program} to name `{handler}`: {log}"
    if isinstance(expected, Failure):
        failed = run.returncode == 1 and log.endswith(f"{event}: {expected}\n")
        return None if failed else f"expected the error {expected}: {log}"
    if run.returncode != 0:
        return f"exit {run.returncode}: {log}"
    found = json.loads(run.stdout)
    if isinstance(expected, int):
        found = found["statusCode"]
    return None if found == expected else f"expected {expected}, found {found}"


directory, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
cases = [(name, violation, sources) for name, sources in SOURCES.items()]
cases += [(name, other_violation, expectation) for name, expectation in OTHERS.items()]
cases += [(name, allowed_violation, "alice") for name in OTHERS if name.startswith("authorizer-")]
cases += [("../cases/warmup-*.json", other_violation, of_warm_up)]
passed = failed = 0
for name, check, expected in cases:
    pattern = name if name.endswith(".json") else f"{name}/*.json"
    events = sorted(folder.glob(pattern))
    if not events:
        failed += 1
        print(f"{folder / pattern}: no events", file=sys.stderr)
    for event in events:
        if problem := check(event, expected):
            failed += 1
            print(f"{event}: {problem}", file=sys.stderr)
        else:
            passed += 1
print(f"{passed} events passed, {failed} failed")
sys.exit(failed > 0)
