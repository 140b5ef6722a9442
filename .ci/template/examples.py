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
from translate import Rejected, lint_both, translate

GATEWAYS = [("http", "each"), ("rest", "each"), ("http", "proxy"), ("rest", "proxy"), ("url",), ("alb",)]
COMMITTED = {"template.yaml": "http", "template-rest.yaml": "rest"}
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
    options = ["--kind", gateway[0]] + [one for routes in gateway[1:] for one in ("--routes", routes)]
    file.unlink(missing_ok=True)
    done = run(program, "template", *options, "--out", str(file))
    return (file.read_text(), None) if done.returncode == 0 else (None, done.stderr)


def translated_only(text):
    """The errors of a template for a gateway without routes."""
    try:
        return lint_both(text, translate(text))
    except Rejected as error:
        return [str(error)]


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
        elif "each" in gateway or "proxy" in gateway:
            errors = check(manifest, text, *gateway)
        else:
            errors = translated_only(text)
        checked(name, errors, since)


def check_committed(program, template, kind):
    """A committed template may have lines of its own."""
    since = time.monotonic()
    output(program, "template", "--kind", kind, "--check", str(template))
    text = template.read_text()
    errors = check(json.loads(output(program, "routes", "--json")), text, kind)
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
        for file, kind in COMMITTED.items():
            committed = EXAMPLES / Path(name).name / file
            if committed.exists():
                check_committed(name, committed, kind)
                if kind == "http":
                    check_diagram(committed)
