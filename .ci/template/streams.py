"""Compares how a gateway calls its functions, for a stream or for one response, with what they expect."""

from translate import rendered

VARIABLE = "LAMBDA_API_STREAM"
STREAMING = ("url", "rest")


def modes(resources, kind, gateway):
    """Whether the gateway streams, for each place that says so: its name, the function, and the mode."""
    if kind == "url":
        for name, resource in resources.items():
            if resource["Type"] == "AWS::Lambda::Url":
                properties = resource["Properties"]
                target = properties.get("TargetFunctionArn")
                streams = properties.get("InvokeMode", "BUFFERED") == "RESPONSE_STREAM"
                yield name, rendered(target, {}).strip("${}"), streams
    for (path, method), operation in gateway.operations.items() if gateway else []:
        if operation.function is not None:
            yield f"{method} {path}", operation.function, operation.streams


def differences(manifest, translated, kind, gateway=None, expected=None):
    """The errors of a translated template. `expected` is the mode that it was written for, if that is known."""
    resources, errors = translated["Resources"], []
    values = {}
    functions = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            functions[name] = resource["Properties"]
            functions[rendered(resource["Properties"].get("FunctionName", name), values)] = resource["Properties"]
    places = list(modes(resources, kind, gateway))
    if kind == "url" and not places:
        errors.append("no function URL")
    for place, function, streams in places:
        properties = functions.get(function)
        if properties is None:
            errors.append(f"{place}: no function is named {function}")
            continue
        variables = properties.get("Environment", {}).get("Variables", {})
        listed = manifest.get("streams")
        says = "the program"
        if listed is None:
            says, listed = f"`{VARIABLE}`", [one.strip() for one in str(variables.get(VARIABLE, "")).split(",")]
        if streams and kind not in STREAMING:
            errors.append(f"{place}: a gateway of kind {kind} does not stream")
        elif streams != (kind in listed) and kind in STREAMING:
            mode = "streams" if streams else "buffers"
            errors.append(f"{place}: the gateway {mode} responses, but {says} lists {listed}")
        if expected is not None and streams != expected:
            errors.append(f"{place}: the template was to be written for {'streams' if expected else 'buffers'}")
    for place, function, streams, timeout in timeouts(gateway):
        own = functions.get(function, {}).get("Timeout", 3) * 1000
        if streams and timeout != own:
            errors.append(f"{place}: the gateway waits {timeout} ms for a function that may stream {own} ms")
    return errors


def timeouts(gateway):
    for (path, method), one in gateway.operations.items() if gateway else []:
        if one.function is not None:
            yield f"{method} {path}", one.function, one.streams, one.timeout
