"""The bar for tokens of a local docs page, with a document and tokens of this script."""

import contextlib
import http.server
import json
import threading
import urllib.request

# What Swagger UI is compressed with; other files are sent as they are.
ENCODINGS = {"accept-encoding": "gzip"}


def handler(upstream, document, token):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            request = urllib.request.Request(f"{upstream}{self.path}", headers=ENCODINGS)
            with urllib.request.urlopen(request, timeout=30) as response:
                content = response.read()
                headers = response.headers
            if self.path == "/_docs/openapi.json":
                content = json.dumps(document(json.loads(content))).encode()
            self.send_response(200)
            for name in ("content-type", "content-encoding", "content-security-policy"):
                if value := headers[name]:
                    self.send_header(name, value)
            self.send(content)

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send(json.dumps(token).encode())

        def send(self, content):
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler


@contextlib.contextmanager
def served_with(upstream, document, token):
    """Yields the URL of the page of another server, whose document is changed by a function, and which
    gets the response `token` to each request for one."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(upstream, document, token))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/_docs"
    finally:
        server.shutdown()
        server.server_close()


# An operation of another authenticator, whose name ends with that of the first one.
OTHER = {
    "operationId": "other",
    "security": [{"admin_cognito": ["other/scope"]}],
    "x-lambda-api-groups": {"any": ["others"]},
    "responses": {"200": {"description": "OK"}},
}


def cookie_tokens(page, url):
    """Tokens of an authenticator that takes them from a cookie: what the page asks for and says, and what the
    browser keeps."""
    upstream = url.removesuffix("/_docs")
    success = "Requests of this page are from alice."
    for name, value, secure in (
        ("session", "a.b.c", False),
        ("__Host-session", "a.b.c", True),
        ("__Secure-session", "a.b.c", True),
        ("large", "a" * 5000, None),
    ):
        def with_cookie(document):
            scheme = {"type": "apiKey", "in": "cookie", "name": name}
            schemes = document["components"]["securitySchemes"]
            schemes.update({"cognito": scheme, "admin_cognito": {"type": "http", "scheme": "bearer"}})
            document["paths"]["/other"] = {"get": OTHER}
            return document

        token = {"token": value, "expires_in": 600, "warning": None}
        with served_with(upstream, with_cookie, token) as own:
            page.open(own)
            page.text(".opblock-summary-path")
            form = "return [...document.forms.token.elements].map((one) => one.value).join()"
            asked = page.run(form)
            if "orders/write" not in asked or "other" in asked:
                raise AssertionError(f"the page asks for {asked}")
            page.click("#token button")
            said = page.text("#token output")
            kept = {cookie["name"]: cookie for cookie in page.call("GET", "/cookie")}
            if secure is None:
                dropped = f"the browser does not keep the cookie {name} of this page"
                if said != dropped or name in kept:
                    raise AssertionError(f"{name}: {said}")
                continue
            cookie = kept.get(name, {})
            if said != success or cookie.get("secure") != secure or "expiry" not in cookie:
                raise AssertionError(f"{name}: {said}, {cookie}")
            page.call("DELETE", "/cookie")
    # A token that is not accepted is no success.
    token = {"token": "a.b.c", "expires_in": 600, "warning": "warning: it is not accepted"}
    with served_with(upstream, lambda document: document, token) as own:
        page.open(own)
        page.text(".opblock-summary-path")
        page.click("#token button")
        said = page.text("#token output")
        if said != token["warning"]:
            raise AssertionError(said)
    page.requests()
