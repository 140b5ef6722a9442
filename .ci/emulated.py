"""Programs beside an emulator of AWS (moto), for scripts that call both."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile

import boto3
from processes import environment, wait_for

REGION = "eu-west-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def send(port, method, path, headers=(), body=None):
    """Status, headers and body of a response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def call(port, method, path, token=None, body=None):
    """Status, headers and text of a response; the body of the request is JSON."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if body is not None:
        headers["content-type"] = "application/json"
        body = json.dumps(body)
    status, headers, body = send(port, method, path, headers, body)
    return status, headers, body.decode()


@contextlib.contextmanager
def running(command, **variables):
    """A process that is killed at the end, and its output, which is printed if something fails."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

        def output():
            if process.poll() is not None:
                raise AssertionError(f"{command[0]} ended with {process.returncode}")
            log.seek(0)
            return log.read()

        try:
            yield output
        except BaseException:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def served(program, **variables):
    """The port of a program that is served by its own command line, and its output."""
    with running([program, "serve", "--port", "0"], **variables) as output:
        found = wait_for(program.name, lambda: re.search(r"127\.0\.0\.1:(\d+)", output()))
        yield int(found[1]), output


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def moto(moto_server, service):
    """A client of a service of moto, and the address of its server."""
    port = free_port()
    with running([moto_server, "-H", "127.0.0.1", "-p", str(port)]) as output:

        def responds():
            output()
            with contextlib.suppress(OSError, http.client.HTTPException):
                return call(port, "GET", "/moto-api/")[0] == 200

        wait_for("moto", responds)
        address = f"http://127.0.0.1:{port}"
        yield boto3.client(
            service, endpoint_url=address, region_name=REGION, **CREDENTIALS
        ), address
