"""Deploys the templates of the secured example on an emulator of AWS, and calls the two APIs.

usage: deploy.py PROGRAM, with `.ci/template` in PYTHONPATH

PROGRAM is the secured example, built with `loopback-keys`: the emulator has no TLS, so the keys of its
user pool come from an address on loopback. The function runs as a process of this machine.
"""

import io
import json
import pathlib
import signal
import subprocess
import sys
import time
import zipfile

import checks
import gaps
from emulator import Deployed, running
from translate import BUCKET, PACKAGE, REGION, translate
from users import Pool, substituted

program = pathlib.Path(sys.argv[1])


def template_command(kind, *options):
    """What `template` prints, with no environment."""
    command = [program, "template", "--kind", kind, *options]
    return subprocess.check_output(command, text=True, timeout=20, env={})


def of_type(template, kind):
    """The properties of the resources of a type."""
    resources = template["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == kind]


def uploaded(emulator, program):
    """Puts a program where the templates expect it."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.write(program, "bootstrap")
    s3 = emulator.client("s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    s3.put_object(Bucket=BUCKET, Key=PACKAGE, Body=code.getvalue())


def deploy(emulator, kind):
    """Creates a stack: the API, and the physical ids of all resources by their logical ids."""
    template = translate(template_command(kind))
    gaps.fill(template, kind)
    for function in of_type(template, "AWS::Lambda::Function"):
        # The emulator has no TLS, and its user pools are not at the host of Cognito.
        function["Environment"]["Variables"]["JWKS_URL"] = {
            "Fn::Sub": f"{emulator.address}/${{Pool}}/.well-known/jwks.json"
        }
    stacks = emulator.client("cloudformation")
    stacks.create_stack(
        StackName=kind,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
    )
    waiter = stacks.get_waiter("stack_create_complete")
    waiter.wait(StackName=kind, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    found = stacks.describe_stack_resources(StackName=kind)["StackResources"]
    ids = {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in found}
    if kind == "rest":
        gaps.complete_mocks(emulator.client("apigateway"), ids["Api"], template)
        [stage] = of_type(template, "AWS::ApiGateway::Stage")
    else:
        [stage] = of_type(template, "AWS::ApiGatewayV2::Stage")
    return Deployed(emulator, ids["Api"], stage["StageName"]), ids


def check(emulator, kind):
    print(f"--- {kind}", flush=True)
    api, ids = deploy(emulator, kind)
    print(f"ok: the stack is created, the API is {api.api_id}", flush=True)
    account = emulator.client("sts").get_caller_identity()["Account"]
    values = {
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::AccountId": account,
        "AWS::StackName": kind,
        **ids,
    }
    policy = substituted(template_command(kind, "--caller-policy"), values)
    pool = Pool(emulator, ids["Pool"], ids["PoolClient"])
    checks.permission(emulator, api, ids["Function"], values)
    checks.tokens(kind, api, pool)
    checks.binary(api)
    checks.preflight(kind, api)
    checks.signatures(kind, api, policy)
    checks.pinned(kind, api, ids["Function"], other_api=api.api_id[::-1])


if __name__ == "__main__":
    started = time.monotonic()
    # So that the emulator ends with this process, which `timeout` ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("out of time"))
    with running() as emulator:
        uploaded(emulator, program)
        for kind in ("http", "rest"):
            check(emulator, kind)
    print(f"{time.monotonic() - started:.1f} s")
