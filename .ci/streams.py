"""Reads streamed responses with the emulator of cargo-lambda, which shares no code with us.

usage: streams.py TARGET_DIRECTORY CARGO_LAMBDA

The program `faults` runs behind the emulator's Runtime API, and streams to function URLs. The emulator reads head
and body, once as a plain response and once as the event stream of `InvokeWithResponseStream`.
"""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from processes import PATIENCE, environment, expect

DOMAIN = "abc.lambda-url.eu-west-1.on.aws"

target, cargo_lambda = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
package = pathlib.Path(__file__).resolve().parent.parent / "testing/programs/faults"


def event(method, path):
    """The event of a function URL."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": DOMAIN},
        "requestContext": {"domainName": DOMAIN, "http": {"method": method, "path": path}},
        "isBase64Encoded": False,
    }


def invoke(port, method, path, endpoint="invocations"):
    """The status, headers and body of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        body = json.dumps(event(method, path))
        connection.request("POST", f"/2015-03-31/functions/faults/{endpoint}", body)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def messages(data):
    """The messages of an event stream: the type of each, and its payload."""
    while data:
        length, of_headers = struct.unpack(">II", data[:8])
        headers, payload = data[12 : 12 + of_headers], data[12 + of_headers : length - 4]
        values = {}
        while headers:
            name_end = 1 + headers[0]
            name, kind = headers[1:name_end].decode(), headers[name_end]
            if kind != 7:
                raise AssertionError(f"expected a header that is text, found the type {kind}")
            (size,) = struct.unpack(">H", headers[name_end + 1 : name_end + 3])
            values[name] = headers[name_end + 3 : name_end + 3 + size].decode()
            headers = headers[name_end + 3 + size :]
        yield values[":event-type"], payload
        data = data[length:]


def is_up(port, function):
    """Whether the emulator listens and the function still runs."""
    if function.poll() is not None:
        raise AssertionError(f"the function has ended with {function.returncode}")
    with contextlib.suppress(OSError):
        return invoke(port, "GET", "/stream/head/200")[0] == 200
    return False


def wait_for_port(port, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("the emulator does not listen")


def check(port, log):
    status, headers, body = invoke(port, "GET", "/stream/head/203")
    expect("the status is that of the head", status, 203)
    expect("headers are those of the head", headers["x-a"], "1, 2")
    expect("the type is that of the head", headers["content-type"], "text/plain")
    expect("cookies stay apart", headers.get_all("set-cookie"), ["a=1", "b=2; Secure"])
    mode = headers["lambda-runtime-function-response-mode"]
    expect("the emulator takes it for a stream", mode, "streaming")
    expect("the body is what comes after the head", body, b"two parts")

    status, headers, body = invoke(port, "GET", "/nowhere")
    expect("a problem has its status", status, 404)
    expect("a problem has its type", headers["content-type"], "application/problem+json")
    expect("a problem has its body", json.loads(body)["code"], "route_not_found")

    for method, path, status in [
        ("HEAD", "/stream/head/200", 200),
        ("GET", "/stream/head/204", 204),
        ("GET", "/stream/then/0/end", 200),
    ]:
        found, _, body = invoke(port, method, path)
        expect(f"{method} {path} has no body", (found, body), (status, b""))

    status, _, body = invoke(port, "GET", "/stream/mib/8")
    expect("many chunks are one body", (status, body), (200, b"x" * (8 << 20)))

    status, headers, body = invoke(
        port, "GET", "/stream/head/203", "response-streaming-invocations"
    )
    expect("InvokeWithResponseStream has events", headers["content-type"], "application/vnd.amazon.eventstream")
    expect(
        "each part is an event, and the end too",
        [(kind, payload) for kind, payload in messages(body)],
        [("PayloadChunk", b"two "), ("PayloadChunk", b"parts"), ("InvokeComplete", b"{}")],
    )

    # The emulator ignores trailers: it may end the response, or break the connection.
    try:
        body = invoke(port, "GET", "/stream/then/2/error")[2]
    except http.client.IncompleteRead as error:
        body = error.partial
    expect("a stream that ends early has the parts before its error", body, b"partpart")
    written = os.pread(log.fileno(), 1 << 24, 0)
    expect("the function has one record of it", written.count(b"the response stream failed"), 1)
    status, _, body = invoke(port, "GET", "/stream/head/200")
    expect("after a stream that ended early, the next one is whole", (status, body), (200, b"two parts"))


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
function_environment = environment | {
    "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/faults",
    "AWS_LAMBDA_FUNCTION_NAME": "faults",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "LAMBDA_API_STREAM": "url",
}
with tempfile.TemporaryFile("w+") as log:
    command = [cargo_lambda, "lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", str(port)]
    settings = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
    emulator = subprocess.Popen(command, cwd=package, env=environment, **settings)
    function = None
    try:
        wait_for_port(port, emulator)
        function = subprocess.Popen([target / "debug/faults"], env=function_environment, **settings)
        until = time.monotonic() + PATIENCE
        while not is_up(port, function):
            if time.monotonic() > until:
                raise TimeoutError("the function does not respond")
            time.sleep(0.1)
        check(port, log)
    except BaseException:
        log.seek(0)
        print(log.read(), file=sys.stderr)
        raise
    finally:
        for process in (function, emulator):
            if process is not None:
                process.send_signal(signal.SIGKILL)
                process.wait()
