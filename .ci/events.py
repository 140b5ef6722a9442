"""Invokes the echo program with every sample event of a folder, and checks its responses.

usage: events.py ECHO FOLDER
"""

import base64
import json
import pathlib
import subprocess
import sys

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


def violation(echo, event, sources):
    """What is wrong with the response to an event, or None."""
    run = subprocess.run(
        [echo, "invoke", event], capture_output=True, timeout=20, stdin=subprocess.DEVNULL
    )
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


echo, folder = sys.argv[1], pathlib.Path(sys.argv[2])
passed = failed = 0
for name, sources in SOURCES.items():
    events = sorted((folder / name).glob("*.json"))
    if not events:
        failed += 1
        print(f"{folder / name}: no events", file=sys.stderr)
    for event in events:
        if problem := violation(echo, event, sources):
            failed += 1
            print(f"{event}: {problem}", file=sys.stderr)
        else:
            passed += 1
print(f"{passed} events passed, {failed} failed")
sys.exit(failed > 0)
