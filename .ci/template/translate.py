"""Translates templates of AWS SAM to CloudFormation without AWS, and lints both.

usage: translate.py TEMPLATE        prints the translated template as JSON
"""

import json
import logging
import os
import re
import sys

REGION = "eu-west-1"
# The translator asks boto3 for a region, and knows its partition.
os.environ["AWS_DEFAULT_REGION"] = REGION

import yaml
from cfnlint.api import lint as cfn_lint
from cfnlint.config import ManualArgs
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# It reports that metrics and feature toggles of AWS are absent.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

# W3005: `DependsOn` that a reference implies, which SAM writes.
IGNORED = ["W3005"]
# W2001, unused parameter: SAM puts values in the place of parameters of a REST API.
IGNORED_IN_TRANSLATED = [*IGNORED, "W2001"]

# Where the code is after `sam package`.
BUCKET, PACKAGE = "bucket", "key"
AWS_POLICIES = "arn:aws:iam::aws:policy/"
DUMMIES = {"Number": "1", "List<Number>": "1"}


class Rejected(Exception):
    """The translator or a linter rejects a template."""


class ManagedPolicies(dict):
    """The ARN of a managed policy, for each name."""

    def load(self):
        return self

    def __contains__(self, name):
        return isinstance(name, str) and name.isalnum()

    def __missing__(self, name):
        return AWS_POLICIES + name

    def get(self, name, default=None):
        return self[name] if name in self else default


def load(text):
    """A template with `{"Fn::Sub": ..}` for `!Sub`, and so on."""
    try:
        template = yaml_parse(text)
    except yaml.YAMLError as error:
        raise Rejected(f"YAML: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise Rejected("no `Resources`")
    return template


def parameters(template):
    """The value of each parameter: its default, or a text that no other parameter has."""
    values = {}
    for name, parameter in (template.get("Parameters") or {}).items():
        dummy = DUMMIES.get(parameter.get("Type"), f"dummy{name}")
        values[name] = str(parameter.get("Default") or dummy)
    return values


def translate(text):
    """The template in CloudFormation."""
    template = load(text)
    for resource in template["Resources"].values():
        properties = resource.get("Properties") or {}
        # `sam deploy` uploads the folder, and writes where to.
        if isinstance(properties.get("CodeUri"), str):
            properties["CodeUri"] = f"s3://{BUCKET}/{PACKAGE}"
    try:
        return transform(template, parameters(template), ManagedPolicies())
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise Rejected(f"SAM: {causes or error.message}") from error


def lint(text, ignored):
    """What the linter finds."""
    config = ManualArgs(ignore_checks=ignored, regions=[REGION])
    for match in cfn_lint(text, regions=[REGION], config=config):
        at = "/".join(str(part) for part in getattr(match, "path", None) or [])
        yield f"{match.rule.id} at {at}: {match.message}"


def lint_both(source, translated):
    """What the linter finds in a template and in its translation: it finds different things in each."""
    found = [f"source: {match}" for match in lint(source, IGNORED)]
    text = json.dumps(translated, indent=1)
    return found + [f"translated: {match}" for match in lint(text, IGNORED_IN_TRANSLATED)]


def rendered(value, values):
    """A value as text in which `${NAME}` is what only CloudFormation knows.

    `values` has the values of parameters.
    """
    known = {**values, "AWS::Region": REGION, "AWS::Partition": "aws"}

    def reference(name):
        return known.get(name, f"${{{name}}}")

    if not isinstance(value, dict):
        return json.dumps(value) if isinstance(value, list) else str(value)
    match value:
        case {"Ref": name}:
            return reference(name)
        case {"Fn::GetAtt": parts}:
            return reference(parts if isinstance(parts, str) else ".".join(parts))
        case {"Fn::Sub": str(text)}:
            names = {}
        case {"Fn::Sub": [text, names]}:
            pass
        case {"Fn::Select": [index, {"Fn::Split": [separator, whole]}]}:
            parts = rendered(whole, values).split(separator)
            return parts[int(index)] if int(index) < len(parts) else json.dumps(value)
        case _:
            return json.dumps(value, sort_keys=True)

    def replaced(found):
        name = found[1]
        return rendered(names[name], values) if name in names else reference(name)

    return re.sub(r"\$\{([^!}][^}]*)\}", replaced, text)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        json.dump(translate(file.read()), sys.stdout, indent=2)
    print()
