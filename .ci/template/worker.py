"""A manifest with a handler for each kind of event, a good template of it, and mutants of that."""

import copy

MAPPING = {"FunctionName": {"Ref": "Function"}, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
FAILED = {"Fn::GetAtt": ["Failed", "Arn"]}
ON_FAILURE = {"OnFailure": {"Destination": FAILED}}
TARGET = {"Id": "Function", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}, "DeadLetterConfig": {"Arn": FAILED}}
AUTHORIZERS = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*/authorizers/*"
SALES = "arn:aws:kinesis:eu-west-1:123456789012:stream/sales"
CONSUMER = f"{SALES}/consumer/till:1700000000"
BUCKET = "arn:${AWS::Partition}:s3:::${AWS::AccountId}-uploads"


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def manifest():
    kinds = [
        {"kind": "sqs", "from": {"env": "QUEUE"}},
        {"kind": "dynamodb", "from": {"env": "TABLE"}},
        {"kind": "kinesis", "from": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"},
        {"kind": "kinesis", "from": CONSUMER},
        {"kind": "sns"},
        {"kind": "s3", "from": {"env": "BUCKET"}},
        {"kind": "event_bridge", "source": ["shop"], "detail": {"order.status": "paid"}},
        {"kind": "schedule", "schedule": "rate(1 day)", "rule": "nightly"},
        {"kind": "authorizer"},
        {"kind": "any"},
    ]
    events = [one | {"handler": f"a::{one['kind']}", "location": "a:1"} for one in kinds]
    return {
        "version": 1,
        "routes": [],
        "mounts": [],
        "fallbacks": [],
        "authenticators": [],
        "events": events,
    }


def statement(actions, resource):
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def permission(principal, source, **more):
    own = {"FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction", "Principal": principal}
    return {"Type": "AWS::Lambda::Permission", "Properties": own | {"SourceArn": source} | more}


def mapping(source, **more):
    properties = copy.deepcopy(MAPPING) | {"EventSourceArn": source} | more
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


def stream(source):
    return mapping(
        source,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=10,
        DestinationConfig=copy.deepcopy(ON_FAILURE),
    )


def function():
    clicks = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"
    of_stream = ["GetRecords", "GetShardIterator", "DescribeStream"]
    statements = [
        statement([f"sqs:{one}" for one in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")], arn("Queue")),
        statement([f"dynamodb:{one}" for one in of_stream], {"Fn::GetAtt": ["Table", "StreamArn"]}),
        statement([f"kinesis:{one}" for one in of_stream], clicks),
        statement(["s3:GetObject"], {"Fn::Sub": f"{BUCKET}/*"}),
        statement([f"kinesis:{one}" for one in of_stream], SALES),
        statement(["kinesis:SubscribeToShard"], CONSUMER),
        statement(["sqs:SendMessage"], FAILED),
    ]
    variables = {
        "QUEUE": arn("Queue"),
        "TABLE": {"Ref": "Table"},
        "BUCKET": {"Fn::Sub": "${AWS::AccountId}-uploads"},
        "LAMBDA_API_PARTIAL": "true",
    }
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "CodeUri": ".",
            "Handler": "bootstrap",
            "Runtime": "provided.al2023",
            "Timeout": 10,
            "Environment": {"Variables": variables},
            "Policies": [{"Version": "2012-10-17", "Statement": statements}],
        },
    }


def letters():
    """Who may send what could not be delivered."""
    senders = [
        ("events.amazonaws.com", [arn("Rule"), arn("Nightly")]),
        ("sns.amazonaws.com", [{"Ref": "Topic"}]),
    ]
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": FAILED,
            "Condition": {"ArnEquals": {"aws:SourceArn": sources}},
        }
        for service, sources in senders
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Failed"}], "PolicyDocument": document},
    }


def good():
    redrive = {"deadLetterTargetArn": arn("DeadLetters"), "maxReceiveCount": 5}
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": key,
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    }
    notification = {"Event": "s3:ObjectCreated:*", "Function": arn("Function")}
    bucket = {
        "BucketName": {"Fn::Sub": "${AWS::AccountId}-uploads"},
        "NotificationConfiguration": {"LambdaConfigurations": [notification]},
    }
    subscription = {
        "Protocol": "lambda",
        "Endpoint": arn("Function"),
        "TopicArn": {"Ref": "Topic"},
        "RedrivePolicy": {"deadLetterTargetArn": FAILED},
    }
    rule = {
        "EventPattern": {"source": ["shop"], "detail": {"order": {"status": ["paid"]}}},
        "Targets": [TARGET],
    }
    nightly = {"Name": "nightly", "ScheduleExpression": "rate(1 day)", "Targets": [TARGET]}
    invoke = {"FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", "DestinationConfig": ON_FAILURE}
    account = {"SourceAccount": {"Ref": "AWS::AccountId"}}
    resources = {
        "Function": function(),
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": 60, "RedrivePolicy": redrive},
        },
        "DeadLetters": {"Type": "AWS::SQS::Queue"},
        "QueueMapping": mapping(arn("Queue")),
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        "TableMapping": stream({"Fn::GetAtt": ["Table", "StreamArn"]}),
        "ClicksMapping": stream("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"),
        "SalesMapping": stream(CONSUMER),
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
        "TopicPermission": permission("sns.amazonaws.com", {"Ref": "Topic"}),
        "Bucket": {"Type": "AWS::S3::Bucket", "DependsOn": "BucketPermission", "Properties": bucket},
        "BucketPermission": permission("s3.amazonaws.com", {"Fn::Sub": BUCKET}, **account),
        "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
        "RulePermission": permission("events.amazonaws.com", arn("Rule")),
        "Nightly": {"Type": "AWS::Events::Rule", "Properties": nightly},
        "NightlyPermission": permission("events.amazonaws.com", arn("Nightly")),
        "AuthorizerPermission": permission("apigateway.amazonaws.com", {"Fn::Sub": AUTHORIZERS}),
        "Failed": {"Type": "AWS::SQS::Queue"},
        "FailedPolicy": letters(),
        "InvokeConfig": {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": invoke},
    }
    return copy.deepcopy(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": resources,
        }
    )


def socket_manifest():
    """The same with a WebSocket API, whose handshakes the authorizer decides about."""
    found = manifest()
    found["events"].append({"kind": "websocket", "route": "send", "handler": "a::send", "location": "a:1"})
    return found


def good_socket():
    template = good()
    resources = template["Resources"]
    del resources["AuthorizerPermission"]
    routes = {
        "$connect": {"FunctionArn": arn("Function")},
        "send": {"FunctionArn": arn("Function"), "RouteResponseSelectionExpression": "$default"},
    }
    api = {
        "StageName": "prod",
        "RouteSelectionExpression": "$request.body.action",
        "Auth": {"AuthType": "CUSTOM", "AuthArn": arn("Function")},
        "Routes": routes,
    }
    response = {
        "ApiId": {"Ref": "WebSocketApi"},
        "RouteId": {"Ref": "WebSocketApiSendRoute"},
        "RouteResponseKey": "$default",
    }
    connections = "${AWS::AccountId}:${WebSocketApi}/prod/*/@connections/*"
    connections = {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:{connections}"}
    resources["WebSocketApi"] = {"Type": "AWS::Serverless::WebSocketApi", "Properties": api}
    resources["SendResponse"] = {"Type": "AWS::ApiGatewayV2::RouteResponse", "Properties": response}
    statements(template).append(statement(["execute-api:ManageConnections"], connections))
    return template


def properties(template, name):
    return template["Resources"][name]["Properties"]


def statements(template):
    return properties(template, "Function")["Policies"][0]["Statement"]


def variables(template):
    return properties(template, "Function")["Environment"]["Variables"]


def copied(template, name, **more):
    """Adds a second one of a resource."""
    other = copy.deepcopy(template["Resources"][name])
    other["Properties"] |= more
    template["Resources"]["Other"] = other


# What is changed, and a part of what must be reported.
MUTANTS = {
    "no_mapping": (lambda t: t["Resources"].pop("QueueMapping"), "a::sqs: nothing sends events of sqs"),
    "mapping_of_another_queue": (
        lambda t: properties(t, "QueueMapping").update(EventSourceArn=arn("DeadLetters")),
        "QueueMapping: no handler explains it",
    ),
    "second_mapping": (
        lambda t: copied(t, "QueueMapping", EventSourceArn=arn("DeadLetters")),
        "Other: no handler explains it",
    ),
    "unreported_failures": (
        lambda t: properties(t, "QueueMapping").pop("FunctionResponseTypes"),
        "QueueMapping: failed records are not reported",
    ),
    "no_variable_for_failures": (
        lambda t: variables(t).pop("LAMBDA_API_PARTIAL"),
        '`LAMBDA_API_PARTIAL` is not "true"',
    ),
    "variable_of_another_queue": (
        lambda t: variables(t).update(QUEUE=arn("DeadLetters")),
        "QueueMapping: no handler explains it",
    ),
    "no_permission_to_read": (
        lambda t: statements(t).pop(0),
        "QueueMapping: the function may not read ${Queue.Arn}",
    ),
    "no_permission_to_read_a_stream": (
        lambda t: statements(t).pop(4),
        "SalesMapping: the function may not read arn:aws:kinesis:eu-west-1:123456789012:stream/sales",
    ),
    "no_permission_to_subscribe": (
        lambda t: statements(t).pop(5),
        "SalesMapping: the function may not subscribe to arn:aws:kinesis",
    ),
    "every_queue": (lambda t: statements(t)[0].update(Resource="*"), "on ['*']"),
    "every_action": (lambda t: statements(t)[0].update(Action="sqs:*"), "the function may ['sqs:*']"),
    "no_dead_letters": (
        lambda t: properties(t, "Queue").pop("RedrivePolicy"),
        "Queue: no queue for dead letters",
    ),
    "ordered_but_not_its_dead_letters": (
        lambda t: properties(t, "Queue").update(FifoQueue=True),
        "Queue: only one of queue and dead letters is FIFO",
    ),
    "short_visibility": (
        lambda t: properties(t, "Queue").update(VisibilityTimeout=30),
        "Queue: messages are visible again too soon",
    ),
    "endless_retries": (
        lambda t: properties(t, "TableMapping").pop("MaximumRetryAttempts"),
        "TableMapping: records are skipped or block the shard",
    ),
    "skipped_records": (
        lambda t: properties(t, "ClicksMapping").update(StartingPosition="LATEST"),
        "ClicksMapping: records are skipped or block the shard",
    ),
    "lost_records": (
        lambda t: properties(t, "ClicksMapping").pop("DestinationConfig"),
        "ClicksMapping: what failed is lost",
    ),
    "no_subscription": (lambda t: t["Resources"].pop("Subscription"), "a::sns: nothing sends events of sns"),
    "no_permission_of_a_topic": (
        lambda t: t["Resources"].pop("TopicPermission"),
        "Subscription: sns.amazonaws.com may not invoke the function",
    ),
    "every_topic": (
        lambda t: properties(t, "TopicPermission").pop("SourceArn"),
        "TopicPermission: no handler explains it",
    ),
    "lost_messages": (
        lambda t: properties(t, "FailedPolicy")["PolicyDocument"]["Statement"].pop(),
        "Subscription: what cannot be delivered is lost",
    ),
    "every_bucket": (
        lambda t: properties(t, "BucketPermission").pop("SourceArn"),
        "BucketPermission: no handler explains it",
    ),
    "bucket_of_every_account": (
        lambda t: properties(t, "BucketPermission").pop("SourceAccount"),
        "s3.amazonaws.com may not invoke the function",
    ),
    "no_notification": (
        lambda t: properties(t, "Bucket").pop("NotificationConfiguration"),
        "Bucket: no notifications",
    ),
    "bucket_before_its_permission": (
        lambda t: t["Resources"]["Bucket"].pop("DependsOn"),
        "Bucket: it may be created before its permission",
    ),
    "no_permission_to_read_objects": (
        lambda t: statements(t).pop(3),
        "-uploads: the function may not read its objects",
    ),
    "flat_pattern": (
        lambda t: properties(t, "Rule")["EventPattern"].update(detail={"order.status": ["paid"], "a": ["b"]}),
        "a::event_bridge: nothing sends events",
    ),
    "wide_pattern": (
        lambda t: properties(t, "Rule")["EventPattern"].pop("source"),
        "a::event_bridge: nothing sends events",
    ),
    "no_permission_of_a_rule": (
        lambda t: t["Resources"].pop("RulePermission"),
        "Rule: events.amazonaws.com may not invoke the function",
    ),
    "every_rule": (
        lambda t: properties(t, "RulePermission").pop("SourceArn"),
        "RulePermission: no handler explains it",
    ),
    "second_rule": (
        lambda t: copied(t, "Rule", EventPattern={"source": ["other"]}),
        "Other: no handler explains it",
    ),
    "lost_events_of_a_rule": (
        lambda t: properties(t, "Nightly")["Targets"][0].pop("DeadLetterConfig"),
        "Nightly: what cannot be delivered is lost",
    ),
    "another_schedule": (
        lambda t: properties(t, "Nightly").update(ScheduleExpression="rate(1 hour)"),
        "a::schedule: nothing sends events",
    ),
    "another_name_of_a_rule": (
        lambda t: properties(t, "Nightly").update(Name="daily"),
        "a::schedule: nothing sends events",
    ),
    "no_permission_of_an_authorizer": (
        lambda t: t["Resources"].pop("AuthorizerPermission"),
        "a::authorizer: apigateway.amazonaws.com may not invoke the function",
    ),
    "every_route_of_every_api": (
        lambda t: properties(t, "AuthorizerPermission")["SourceArn"].update(
            {"Fn::Sub": AUTHORIZERS.replace("/authorizers/*", "")}
        ),
        "AuthorizerPermission: no handler explains it",
    ),
    "lost_events": (
        lambda t: t["Resources"].pop("InvokeConfig"),
        "asynchronous events that fail are lost",
    ),
    "no_permission_for_failures": (
        lambda t: statements(t).pop(),
        "InvokeConfig: what failed is lost",
    ),
}

# The same with a WebSocket API.
SOCKET_MUTANTS = {
    "open_handshake": (
        lambda t: properties(t, "WebSocketApi").pop("Auth"),
        "the handshake has the authorization NONE",
    ),
    "no_handshake": (
        lambda t: (properties(t, "WebSocketApi").pop("Auth"), properties(t, "WebSocketApi")["Routes"].pop("$connect")),
        "the routes of the WebSocket API are ['send'], not ['$connect', 'send']",
    ),
    "another_route": (
        lambda t: properties(t, "WebSocketApi")["Routes"].update(other={"FunctionArn": arn("Function")}),
        "the routes of the WebSocket API are",
    ),
    "no_route_response": (lambda t: t["Resources"].pop("SendResponse"), "send: clients get no responses"),
    "no_selection_of_a_response": (
        lambda t: properties(t, "WebSocketApi")["Routes"]["send"].pop("RouteResponseSelectionExpression"),
        "send: clients get no responses",
    ),
    "no_permission_to_send": (
        lambda t: statements(t).pop(),
        "the function may not send to connections",
    ),
    "every_connection": (
        lambda t: statements(t)[-1].update(Resource="*"),
        "the function may not send to connections",
    ),
    "permission_for_the_whole_api": (
        lambda t: t["Resources"].update(
            Other=permission("apigateway.amazonaws.com", {"Fn::Sub": AUTHORIZERS.replace("*/authorizers", "${WebSocketApi}")})
        ),
        "Other: no handler explains it",
    ),
}
