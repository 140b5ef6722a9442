"""An emulator of AWS on a port of its own: its process, its clients, and requests to deployed APIs."""

import contextlib
import http.client
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from translate import REGION

PATIENCE = 30  # seconds
# The emulator verifies no signature of the key `test`, so the root has another one.
ROOT = ("AKIA" + secrets.token_hex(8).upper(), secrets.token_hex(20))


class Emulator:
    """A running emulator."""

    def __init__(self, port):
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def client(self, service):
        """A client of boto3 with the key of the root."""
        key, secret = ROOT
        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    def send(self, method, path, headers=None, body=None):
        """Status, headers and bytes of a response of the emulator."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def post_form(self, path, **fields):
        form = urllib.parse.urlencode(fields)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, headers, form)


class Deployed:
    """An API of the emulator. Its stage is the first part of each path, unless it is `$default`."""

    def __init__(self, emulator, api_id, stage):
        self.emulator, self.api_id, self.stage = emulator, api_id, stage
        self.host = f"{api_id}.execute-api.localhost:{emulator.port}"

    def path(self, path):
        # The emulator has a `/health` of its own at each host, so that of the API is called with the
        # name of the stage, which the emulator accepts for `$default` too.
        if self.stage == "$default" and path != "/health":
            return path
        return f"/{self.stage}{path}"

    def call(self, method, path, token=None, headers=None):
        """Status, headers and bytes of a response, with an access token or without one."""
        headers = {"host": self.host} | (headers or {})
        if token:
            headers["authorization"] = f"Bearer {token}"
        return self.emulator.send(method, self.path(path), headers)

    def signed(self, method, path, key):
        """Status, headers and bytes of the response to a signed request."""
        path = self.path(path)
        request = AWSRequest(method, f"http://{self.host}{path}")
        SigV4Auth(Credentials(*key), "execute-api", REGION).add_auth(request)
        return self.emulator.send(method, path, {"host": self.host, **request.headers})


@contextlib.contextmanager
def running():
    """A started emulator. Its process group ends with it, and its folder is removed.

    Its log is printed if something fails.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        port = free_port()
        key, secret = ROOT
        process = subprocess.Popen(
            [pathlib.Path(sys.executable).parent / "ministack"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "TMPDIR": folder,
                "BIND_HOST": "127.0.0.1",
                "GATEWAY_PORT": str(port),
                "MINISTACK_REGION": REGION,
                "LAMBDA_EXECUTOR": "local",
                "AUTH": "true",
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secret,
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
            },
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            emulator = Emulator(port)
            wait_until_ready(process, emulator)
            yield emulator
        except BaseException:
            log.seek(0)
            print(*log.read().splitlines()[-60:], sep="\n", file=sys.stderr)
            raise
        finally:
            # Functions are processes of the same group.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def wait_until_ready(process, emulator):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the emulator ended with {process.returncode}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            if emulator.send("GET", "/_ministack/health")[0] == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the emulator did not start within {PATIENCE} s")
