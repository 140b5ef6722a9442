"""Runs the hello example where users run it, and checks what the README promises.

usage: end_to_end.py TARGET_DIRECTORY CARGO_LAMBDA

It is served on loopback by its own command line, and runs behind the Lambda Runtime API of
cargo-lambda's emulator, as a debug and as a release build. Elsewhere, a release build must not start.
"""

import contextlib
import http.client
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse

from processes import environment, expect, wait_for

target, cargo_lambda = pathlib.Path(sys.argv[1]), sys.argv[2]


def get(port, path):
    """Status, content type and text of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.getheader("content-type", ""), response.read().decode()


@contextlib.contextmanager
def running(name, command):
    """A process with its output in a file. It gets SIGINT at the end, as by Ctrl-C."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

        def output():
            log.seek(0)
            return log.read()

        try:
            yield output
            process.send_signal(signal.SIGINT)
            expect(f"{name} stops when it is interrupted", process.wait(timeout=20), 0)
        except BaseException:
            process.kill()
            process.wait()
            print(output(), file=sys.stderr)
            raise


def says_hello(name, port, prefix=""):
    def response():
        with contextlib.suppress(OSError, http.client.HTTPException):
            return get(port, f"{prefix}/hello/world")

    status, content_type, text = wait_for(name, response)
    expect(f"{name} says hello", (status, text), (200, "Hello, world!"))
    expect(f"{name} sends text", content_type, "text/plain; charset=utf-8")
    world = urllib.parse.quote("Wörld 2")
    expect(f"{name} decodes", get(port, f"{prefix}/hello/{world}")[2], "Hello, Wörld 2!")
    status, content_type, _ = get(port, f"{prefix}/nothing")
    expect(
        f"{name} sends 404 for an unknown path",
        (status, content_type),
        (404, "application/problem+json"),
    )


def on_loopback():
    name = "the command line"
    with running(name, [target / "debug/hello", "serve", "--port", "0"]) as output:
        address = wait_for(name, lambda: re.search(r"127\.0\.0\.1:(\d+)", output()))
        says_hello(name, int(address[1]))


def on_lambda(profile):
    name = f"the emulator, {profile} build,"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [cargo_lambda, "lambda", "watch", "-A", "127.0.0.1", "-P", str(port)]
    command += ["--ignore-changes", "-p", "hello", "--profile", profile]
    with running(name, command):
        says_hello(name, port, "/lambda-url/hello")
        expect(f"{name} is called by the root path", get(port, "/hello/world")[0], 200)


def elsewhere():
    run = subprocess.run(
        [target / "release/hello"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    expect("a release build outside Lambda exits with 2", run.returncode, 2)
    expect("a release build outside Lambda prints the reason in one line", run.stderr.count("\n"), 1)


on_loopback()
on_lambda("dev")
on_lambda("release")
elsewhere()
