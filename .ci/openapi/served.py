"""Serves a program on a free port, and runs commands against it.

usage: served.py PROGRAM COMMAND..

The command has the address in the variable URL, and in KEY an API key that the program accepts. The
program gets SIGINT at the end, as by Ctrl-C. The exit code is that of the command; its log is printed
if the command fails.
"""

import contextlib
import hashlib
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 60  # seconds

program, command = sys.argv[1], sys.argv[2:]
key = secrets.token_hex(32)
known = f"caller={hashlib.sha256(key.encode()).hexdigest()}"


def address(process, log):
    """Where the program listens, within a time limit."""
    until = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None:
            raise AssertionError(f"{program} ended with {process.returncode}")
        log.seek(0)
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read()):
            return found[0]
        if time.monotonic() > until:
            raise TimeoutError(f"{program}: no address within {PATIENCE} s")
        time.sleep(0.1)


with tempfile.TemporaryFile("w+") as log, contextlib.ExitStack() as stack:
    process = subprocess.Popen(
        [program, "serve", "--port", "0"],
        env={"ORDERS_API_KEYS": known},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGINT)
    try:
        url = address(process, log)
        code = subprocess.run(command, env=os.environ | {"URL": url, "KEY": key}).returncode
    except BaseException:
        code = None
        raise
    finally:
        if code != 0:
            log.seek(0)
            # The last lines: fuzzing logs one for each rejected request.
            print(*log.read().splitlines()[-40:], sep="\n", file=sys.stderr)
sys.exit(code)
