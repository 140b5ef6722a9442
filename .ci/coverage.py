"""Judges what the tests run: `just coverage`, or `python3 .ci/coverage.py LCOV [--missing]`.

LCOV is the file that `cargo llvm-cov` writes. Lines of tests do not count. Fails if less than 90 % is run
of what reads input from outside; `.ci/coverage.md` has the reasons for the rest, and `--missing` lists
every line.
"""

import re
import sys
from collections import defaultdict
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES = ("core", "macros", "testing")
HELD = ("core/src/event", "core/src/auth", "core/src/extract", "core/src/error")
LEAST = 90.0


def own_lines(path):
    """How many lines a file has before its tests; none if all of it is for tests."""
    if {"tests", "tests.rs", "testing.rs", "wycheproof.rs"} & set(path.parts):
        return 0
    if "src/auth" in str(path) and "testing" in path.parts[1:]:
        return 0
    text = (ROOT / path).read_text()
    tests = re.search(r"^#\[cfg\(test\)\]\nmod \w+ \{", text, re.MULTILINE)
    return text[: tests.start() if tests else None].count("\n")


def ranges(numbers):
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ends = ([number for _, number in run] for _, run in runs)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ends)


counts = defaultdict(dict)
for line in open(sys.argv[1]):
    if line.startswith("SF:"):
        path = Path(line[3:].strip()).resolve()
    elif line.startswith("DA:"):
        number, count = map(int, line[3:].split(",")[:2])
        counts[path][number] = max(counts[path].get(number, 0), count)

folders = defaultdict(lambda: [0, 0])
for path, lines in sorted(counts.items()):
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    if name.parts[0] not in CRATES or name.parts[1] != "src":
        continue
    end = own_lines(name)
    lines = {number: count for number, count in lines.items() if number <= end}
    never = sorted(number for number, count in lines.items() if not count)
    group = "/".join(name.parts[:3]) if len(name.parts) > 3 else f"{name.parts[0]}/src"
    for key in (group, name.parts[0]):
        folders[key][0] += len(lines) - len(never)
        folders[key][1] += len(lines)
    if never and "--missing" in sys.argv:
        print(f"{name}: not {ranges(never)}")

low = [name for name in HELD if name not in folders]
for name, (ran, of) in sorted(folders.items()):
    share = 100 * ran / max(of, 1)
    print(f"{share:6.1f} %  {ran:6} of {of:6}  {name}{'  (at least 90)' * (name in HELD)}")
    if name in HELD and share < LEAST:
        low.append(name)
if low:
    sys.exit(f"too little is run of {', '.join(low)}")
