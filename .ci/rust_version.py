"""Checks `rust-version` against the dependencies, without an older compiler.

All crates of the workspace state the same version, and no dependency of the published crates states a
later one. For our own code, clippy's lint `incompatible_msrv` reads the same `rust-version`.
"""

import json
import subprocess
import sys

COMMAND = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"]


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


metadata = json.loads(subprocess.check_output(COMMAND))
packages = {package["id"]: package for package in metadata["packages"]}
members = set(metadata["workspace_members"])

stated = {packages[member]["rust_version"] for member in members}
if len(stated) != 1 or None in stated:
    sys.exit(f"expected one `rust-version` in all crates of the workspace, found {stated}")
[stated] = stated

# The published crates and all their dependencies, without those that only tests need.
needed = {m for m in members if packages[m]["name"].startswith("lambda-api")}
dependencies = {
    node["id"]: [
        dependency["pkg"]
        for dependency in node["deps"]
        if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
    ]
    for node in metadata["resolve"]["nodes"]
}
pending = list(needed)
while pending:
    for dependency in dependencies[pending.pop()]:
        if dependency not in needed:
            needed.add(dependency)
            pending.append(dependency)

rust_versions = {
    f"{package['name']} {package['version']}": package["rust_version"]
    for package in (packages[identifier] for identifier in needed)
    if package["rust_version"]
}
later = {name for name, rust in rust_versions.items() if version(rust) > version(stated)}
if later:
    for name in sorted(later):
        print(f"{name} needs Rust {rust_versions[name]}", file=sys.stderr)
    sys.exit(f"`rust-version` is {stated}")
highest = max(version(rust) for rust in rust_versions.values())
print(f"{len(needed)} crates need Rust {'.'.join(map(str, highest))}; stated is {stated}")
