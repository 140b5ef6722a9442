"""Deploys a program with a handler for each kind of event on an emulator of AWS, and causes the events.

usage: events.py PROGRAM, with `.ci/template` in PYTHONPATH

PROGRAM is testing/programs/sources, whose handlers write a record each.
"""

import json
import pathlib
import signal
import subprocess
import sys
import time

from deploy import uploaded
from emulator import PATIENCE, running
from translate import translate

program = pathlib.Path(sys.argv[1])
NAME = "events"
# The queue and the consumer are of another account, and there is no such bucket.
ABSENT = ["TakeBackQueueMapping", "BalanceStreamMapping", "DevelopBucketPermission"]
ROUTE_RESPONSE = "AWS::ApiGatewayV2::RouteResponse"


def existing(emulator):
    """Creates what the program expects to exist. Returns the values of the parameters."""
    dynamodb, kinesis, sqs = (emulator.client(name) for name in ("dynamodb", "kinesis", "sqs"))
    for stream in ("clicks", "views"):
        kinesis.create_stream(StreamName=stream, ShardCount=1)
    table = dynamodb.create_table(
        TableName="prices",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    emulator.client("sns").create_topic(Name="alarms")
    url = sqs.create_queue(QueueName="invoices")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    clicks = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]
    return {"InvoicesQueue": queue, "Clicks": clicks, "RepriceStreamArn": table["LatestStreamArn"]}


def deploy(emulator, parameters):
    """Creates the stack. Returns its outputs."""
    template = translate(subprocess.check_output([program, "template"], text=True, timeout=20, env={}))
    resources = template["Resources"]
    for name in ABSENT:
        del resources[name]
    # The emulator does not know the responses of routes.
    for name in [name for name, one in resources.items() if one["Type"] == ROUTE_RESPONSE]:
        del resources[name]
    stacks = emulator.client("cloudformation")
    stacks.create_stack(
        StackName=NAME,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    waiter = stacks.get_waiter("stack_create_complete")
    waiter.wait(StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    [stack] = stacks.describe_stacks(StackName=NAME)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def cause(emulator, outputs, parameters):
    """Causes an event of each source. Returns the names of the handlers that get one."""
    dynamodb, kinesis, sns, sqs = (emulator.client(name) for name in ("dynamodb", "kinesis", "sns", "sqs"))
    sqs.send_message(QueueUrl=outputs["OrdersQueue"], MessageBody="{}")
    invoices = sqs.get_queue_url(QueueName="invoices")["QueueUrl"]
    sqs.send_message(QueueUrl=invoices, MessageBody="{}")
    emulator.client("s3").put_object(Bucket=outputs["UploadsBucket"], Key="a.png", Body=b"png")
    sns.publish(TopicArn=outputs["NewsTopic"], Message="news")
    sns.publish(TopicArn=sns.create_topic(Name="alarms")["TopicArn"], Message="alarm")
    for table in (outputs["Orders"], "prices"):
        dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
    for stream in ("clicks", "views"):
        kinesis.put_record(StreamName=stream, PartitionKey="1", Data=b"click")
    events = [
        ("shop.orders", "OrderPlaced", {"order": {"status": "paid", "shop": "tea"}}),
        ("shop.stock", "SoldOut", {}),
    ]
    entries = [{"Source": one, "DetailType": of, "Detail": json.dumps(detail)} for one, of, detail in events]
    emulator.client("events").put_events(Entries=entries)
    return {
        *("ship", "charge", "shrink", "announce", "wake_up", "index", "reprice", "count", "rank", "placed", "stock")
    }


def wait_for(emulator, handlers):
    """Waits until each handler has written its record."""
    logs, missing = emulator.client("logs"), set(handlers)
    until = time.monotonic() + PATIENCE
    while missing and time.monotonic() < until:
        for group in logs.describe_log_groups()["logGroups"]:
            found = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
            text = " ".join(one["message"] for one in found)
            missing = {name for name in missing if f'handled by {name}"' not in text}
        time.sleep(0.3)
    assert not missing, f"no event for {sorted(missing)}"


if __name__ == "__main__":
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("out of time"))
    with running() as emulator:
        uploaded(emulator, program)
        parameters = existing(emulator)
        outputs = deploy(emulator, parameters)
        print("ok: the stack is created", flush=True)
        wait_for(emulator, cause(emulator, outputs, parameters))
        print("ok: each handler got its event", flush=True)
    print(f"{time.monotonic() - started:.1f} s")
