"""A REST API with a stage in front of a program: each request is an event for `PROGRAM invoke -`."""

import base64
import contextlib
import http.server
import json
import subprocess
import threading
import urllib.parse

STAGE = "prod"


def event(handler, body, port):
    whole = urllib.parse.urlsplit(handler.path)
    query = urllib.parse.parse_qs(whole.query, keep_blank_values=True)
    headers = {}
    for name, value in handler.headers.items():
        headers.setdefault(name, []).append(value)
    return {
        "resource": "/{proxy+}",
        "path": whole.path.removeprefix(f"/{STAGE}"),
        "httpMethod": handler.command,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "path": whole.path,
            "stage": STAGE,
            "httpMethod": handler.command,
            "domainName": f"127.0.0.1:{port}",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": body.decode() if body else None,
        "isBase64Encoded": False,
    }


def gateway(program, environment):
    class Handler(http.server.BaseHTTPRequestHandler):
        def respond(self):
            if not self.path.startswith(f"/{STAGE}/"):
                self.send_error(403)
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            done = subprocess.run(
                [program, "invoke", "-"],
                input=json.dumps(event(self, body, self.server.server_port)).encode(),
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=30,
                check=True,
            )
            response = json.loads(done.stdout)
            content = response.get("body") or ""
            is_binary = response.get("isBase64Encoded")
            content = base64.b64decode(content) if is_binary else content.encode()
            self.send_response(response["statusCode"])
            for name, values in response.get("multiValueHeaders", {}).items():
                for value in values:
                    self.send_header(name, value)
            for name, value in (response.get("headers") or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

        def log_message(self, *_):
            pass

    return Handler


@contextlib.contextmanager
def staged(program, environment):
    """Yields the URL of the API."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), gateway(program, environment))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{STAGE}"
    finally:
        server.shutdown()
        server.server_close()
