"""What the scripts that start programs share."""

import os
import time

PATIENCE = 90  # seconds

environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def expect(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")
    print(f"ok: {what}")


def wait_for(what, attempt):
    """The first value that an attempt returns, within a time limit."""
    until = time.monotonic() + PATIENCE
    while True:
        if value := attempt():
            return value
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: nothing within {PATIENCE} s")
        time.sleep(0.1)
