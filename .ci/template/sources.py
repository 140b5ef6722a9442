"""Compares what sends events to the function of a template with the event handlers of the manifest."""

from translate import rendered

PARTIAL = "LAMBDA_API_PARTIAL"
# Services that invoke the function for events of handlers.
PRINCIPALS = {
    "s3": "s3.amazonaws.com",
    "sns": "sns.amazonaws.com",
    "rule": "events.amazonaws.com",
    "gateway": "apigateway.amazonaws.com",
}
OF_EVENTS = {PRINCIPALS[name] for name in ("s3", "sns", "rule")}
MAPPED = {
    "sqs": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "kinesis": {"kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"},
    "dynamodb": {"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"},
}
# The end of the ARN of a consumer of Kinesis begins with it.
CONSUMER = "/consumer/"
# The logical id of the WebSocket API.
SOCKET = "WebSocketApi"
# Kinds for which the function is invoked asynchronously.
ASYNCHRONOUS = {"s3", "sns", "event_bridge", "schedule", "any"}
# The visibility timeout of a queue, in timeouts of the function.
VISIBILITY = 6


def is_only_events(manifest):
    """Whether a program has no gateway."""
    has_paths = manifest["routes"] or manifest["mounts"] or manifest["fallbacks"]
    return bool(manifest.get("events")) and not has_paths


def is_of_socket(source):
    """Whether the source of a permission is the WebSocket API, and not another API."""
    return f":${{{SOCKET}" in source


def flat(detail, prefix=""):
    """A nested pattern as paths with dots."""
    for name, value in detail.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


class Sources:
    """All differences are in `errors`."""

    def __init__(self, manifest, translated, values):
        self.values, self.errors = values, []
        self.resources = translated["Resources"]
        self.function = self.resources["Function"]["Properties"]
        # What no handler explains, by logical id.
        self.unexplained = dict(
            one for kind in ("EventSourceMapping", "Permission") for one in self.of(f"AWS::Lambda::{kind}")
        )
        self.unexplained |= dict(self.of("AWS::Events::Rule")) | dict(self.of("AWS::SNS::Subscription"))
        gateways = {"elasticloadbalancing.amazonaws.com", "*"}
        if not is_only_events(manifest):
            # Which permission a gateway has is compared with its routes.
            gateways.add(PRINCIPALS["gateway"])
        self.has_gateway = PRINCIPALS["gateway"] in gateways
        self.unexplained = {
            name: one
            for name, one in self.unexplained.items()
            if one.get("Principal") not in gateways
            or is_of_socket(self.text(one.get("SourceArn", "")))
            or self.is_of_authorizers(one)
        }
        self.allowed = list(self.statements())
        handlers = manifest.get("events", [])
        for handler in handlers:
            self.check(handler)
        self.check_socket([one for one in handlers if one["kind"] in ("websocket", "authorizer")])
        self.errors += [f"{name}: no handler explains it" for name in self.unexplained]
        if any(handler["kind"] in ASYNCHRONOUS for handler in handlers):
            self.check_failures()
        mapped = dict(self.of("AWS::Lambda::EventSourceMapping"))
        if mapped and self.variables().get(PARTIAL) != "true":
            self.errors.append(f"`{PARTIAL}` is not \"true\"")
        self.check_bounds()

    def of(self, kind):
        for name, resource in self.resources.items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def text(self, value):
        return rendered(value, self.values)

    def variables(self):
        return self.function.get("Environment", {}).get("Variables", {})

    def statements(self):
        role = self.resources.get("FunctionRole", {}).get("Properties", {})
        for policy in role.get("Policies", []):
            for one in policy["PolicyDocument"]["Statement"]:
                actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
                resources = one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
                yield set(actions), {self.text(resource) for resource in resources}

    def allows(self, actions, arn):
        granted = [own for own, resources in self.allowed if arn in resources]
        return actions <= set().union(*granted)

    def is_function(self, value):
        return self.text(value) in ("${Function}", "${Function.Arn}")

    def origin(self, handler):
        """What sends the events of a handler, as its variable or the program says; `None` for any."""
        match handler.get("from"):
            case {"env": name}:
                return self.text(self.variables().get(name, "(missing)"))
            case literal:
                return literal

    def check(self, handler):
        name, kind = handler["handler"], handler["kind"]
        before = len(self.unexplained)
        match kind:
            case "sqs" | "kinesis" | "dynamodb":
                self.check_mapping(handler)
            case "sns":
                self.check_topic(handler)
            case "s3":
                self.check_bucket(handler)
            case "event_bridge" | "schedule":
                self.check_rule(handler)
            case "authorizer":
                self.check_authorizer(name, self.origin(handler))
                return
            case _:
                return
        if len(self.unexplained) == before:
            self.errors.append(f"{name}: nothing sends events of {kind} to it")

    def is_of_authorizers(self, permission):
        """Whether a permission lets API Gateway call the function as an authorizer."""
        source = self.text(permission.get("SourceArn", ""))
        return "/authorizers/" in source and self.is_function(permission.get("FunctionName"))

    def check_authorizer(self, name, api):
        """An authorizer of another API may be invoked by it; one of this template's is called by the gateway."""
        if api in ("${Api}", f"${{{SOCKET}}}"):
            return
        source = f"arn:aws:execute-api:eu-west-1:${{AWS::AccountId}}:{api or '*'}/authorizers/*"
        sources = {self.text(one.get("SourceArn", "")) for one in self.unexplained.values()}
        # One for any API may be that of this template.
        may_be_own = api is None and (self.has_gateway or SOCKET in self.resources)
        if source in sources or not may_be_own:
            self.check_permission(name, PRINCIPALS["gateway"], source)

    @staticmethod
    def names(origin, arn):
        """Whether a setting names what has this ARN."""
        last = arn.rpartition(":")[2]
        return origin in (None, arn, last, last.partition("/")[2]) or arn == f"{origin[:-1]}.StreamArn}}"

    def check_mapping(self, handler):
        origin, kind = self.origin(handler), handler["kind"]
        for name, one in list(self.unexplained.items()):
            arn = self.text(one.get("EventSourceArn", ""))
            # The ARN of the stream of a table is a parameter if the program has the name of the table.
            is_stream = kind == "dynamodb" and arn.startswith("dummy") and isinstance(handler.get("from"), str)
            if "EventSourceArn" not in one or not (self.names(origin, arn) or is_stream):
                continue
            del self.unexplained[name]
            if not self.is_function(one.get("FunctionName")):
                self.errors.append(f"{name}: another function")
            if one.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
                self.errors.append(f"{name}: failed records are not reported")
            read = arn.partition(CONSUMER)[0]
            if not self.allows(MAPPED[kind], read):
                self.errors.append(f"{name}: the function may not read {read}")
            if CONSUMER in arn and not self.allows({"kinesis:SubscribeToShard"}, arn):
                self.errors.append(f"{name}: the function may not subscribe to {arn}")
            if kind == "sqs":
                self.check_queue(arn)
            else:
                self.check_stream(name, one)
            return

    def check_queue(self, arn):
        name = arn[2:].removesuffix(".Arn}")
        queue = self.resources.get(name, {}).get("Properties")
        if queue is None:
            return
        letters = self.text(queue.get("RedrivePolicy", {}).get("deadLetterTargetArn", ""))
        letters = dict(self.of("AWS::SQS::Queue")).get(letters[2:].removesuffix(".Arn}"))
        if letters is None:
            self.errors.append(f"{name}: no queue for dead letters")
        elif letters.get("FifoQueue") != queue.get("FifoQueue"):
            self.errors.append(f"{name}: only one of queue and dead letters is FIFO")
        if queue.get("VisibilityTimeout", 30) < VISIBILITY * self.function["Timeout"]:
            self.errors.append(f"{name}: messages are visible again too soon")

    def check_stream(self, name, one):
        if one.get("StartingPosition") != "TRIM_HORIZON" or "MaximumRetryAttempts" not in one:
            self.errors.append(f"{name}: records are skipped or block the shard")
        self.check_destination(name, one)

    def check_destination(self, name, one):
        destination = one.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        if not self.allows({"sqs:SendMessage"}, self.text(destination)):
            self.errors.append(f"{name}: what failed is lost")

    def check_topic(self, handler):
        origin = self.origin(handler)
        for name, one in list(self.unexplained.items()):
            topic = self.text(one.get("TopicArn", ""))
            if "TopicArn" not in one or not self.names(origin, topic):
                continue
            del self.unexplained[name]
            if one.get("Protocol") != "lambda" or not self.is_function(one.get("Endpoint")):
                self.errors.append(f"{name}: another function")
            self.check_letters(name, one.get("RedrivePolicy", {}).get("deadLetterTargetArn"), topic)
            self.check_permission(name, PRINCIPALS["sns"], topic)
            return

    def check_rule(self, handler):
        expected = {
            "source": handler.get("source"),
            "detail-type": handler.get("detail_type"),
            "detail": {path: [text] for path, text in handler.get("detail", {}).items()} or None,
        }
        for name, one in list(self.unexplained.items()):
            if handler["kind"] == "schedule":
                found = one.get("ScheduleExpression") == handler["schedule"]
                found &= one.get("Name") == handler.get("rule")
            else:
                pattern = one.get("EventPattern", {})
                own = {key: pattern.get(key) for key in ("source", "detail-type")}
                own["detail"] = dict(flat(pattern.get("detail", {}))) or None
                found = own == expected and "ScheduleExpression" not in one
            if "Targets" not in one or not found:
                continue
            del self.unexplained[name]
            [target] = one["Targets"]
            if not self.is_function(target.get("Arn")):
                self.errors.append(f"{name}: another function")
            arn = f"${{{name}.Arn}}"
            self.check_letters(name, target.get("DeadLetterConfig", {}).get("Arn"), arn)
            self.check_permission(name, PRINCIPALS["rule"], arn)
            return

    def check_letters(self, name, queue, source):
        """A service may send what it could not deliver to the queue."""
        queue = self.text(queue or "")
        for _, policy in self.of("AWS::SQS::QueuePolicy"):
            for one in policy["PolicyDocument"]["Statement"]:
                sources = one.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", [])
                if self.text(one["Resource"]) == queue and source in map(self.text, sources):
                    return
        self.errors.append(f"{name}: what cannot be delivered is lost")

    def check_permission(self, name, principal, source, more=None):
        wanted = {"Action": "lambda:InvokeFunction", "Principal": principal, "SourceArn": source} | (more or {})
        for own, one in list(self.unexplained.items()):
            found = {key: self.text(value) for key, value in one.items() if key != "FunctionName"}
            if found == wanted and self.is_function(one["FunctionName"]):
                del self.unexplained[own]
                return own
        self.errors.append(f"{name}: {principal} may not invoke the function")
        return None

    def check_bucket(self, handler):
        origin = self.origin(handler)
        account = {"SourceAccount": "${AWS::AccountId}"}
        buckets = dict(self.of("AWS::S3::Bucket"))
        of_origin = [one for one, own in buckets.items() if origin in (None, self.text(own.get("BucketName")))]
        bucket = of_origin[0] if of_origin else None
        if bucket is not None:
            origin = self.text(buckets[bucket]["BucketName"])
        arn = f"arn:aws:s3:::{origin}"
        permission = self.check_permission(origin, PRINCIPALS["s3"], arn, account)
        if not self.allows({"s3:GetObject"}, f"{arn}/*"):
            self.errors.append(f"{origin}: the function may not read its objects")
        if bucket is None:
            return
        configuration = buckets[bucket].get("NotificationConfiguration", {}).get("LambdaConfigurations", [])
        if not any(self.is_function(one["Function"]) for one in configuration):
            self.errors.append(f"{bucket}: no notifications")
        if permission != self.resources[bucket].get("DependsOn"):
            self.errors.append(f"{bucket}: it may be created before its permission")

    def check_socket(self, handlers):
        """The WebSocket API has the routes of the handlers, and no others but an authorized `$connect`."""
        keys = {one["route"] for one in handlers if one["kind"] == "websocket"}
        kinds = [one.get("authorizer_kinds", ["websocket"]) for one in handlers if one["kind"] == "authorizer"]
        is_closed = any("websocket" in one for one in kinds)
        routes = {one["RouteKey"]: (name, one) for name, one in self.of("AWS::ApiGatewayV2::Route")}
        expected = keys | ({"$connect"} if keys and is_closed else set())
        if set(routes) != expected:
            self.errors.append(f"the routes of the WebSocket API are {sorted(routes)}, not {sorted(expected)}")
        connect = routes.get("$connect", (None, {}))[1].get("AuthorizationType", "NONE")
        if keys and is_closed != (connect == "CUSTOM"):
            self.errors.append(f"the handshake has the authorization {connect}")
        responses = {self.text(one["RouteId"]) for _, one in self.of("AWS::ApiGatewayV2::RouteResponse")}
        for key, (name, route) in routes.items():
            if key not in ("$connect", "$disconnect") and (
                f"${{{name}}}" not in responses or route.get("RouteResponseSelectionExpression") != "$default"
            ):
                self.errors.append(f"{key}: clients get no responses")
        manages = f"arn:aws:execute-api:eu-west-1:${{AWS::AccountId}}:${{{SOCKET}}}/"
        if keys and not any(
            {"execute-api:ManageConnections"} == actions and arn.startswith(manages)
            for actions, arns in self.allowed
            for arn in arns
        ):
            self.errors.append("the function may not send to connections")
        stages = [one["StageName"] for _, one in self.of("AWS::ApiGatewayV2::Stage")]
        for name, one in list(self.unexplained.items()):
            source = self.text(one.get("SourceArn", ""))
            named = [f"${{{SOCKET}.ApiId}}/{stage}/{key}" for stage in stages for key in routes]
            named += [f"${{{SOCKET}}}/authorizers/", f"${{{SOCKET}.ApiId}}/authorizers/"]
            if is_of_socket(source) and any(part in source for part in named):
                del self.unexplained[name]

    def check_failures(self):
        """Lambda drops an asynchronous event that failed, unless it has a destination."""
        configs = [
            (name, one)
            for name, one in self.of("AWS::Lambda::EventInvokeConfig")
            if self.is_function(one["FunctionName"]) and one["Qualifier"] == "$LATEST"
        ]
        if not configs:
            self.errors.append("asynchronous events that fail are lost")
        for name, one in configs:
            self.check_destination(name, one)

    def check_bounds(self):
        for actions, resources in self.allowed:
            if "*" in resources or any("*" in action for action in actions):
                self.errors.append(f"the function may {sorted(actions)} on {sorted(resources)}")


def differences(manifest, translated, values):
    if "Function" not in translated["Resources"]:
        return ["no function"]
    return Sources(manifest, translated, values).errors
