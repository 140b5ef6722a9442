"""Checks the templates that programs write of themselves, and those that are committed.

usage: examples.py PROGRAM..

For each program, each gateway and each way of routing: translates the template, lints both, and checks them
against the manifest. A template that is committed as `examples/NAME/template.yaml` must be up to date, and
the diagram of it in `examples/NAME/README.md`, if there is one. It ends at the first error.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import diagram
from check import check
from translate import Rejected, lint_both, translate

GATEWAYS = [("http", "each"), ("rest", "each"), ("http", "proxy"), ("rest", "proxy"), ("url",), ("alb",)]
EXAMPLES = Path(__file__).parents[2] / "examples"


def output(program, *arguments):
    """What a program prints without any environment: a description needs none."""
    done = subprocess.run([program, *arguments], env={}, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def checked(name, errors, since):
    if errors:
        sys.exit("\n  ".join([f"{name}:", *errors]))
    print(f"{name}: good, {time.monotonic() - since:.1f} s")


def written(program, gateway, file):
    """The template of a program; the kinds without routes of their own have no `--routes`."""
    options = ["--kind", gateway[0]] + [one for routes in gateway[1:] for one in ("--routes", routes)]
    file.unlink(missing_ok=True)
    output(program, "template", *options, "--out", str(file))
    return file.read_text()


def translated_only(text):
    """The errors of a template for a gateway without routes."""
    try:
        return lint_both(text, translate(text))
    except Rejected as error:
        return [str(error)]


def check_program(program, directory):
    manifest = json.loads(output(program, "routes", "--json"))
    for gateway in GATEWAYS:
        since = time.monotonic()
        text = written(program, gateway, directory / "template.yaml")
        errors = check(manifest, text, *gateway) if len(gateway) == 2 else translated_only(text)
        checked(f"{Path(program).name}, {', '.join(gateway)}", errors, since)


def check_committed(program, template):
    """A committed template is for an HTTP API, and may have lines of its own."""
    since = time.monotonic()
    output(program, "template", "--check", str(template))
    text = template.read_text()
    errors = check(json.loads(output(program, "routes", "--json")), text, "http")
    readme = template.with_name("README.md")
    if not errors and readme.exists() and diagram.BEGIN in readme.read_text():
        old = readme.read_text()
        if diagram.inserted(old, diagram.diagram(translate(text))) != old:
            errors = [f"the diagram in {readme} is out of date: .ci/template/diagram.py writes it"]
    checked(str(template.relative_to(EXAMPLES.parent)), errors, since)


with tempfile.TemporaryDirectory() as scratch:
    for name in sys.argv[1:]:
        check_program(name, Path(scratch))
        committed = EXAMPLES / Path(name).name / "template.yaml"
        if committed.exists():
            check_committed(name, committed)
