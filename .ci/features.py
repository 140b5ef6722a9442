"""Prints the features of one crate of the workspace, but for `default`, one a line."""

import json
import subprocess
import sys

COMMAND = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]

metadata = json.loads(subprocess.check_output(COMMAND))
[package] = [package for package in metadata["packages"] if package["name"] == sys.argv[1]]
for feature in sorted(package["features"]):
    if feature != "default":
        print(feature)
