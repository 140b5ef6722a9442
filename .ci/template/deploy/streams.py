"""Deploys the URL of the streaming example on an emulator of AWS, and calls it in both modes.

usage: streams.py PROGRAM, with `.ci/template` in PYTHONPATH

The emulator reads the head of a stream, and sends the response when it is whole.
"""

import json
import pathlib
import signal
import subprocess
import sys
import urllib.parse

from deploy import uploaded
from emulator import running
from translate import translate

program = pathlib.Path(sys.argv[1])


def deploy(emulator, name, options, variable=None):
    """The host of the URL of a stack. `variable` is set by hand."""
    command = [program, "template", "--kind", "url", *options]
    template = translate(subprocess.check_output(command, text=True, timeout=20, env={}))
    if variable is not None:
        function = template["Resources"]["Function"]["Properties"]
        function["Environment"] = {"Variables": {"LAMBDA_API_STREAM": variable}}
    stacks = emulator.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"])
    waiter = stacks.get_waiter("stack_create_complete")
    waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    [stack] = stacks.describe_stacks(StackName=name)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    return urllib.parse.urlsplit(outputs["FunctionUrl"]).netloc


def check(emulator, name, *options):
    host = deploy(emulator, name, options)

    def get(path, **headers):
        return emulator.send("GET", path, {"host": host, **headers})

    status, headers, body = get("/orders.csv")
    rows = body.decode().splitlines()
    assert (status, len(rows), rows[-1]) == (200, 100_001, "100000,coffee,2"), (status, body[:200])
    assert headers["content-disposition"] == 'attachment; filename="orders.csv"', headers
    status, _, body = get("/import/events", **{"last-event-id": "19"})
    assert (status, b'data: {"done":20,"of":20}\n' in body) == (200, True), (status, body)
    status, headers, body = get("/tone.wav", range="bytes=0-3")
    assert (status, body) == (206, b"RIFF"), (status, body[:200])
    status, headers, body = get("/nowhere")
    assert (status, json.loads(body)["code"]) == (404, "route_not_found"), (status, body[:200])
    print(f"ok: {name}", flush=True)


def check_symptoms(emulator):
    """What clients see of modes that differ, as the guide has it."""
    # The emulator writes JSON anew.
    whole, stream = b'{"statusCode": 206,', b'{"statusCode":206,'
    for name, options, variable, begin, end in [
        ("url-streams-function-buffers", ["--stream"], "", whole, b'"isBase64Encoded": true}'),
        ("url-buffers-function-streams", [], "url", stream, b"}" + b"\0" * 8 + b"RIFF"),
    ]:
        host = deploy(emulator, name, options, variable)
        status, _, body = emulator.send("GET", "/tone.wav", {"host": host, "range": "bytes=0-3"})
        assert (status, body.startswith(begin), body.endswith(end)) == (200, True, True), (status, body)
        print(f"ok: {name}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("out of time"))
    with running() as emulator:
        uploaded(emulator, program)
        check(emulator, "streams", "--stream")
        check(emulator, "buffers")
        check_symptoms(emulator)
