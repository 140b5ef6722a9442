"""Checks that every test that docs/threat-model.md names exists."""

import pathlib
import re
import sys

SHOWN = re.compile(r"^- Shown by: (.*?)(?=\n\n|\n- |\Z)", re.DOTALL | re.MULTILINE)

DOCUMENT = "docs/threat-model.md"

text = pathlib.Path(DOCUMENT).read_text()
named = {name for shown in SHOWN.findall(text) for name in re.findall(r"`([^`]+)`", shown)}
if not named:
    sys.exit(f"{DOCUMENT} names no tests")

sources = [
    path
    for folder in ("core", "macros", "testing", "examples", "fuzz/targets")
    for path in pathlib.Path(folder).rglob("*.rs")
]
functions = set()
for path in sources:
    functions.update(re.findall(r"^ *(?:async )?fn (\w+)\(", path.read_text(), re.M))
targets = {f"fuzz:{path.stem}" for path in pathlib.Path("fuzz/fuzz_targets").glob("*.rs")}

missing = sorted(named - functions - targets)
for name in missing:
    print(f"{DOCUMENT} names a test that does not exist: {name}", file=sys.stderr)
sys.exit(1 if missing else print(f"{len(named)} tests are named, and exist"))
