"""Checks the templates that programs write of themselves, and those that are committed.

usage: examples.py PROGRAM..

For each program, each gateway and each way of routing: translates the template, lints both, and checks them
against the manifest. A template that is committed as `examples/NAME/template.yaml` or `template-rest.yaml`
must be up to date, and the diagram of the first in `examples/NAME/README.md`, if there is one. It ends at the
first error.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import diagram
from access import READERS
from check import check
from translate import translate

GATEWAYS = [
    ("http", "each"),
    ("rest", "each"),
    ("http", "proxy"),
    ("rest", "proxy"),
    ("url",),
    ("alb",),
    ("rest", "each", "stream"),
    ("url", "stream"),
]
# The options of each file.
COMMITTED = {
    "template.yaml": ("--kind", "http"),
    "template-rest.yaml": ("--kind", "rest"),
    "template-rest-stream.yaml": ("--kind", "rest", "--stream"),
    "template-url-stream.yaml": ("--kind", "url", "--stream"),
}
EXAMPLES = Path(__file__).parents[2] / "examples"


def run(program, *arguments):
    """Runs a program without any environment: a description needs none."""
    return subprocess.run([program, *arguments], env={}, capture_output=True, text=True, timeout=60)


def output(program, *arguments):
    done = run(program, *arguments)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def checked(name, errors, since):
    if errors:
        sys.exit("\n  ".join([f"{name}:", *errors]))
    print(f"{name}: good, {time.monotonic() - since:.1f} s")


def written(program, gateway, file):
    """The template of a program, or the error. The kinds without routes of their own have no `--routes`."""
    options = ["--kind", gateway[0]]
    for one in gateway[1:]:
        options += ["--stream"] if one == "stream" else ["--routes", one]
    file.unlink(missing_ok=True)
    done = run(program, "template", *options, "--out", str(file))
    return (file.read_text(), None) if done.returncode == 0 else (None, done.stderr)


def check_program(program, directory):
    manifest = json.loads(output(program, "routes", "--json"))
    needs_gateway = any(one["kind"] in READERS for one in manifest["authenticators"])
    for gateway in GATEWAYS:
        since = time.monotonic()
        name = f"{Path(program).name}, {', '.join(gateway)}"
        text, error = written(program, gateway, directory / "template.yaml")
        if error and needs_gateway and "each" not in gateway:
            # One operation is open or closed for all callers.
            print(f"{name}: no template: {error.splitlines()[-1]}")
            continue
        if error:
            errors = [error]
        else:
            routes = "proxy" if "proxy" in gateway else "each"
            # A program may stream without the option.
            streams = True if "stream" in gateway else None
            errors = check(manifest, text, gateway[0], routes, with_streams=streams)
        checked(name, errors, since)


def check_committed(program, template, options):
    """A committed template may have lines of its own."""
    since = time.monotonic()
    output(program, "template", *options, "--check", str(template))
    text = template.read_text()
    streams = "--stream" in options or None
    errors = check(json.loads(output(program, "routes", "--json")), text, options[1], with_streams=streams)
    checked(str(template.relative_to(EXAMPLES.parent)), errors, since)


def check_diagram(template):
    readme = template.with_name("README.md")
    old = readme.read_text() if readme.exists() else ""
    if diagram.BEGIN not in old:
        return
    since = time.monotonic()
    drawn = diagram.inserted(old, diagram.diagram(translate(template.read_text())))
    errors = [] if drawn == old else ["the diagram is out of date: .ci/template/diagram.py writes it"]
    checked(str(readme.relative_to(EXAMPLES.parent)), errors, since)


with tempfile.TemporaryDirectory() as scratch:
    for name in sys.argv[1:]:
        check_program(name, Path(scratch))
        for file, options in COMMITTED.items():
            committed = EXAMPLES / Path(name).name / file
            if committed.exists():
                check_committed(name, committed, options)
                if file == "template.yaml":
                    check_diagram(committed)
