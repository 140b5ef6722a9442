"""Measures what the jitter entropy of AWS-LC costs the secured example: `python3 .ci/jitter.py [RUNS]`.

It builds the example twice, by default and with `AWS_LC_SYS_NO_JITTER_ENTROPY=1`, and starts both in turn
behind a Runtime API on loopback. The start fetches keys over TLS, which needs the first random numbers. The
server of the keys is on loopback too, and ends each handshake after the first message of the client, so no
network is needed. The table has medians in milliseconds. The builds stay in `jitter` in the target directory.
"""

import base64
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

POOL, CLIENT = "eu-west-1_abc123", "app-client-id"
BUILDS = {"default": {}, "AWS_LC_SYS_NO_JITTER_ENTROPY=1": {"AWS_LC_SYS_NO_JITTER_ENTROPY": "1"}}
COLUMNS = ["start", "first request", "second request", "CPU in all"]
PATIENCE = 20  # seconds
HANDSHAKE_FAILURE = bytes([21, 3, 3, 0, 2, 2, 40])


def build(environment, copy):
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    # A directory of its own: the variable changes what other builds share.
    target = Path(json.loads(subprocess.check_output(metadata))["target_directory"]) / "jitter"
    command = ["cargo", "build", "--locked", "--release", "-p", "secured", "--features", "loopback-keys"]
    command += ["--target-dir", target]
    subprocess.run(command, env=os.environ | environment, check=True)
    shutil.copy(target / "release/secured", copy)


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def event():
    """A request with a token that only its key can prove wrong."""
    claims = {
        "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}",
        "sub": "alice",
        "client_id": CLIENT,
        "token_use": "access",
        "exp": int(time.time()) + 600,
    }
    header = {"alg": "RS256", "kid": "a"}
    parts = json.dumps(header).encode(), json.dumps(claims).encode(), bytes(256)
    return {
        "version": "2.0",
        "rawPath": "/me",
        "headers": {"authorization": "Bearer " + ".".join(map(encoded, parts))},
        "requestContext": {"http": {"method": "GET"}},
    }


class RuntimeApi(BaseHTTPRequestHandler):
    """Gives events when it is told to, and notes the times."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    times, told = Queue(), Queue()

    def do_GET(self):
        self.times.put(time.perf_counter())
        if not self.told.get():
            self.close_connection = True
            return
        body = json.dumps(event()).encode()
        self.send_response(200)
        self.send_header("lambda-runtime-aws-request-id", str(time.perf_counter_ns()))
        self.send_header("lambda-runtime-deadline-ms", str(int(time.time() + PATIENCE) * 1000))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.times.put(time.perf_counter())
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.times.put(time.perf_counter())
        if b"authentication_unavailable" not in body:
            print(f"unexpected response: {body}", file=sys.stderr)
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def end_handshakes(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(HANDSHAKE_FAILURE)


def run(program, api, keys):
    """The columns of one process, in seconds."""
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api}",
        "COGNITO_POOL": POOL,
        "COGNITO_CLIENT": CLIENT,
        "LAMBDA_API_IDS": "a1b2c3d4e5",
        "JWKS_URL": f"https://127.0.0.1:{keys}/keys",
    }
    times = RuntimeApi.times
    started = time.perf_counter()
    with subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            found = [times.get(timeout=PATIENCE) - started]
            for _ in range(2):
                RuntimeApi.told.put(True)
                given, responded, _ = (times.get(timeout=PATIENCE) for _ in range(3))
                found.append(responded - given)
        finally:
            process.kill()
            _, process.returncode, usage = os.wait4(process.pid, 0)
    # There is no third event.
    RuntimeApi.told.put(False)
    return [*found, usage.ru_utime + usage.ru_stime]


def serve():
    """The ports of the Runtime API and of the server of the keys."""
    listener = socket.create_server(("127.0.0.1", 0))
    api = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    for target, arguments in (end_handshakes, [listener]), (api.serve_forever, []):
        threading.Thread(target=target, args=arguments, daemon=True).start()
    return api.server_port, listener.getsockname()[1]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    os.chdir(Path(__file__).parents[1])
    ports = serve()
    with tempfile.TemporaryDirectory() as folder:
        programs = {name: Path(folder) / str(number) for number, name in enumerate(BUILDS)}
        for name, program in programs.items():
            build(BUILDS[name], program)
        rows = {name: [] for name in BUILDS}
        # In turn, so that a slow moment of the machine affects both.
        for _ in range(runs):
            for name, program in programs.items():
                rows[name].append(run(program, *ports))
    print("| |", " | ".join(COLUMNS), "|")
    print("|" + "---|" * (len(COLUMNS) + 1))
    for name, found in rows.items():
        medians = [f"{statistics.median(column) * 1000:.1f}" for column in zip(*found)]
        print("|", " | ".join([name, *medians]), "|")


if __name__ == "__main__":
    main()
