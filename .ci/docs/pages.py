"""Opens the docs pages of two programs in headless Chromium.

usage: pages.py SECURED ORDERS [SCREENSHOT]

- `/_docs` of `secured serve`: every operation of `secured openapi` is rendered, the bar gets a token, and a
  closed operation succeeds with it. Then the bar of the page has other documents and tokens.
- `/docs` of orders, behind a REST API with a stage: every operation is rendered, and a closed one succeeds
  with an API key of the dialog.

No request leaves this machine, and no page logs an error: what the content security policy blocks would be
one. The screenshot is of the first page.
"""

import contextlib
import hashlib
import json
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from urllib.parse import urlsplit

from bar import cookie_tokens
from browser import PATIENCE, browser
from stage import staged

# An operation, with what its summary is found by.
OPBLOCKS = """
return [...document.querySelectorAll(".opblock")].map((block) => [
    block.querySelector(".opblock-summary-method").innerText.toLowerCase(),
    block.querySelector(".opblock-summary-path").dataset.path,
    block.id,
])
"""


def operations(program, environment):
    printed = subprocess.run(
        [program, "openapi"], env=environment, stdout=subprocess.PIPE, timeout=60, check=True
    )
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    paths = json.loads(printed.stdout)["paths"]
    return sorted((method, path) for path, item in paths.items() for method in methods & set(item))


@contextlib.contextmanager
def served(program, environment):
    """The URL of a program on a free port, and the key that its address ends with."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [program, "serve", "--port", "0"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            until = time.monotonic() + PATIENCE
            while True:
                log.seek(0)
                if found := re.search(r"docs at (http://127\.0\.0\.1:\d+/_docs)(#key=\S+)", log.read()):
                    yield found[1], found[2]
                    return
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(f"{program} does not serve a docs page")
                time.sleep(0.05)
        except BaseException:
            log.seek(0)
            print(log.read(), file=sys.stderr)
            raise
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def rendered(page, expected):
    """Waits for all operations, and returns the id of each."""
    def all_of_them():
        blocks = page.run(OPBLOCKS)
        return len(blocks) >= len(expected) and blocks

    blocks = page.wait(f"{len(expected)} operations", all_of_them)
    found = {(method, path): block for method, path, block in blocks}
    if sorted(found) != expected:
        raise AssertionError(f"expected the operations {expected}, found {sorted(found)}")
    return found


def executed(page, block):
    """Opens an operation, presses Execute, and returns the status and the body of the response."""
    page.click(f"#{block} .opblock-summary-control")
    page.click(f"#{block} .execute")
    row = f"#{block} .live-responses-table .response"
    status = page.text(f"{row} .response-col_status")
    return int(status.split()[0]), page.text(f"{row} .response-col_description")


def checked(page, url, expected=None):
    """Checks what the page has sent and logged since the last check."""
    sent, errors = page.requests()
    errors = [error for error in errors if not expected or expected not in error]
    host = urlsplit(url).netloc
    outside = [one for one in sent if urlsplit(one).scheme != "data" and urlsplit(one).netloc != host]
    if outside or errors or not sent:
        raise AssertionError(f"requests to other hosts: {outside}; errors: {errors}; of {len(sent)}")
    return len(sent)


def secured(page, program, screenshot):
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory())
        environment = {
            "COGNITO_POOL": "eu-west-1_abc123",
            "COGNITO_CLIENT": "app-client-id",
            "XDG_STATE_HOME": state,
        }
        expected = operations(program, environment)
        url, key = stack.enter_context(served(program, environment))
        with urllib.request.urlopen(f"{url}/openapi.json", timeout=PATIENCE) as response:
            schemes = json.load(response)["components"]["securitySchemes"]
        if schemes["cognito"]["type"] != "openIdConnect":
            raise AssertionError("no scheme has a configuration elsewhere that the page could fetch")
        page.open(url)
        blocks = rendered(page, expected)
        me = blocks["get", "/me"]
        status, _ = executed(page, me)
        if status != 401:
            raise AssertionError(f"without a token, GET /me is {status}")
        page.click("#token button")
        said = page.text("#token output")
        if not said.startswith("the page needs a key for tokens"):
            raise AssertionError(said)
        checked(page, url, "the server responded with a status of 40")
        # The page stays: only the end of its address changes.
        page.open(f"{url}{key}")
        page.click("#token button")
        page.wait("a token", lambda: not page.text("#token output").startswith("the page"))
        said = page.text("#token output")
        if said != "Requests of this page are from alice.":
            raise AssertionError(said)
        page.click(f"#{me} .execute")
        page.wait(
            "the response with a token",
            lambda: '"subject": "alice"' in page.text(f"#{me} .live-responses-table"),
        )
        status, body = executed(page, blocks["post", "/orders"])
        if status != 201 or '"customer": "alice"' not in body:
            raise AssertionError(f"POST /orders: {status} {body}")
        if screenshot:
            page.click(f"#{blocks['post', '/orders']} .opblock-summary-control")
            page.resize(1200, 1500)
            page.run("document.activeElement.blur(); scrollTo(0, 0)")
            time.sleep(1)
            pathlib.Path(screenshot).write_bytes(page.screenshot())
        print(f"secured: {len(blocks)} operations, {checked(page, url)} requests")
        cookie_tokens(page, url)


def orders(page, program):
    key = secrets.token_hex(32)
    environment = {"ORDERS_API_KEYS": f"alice={hashlib.sha256(key.encode()).hexdigest()}"}
    expected = operations(program, environment)
    with staged(program, environment) as url:
        for path in ("/docs/", "/docs"):
            page.open(f"{url}{path}")
            blocks = rendered(page, expected)
        page.click(".auth-wrapper .authorize")
        page.type(".auth-container input", key)
        page.click(".auth-btn-wrapper .authorize")
        page.click(".auth-btn-wrapper .btn-done")
        status, body = executed(page, blocks["get", "/orders"])
        if status != 200:
            raise AssertionError(f"GET /orders: {status} {body}")
        print(f"orders, behind a stage: {len(blocks)} operations, {checked(page, url)} requests")


with browser() as page:
    page.resize(1200, 1000)
    # The browser's own first page loads files of the browser.
    page.open("about:blank")
    page.requests()
    secured(page, sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
    orders(page, sys.argv[2])
