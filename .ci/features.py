"""Checks two facts about features, with `cargo tree`.

`cargo test --workspace` compiles lambda-api and lambda-api-testing once, with every feature, so that one run
tests all of them. And lambda_http is a dependency of the feature `lambda-http` alone.
"""

import json
import re
import subprocess
import sys

OPTIONAL = ("lambda_http", "lambda_runtime", "aws_lambda_events")


def cargo(*arguments):
    return subprocess.check_output(["cargo", *arguments, "--locked"], text=True)


def tree(*arguments):
    return cargo("tree", "--prefix", "none", "--format", "{p} [{f}]", *arguments).splitlines()


def names(lines):
    return {line.split(" ")[0] for line in lines}


packages = json.loads(cargo("metadata", "--format-version", "1", "--no-deps"))["packages"]
features = {package["name"]: set(package["features"]) - {"default"} for package in packages}

workspace = tree("--workspace", "--edges", "normal,build,dev")
for name in ("lambda-api", "lambda-api-testing"):
    found = {re.search(r"\[(.*)\]", line)[1] for line in workspace if line.startswith(f"{name} v")}
    if len(found) != 1:
        sys.exit(f"`cargo test --workspace` compiles {name} with {len(found)} sets of features")
    if missing := features[name] - set(found.pop().split(",")):
        sys.exit(f"`cargo test --workspace` does not switch on {sorted(missing)} of {name}")

others = ",".join(sorted(features["lambda-api"] - {"lambda-http"}))
for chosen in ([], ["--features", others]):
    unwanted = names(tree("-p", "lambda-api", "--edges", "normal", *chosen)) & set(OPTIONAL)
    if unwanted:
        sys.exit(f"{unwanted} in the tree of lambda-api with {chosen or 'no feature'}")
if "lambda_http" not in names(tree("-p", "lambda-api", "--edges", "normal", "--features", "lambda-http")):
    sys.exit("lambda_http is not in the tree with its feature: the check sees nothing")
print("all features are tested, and lambda_http comes with its feature alone")
