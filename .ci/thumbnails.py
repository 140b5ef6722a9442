"""Uploads a photo through the example `thumbnails` to S3 in moto, and sends it the event of the object.

usage: thumbnails.py TARGET_DIRECTORY MOTO_SERVER

Runs in an environment that has boto3. moto sends no notifications of its own to a function on this machine, so the
event is posted to the local server of the example.
"""

import json
import pathlib
import struct
import sys
import zlib

from emulated import REGION, moto, send, served
from processes import expect

BUCKET = "photos"
JSON = {"content-type": "application/json"}

target, moto_server = pathlib.Path(sys.argv[1]), sys.argv[2]


def png(width, height):
    """A grey image (https://www.w3.org/TR/png-3/)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([127]) * width) * height)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def notification(s3, key):
    """The event that S3 sends about an object of the bucket."""
    found = s3.head_object(Bucket=BUCKET, Key=key)
    item = {
        "key": key,
        "size": found["ContentLength"],
        "eTag": found["ETag"].strip('"'),
        "sequencer": "0055AED6DCD90281E5",
    }
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2026-01-02T03:04:05.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": item,
        },
    }


def post(port, event):
    """Status and JSON of the response to an event."""
    status, _, body = send(port, "POST", "/_events", JSON, json.dumps(event))
    return status, json.loads(body)


with moto(moto_server, "s3") as (s3, address):
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    variables = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PHOTOS_BUCKET": BUCKET,
    }
    with served(target / "debug/thumbnails", **variables) as (port, output):
        status, headers, _ = send(port, "PUT", "/photos/sea.png", body=png(640, 320))
        expect("an upload is accepted", status, 202)
        location = headers["location"]
        expect("its thumbnail has a place", location, "/thumbnails/sea.png")
        expect("where nothing is yet", send(port, "GET", location)[0], 404)
        stored = s3.get_object(Bucket=BUCKET, Key="uploads/sea.png")["Body"].read()
        expect("the photo is in the bucket", stored, png(640, 320))

        event = {"Records": [notification(s3, "uploads/sea.png")]}
        expect("the event of the object is handled", post(port, event)[0], 200)
        expect("by its handler", output().count("taken by shrink (examples/thumbnails/src/main.rs:"), 1)
        made = s3.get_object(Bucket=BUCKET, Key="thumbnails/sea.png")["Body"].read()
        expect("the thumbnail is small", struct.unpack(">II", made[16:24]), (128, 64))
        status, headers, body = send(port, "GET", location)
        expect("clients get it", (status, headers["content-type"], body), (200, "image/png", made))

        event = {"Records": [notification(s3, "thumbnails/sea.png")]}
        expect("the event of the thumbnail is handled", post(port, event)[0], 200)
        keys = sorted(item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"])
        expect("and adds no object", keys, ["thumbnails/sea.png", "uploads/sea.png"])

        event["Records"][0]["s3"]["object"]["key"] = "uploads/gone.png"
        status, error = post(port, event)
        expect("an object that is gone fails", (status, error["errorType"]), (502, "BatchFailed"))
        event["Records"][0]["s3"]["bucket"]["name"] = "others"
        status, error = post(port, event)
        expect("other buckets are not taken", (status, error["errorType"]), (502, "UnsupportedEvent"))
