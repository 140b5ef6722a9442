"""Adds up the closing lines of all test binaries in a log of `cargo test`."""

import pathlib
import re
import sys

log = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
counts = re.findall(r"^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored", log, re.MULTILINE)
passed, failed, ignored = (sum(int(count[i]) for count in counts) for i in range(3))
print(f"\n{passed} passed, {failed} failed, {ignored} skipped")
