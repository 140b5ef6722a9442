"""Draws what a template creates, as a Mermaid diagram.

usage: diagram.py TEMPLATE                   prints the diagram
       diagram.py [--check] TEMPLATE FILE    writes it into a Markdown file, between two lines of comments

`--check` changes nothing, and fails if the file has another diagram.
"""

import argparse
import re
import sys

from translate import Rejected, translate

BEGIN, END = "<!-- diagram: begin -->", "<!-- diagram: end -->"
# The groups, in the order of the drawing, and the types of their resources.
GROUPS = {
    "Gateway": ["AWS::ApiGateway", "AWS::ApiGatewayV2", "AWS::Lambda::Url", "AWS::ElasticLoadBalancingV2"],
    "Functions": ["AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::IAM"],
    "Identity": ["AWS::Cognito"],
    "Storage": ["AWS::DynamoDB", "AWS::S3"],
    "Logs": ["AWS::Logs"],
}
OTHER = "Others"


def kind(type_name):
    """`AWS::Lambda::Function` as `Lambda function`."""
    _, service, resource = type_name.split("::")
    service = {"ApiGatewayV2": "HTTP API", "ApiGateway": "REST API"}.get(service, service)
    if resource in ("Api", "RestApi"):
        return service
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", resource).lower()
    return f"{service} {words}"


def group(type_name):
    found = (name for name, types in GROUPS.items() if type_name.startswith(tuple(types)))
    return next(found, OTHER)


def references(value):
    """The names in `Ref`, `Fn::GetAtt` and `Fn::Sub`."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [name, *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{([^!}.]+)", text)
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for member in value:
                yield from references(member)


def called(value, functions):
    """The functions whose ARNs an API names: by `Fn::Sub` with the text of `FunctionName`."""
    text = str(value)
    for name, resource in functions.items():
        own = resource["Properties"].get("FunctionName")
        own = own.get("Fn::Sub") if isinstance(own, dict) else own
        if own and re.search(rf"function:{re.escape(own)}[/']", text):
            yield name


def edges(resources):
    """From, to and the label of each edge, once."""
    functions = {name: one for name, one in resources.items() if one["Type"] == "AWS::Lambda::Function"}
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi":
                for function in called(properties.get("Body"), functions):
                    yield name, function, "invokes"
                schemes = properties.get("Body", {}).get("components", {}).get("securitySchemes")
                for other in references(schemes):
                    yield name, other, "tokens"
            case "AWS::Lambda::Permission":
                for function in references(properties.get("FunctionName")):
                    yield name, function, "permits calls of"
            case "AWS::Lambda::Function":
                variables = properties.get("Environment", {}).get("Variables", {})
                for variable, value in variables.items():
                    for other in references(value):
                        yield name, other, variable
                for other in references(properties.get("Role")):
                    yield name, other, "role"
                for other in references(properties.get("LoggingConfig")):
                    yield name, other, "logs"
            case _:
                for other in references(properties):
                    yield name, other, ""


def diagram(translated):
    """The text of the diagram, the same each time."""
    # A deployment has a hash in its name, and shows nothing.
    resources = {
        name: resource
        for name, resource in sorted(translated["Resources"].items())
        if not resource["Type"].endswith(("::Deployment", "::Stage"))
    }
    lines = ["flowchart LR"]
    for title in [*GROUPS, OTHER]:
        members = {name: one for name, one in resources.items() if group(one["Type"]) == title}
        if members:
            lines.append(f"  subgraph {title}")
            lines += [f'    {name}["{name}<br>{kind(one["Type"])}"]' for name, one in members.items()]
            lines.append("  end")
    for one, other, label in sorted(set(edges(resources))):
        if other in resources and one != other:
            lines.append(f"  {one} -->|{label}| {other}" if label else f"  {one} --> {other}")
    return "\n".join(lines) + "\n"


def inserted(text, drawn):
    """The Markdown file with the diagram between the comments."""
    lines = text.splitlines(keepends=True)
    marks = [[at for at, line in enumerate(lines) if line.strip() == mark] for mark in (BEGIN, END)]
    if [len(found) for found in marks] != [1, 1] or marks[0] > marks[1]:
        raise Rejected(f"expected one line `{BEGIN}`, and one line `{END}` below it")
    [begin], [end] = marks
    return "".join([*lines[: begin + 1], f"```mermaid\n{drawn}```\n", *lines[end:]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("template")
    parser.add_argument("file", nargs="?")
    options = parser.parse_args()
    try:
        with open(options.template) as file:
            drawn = diagram(translate(file.read()))
        if options.file is None:
            print(drawn, end="")
            return
        with open(options.file) as file:
            old = file.read()
        new = inserted(old, drawn)
    except Rejected as error:
        sys.exit(f"{options.file or options.template}: {error}")
    if options.check and new != old:
        sys.exit(f"{options.file}: the diagram is not that of {options.template}: run without --check")
    if not options.check:
        with open(options.file, "w") as file:
            file.write(new)


if __name__ == "__main__":
    main()
