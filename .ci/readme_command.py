"""Prints the test command of README.md: the one line of its code blocks that runs the tests."""

import pathlib
import re
import sys

readme = pathlib.Path("README.md").read_text(encoding="utf-8")
blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
lines = [line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]
commands = [line for line in lines if line.startswith("cargo test")]
if len(commands) != 1:
    sys.exit(f"README.md: expected one line that starts with `cargo test`, found {commands}")
print(commands[0])
