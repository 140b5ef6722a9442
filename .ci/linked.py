"""Checks that a program without handlers of events contains none of their code.

usage: linked.py PROGRAM

PROGRAM is a release build with its symbols. Allowed are the error of an invocation, which is in the signature of
`App::handle_event`, and pointers to what handles events (`dyn ..`), which are null in such a program.
"""

import re
import subprocess
import sys

PARTS = "events|authorizer|websocket"
ALLOWED = {"events::error"}
# Both manglings have the names of a path in its order; a generic argument has `..` in between.
PATH = re.compile(rf"lambda_api(?:\.\.|\d+)({PARTS})(?:\.\.|\d+)([a-z_]+)")
POINTER = re.compile(r"dyn\$u20\$lambda_api[\w.]+")

run = subprocess.run(["nm", sys.argv[1]], capture_output=True, check=True, text=True)
symbols = [line.split()[-1] for line in run.stdout.splitlines()]
ours = [symbol for symbol in symbols if "lambda_api" in symbol]
if len(ours) < 100:
    sys.exit(f"{sys.argv[1]}: expected the symbols of lambda_api, found {len(ours)}")
found = {"::".join(path) for symbol in ours for path in PATH.findall(POINTER.sub("", symbol))}
if linked := sorted(found - ALLOWED):
    sys.exit(f"{sys.argv[1]} contains code of {', '.join(linked)}")
print(f"{len(ours)} symbols of lambda_api, none of events that the program does not handle")
