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


def listed(function):
    """The names in the variable of a function."""
    variables = function.get("Environment", {}).get("Variables", {})
    return {one.strip() for one in str(variables.get(VARIABLE, "")).split(",")}


def differences(manifest, translated, kind, gateway=None, expected=None):
    """The errors of a translated template. `expected` is the mode that it was written for, if that is known."""
    resources, errors = translated["Resources"], []
    values = {}
    functions = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            functions[name] = resource["Properties"]
            functions[rendered(resource["Properties"].get("FunctionName", name), values)] = resource["Properties"]
            if manifest.get("streams") is None:
                for one in sorted(listed(resource["Properties"]) - {"", *STREAMING}):
                    errors.append(f"{name}: does not start with {one!r} in `{VARIABLE}`")
    places = list(modes(resources, kind, gateway))
    if kind == "url" and not places:
        errors.append("no function URL")
    for place, function, streams in places:
        properties = functions.get(function)
        if properties is None:
            errors.append(f"{place}: no function is named {function}")
            continue
        says, names = "the program", manifest.get("streams")
        if names is None:
            says, names = f"`{VARIABLE}`", sorted(listed(properties))
        if streams and kind not in STREAMING:
            errors.append(f"{place}: a gateway of kind {kind} does not stream")
        elif streams != (kind in names) and kind in STREAMING:
            mode = "streams" if streams else "buffers"
            errors.append(f"{place}: the gateway {mode} responses, but {says} lists {names}")
        if expected is not None and streams != expected:
            mode = "streams" if streams else "buffers"
            errors.append(f"{place}: the gateway {mode} responses, but is to {'stream' if expected else 'buffer'} them")
    for place, function, streams, timeout in timeouts(gateway):
        own = functions.get(function, {}).get("Timeout", 3) * 1000
        if streams and timeout != own:
            errors.append(f"{place}: the gateway waits {timeout} ms for a function that may stream {own} ms")
    return errors


def timeouts(gateway):
    for (path, method), one in gateway.operations.items() if gateway else []:
        if one.function is not None:
            yield f"{method} {path}", one.function, one.streams, one.timeout
