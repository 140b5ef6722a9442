"""Headless Chromium, by the WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

import base64
import contextlib
import json
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 30  # seconds

# What Chromium would otherwise do by itself beside the page.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--hide-scrollbars",
    # Nor does anything else in the browser reach another machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

# The key of an element in the protocol.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, session):
        self.session = session

    def call(self, method, path, body=None):
        return call(method, f"{self.session}{path}", body)

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def resize(self, width, height):
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector, script):
        """What a script returns for the first visible element, which appears within a time limit."""
        return self.wait(
            f"an element {selector}",
            lambda: self.run(
                "const one = [...document.querySelectorAll(arguments[0])]"
                ".find((one) => one.checkVisibility());"
                f"if (!one) return null; {script}",
                selector,
            ),
        )

    def click(self, selector):
        """Clicks as a reader does: what covers the element would get the click."""
        element = self.find(selector, "one.scrollIntoView({block: 'center'}); return one")
        self.call("POST", f"/element/{element[ELEMENT]}/click", {})

    def type(self, selector, text):
        element = self.find(selector, "return one")
        self.call("POST", f"/element/{element[ELEMENT]}/value", {"text": text})

    def text(self, selector):
        return self.find(selector, "return one.innerText")

    def wait(self, what, look):
        until = time.monotonic() + PATIENCE
        while not (found := look()):
            if time.monotonic() > until:
                page = self.run("return document.body.innerText.slice(0, 2000)")
                log = self.call("POST", "/se/log", {"type": "browser"})
                raise AssertionError(f"not there within {PATIENCE} s: {what}\n{page}\n{log}")
            time.sleep(0.1)
        return found

    def screenshot(self):
        return base64.b64decode(self.call("GET", "/screenshot"))

    def requests(self):
        """The URL of each request that was sent since the last call, and the errors that pages logged."""
        entries = self.call("POST", "/se/log", {"type": "performance"})
        events = [json.loads(entry["message"])["message"] for entry in entries]
        sent = [one for one in events if one["method"] == "Network.requestWillBeSent"]
        urls = [one["params"]["request"]["url"] for one in sent]
        errors = self.call("POST", "/se/log", {"type": "browser"})
        return urls, [one["message"] for one in errors if one["level"] == "SEVERE"]


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=2 * PATIENCE) as response:
            return json.load(response)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.read().decode()[:1000]}") from None


@contextlib.contextmanager
def browser():
    with contextlib.ExitStack() as stack:
        # Parts of a browser that was interrupted can still write.
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        profile = stack.enter_context(profile)
        driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(driver.wait)
        stack.callback(driver.terminate)
        port = next(
            found[1]
            for line in driver.stdout
            if (found := re.search(r"started successfully on port (\d+)", line))
        )
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        driver_url = f"http://127.0.0.1:{port}/session"
        made = call("POST", driver_url, {"capabilities": {"alwaysMatch": wanted}})
        session = f"{driver_url}/{made['sessionId']}"
        stack.callback(call, "DELETE", session)
        yield Browser(session)
