"""Walks the manifest of a program (`routes --json`) beside its template.

usage: check.py [--kind http|rest|url|alb] [--routes each|proxy] [--lint] MANIFEST TEMPLATE
       check.py --stream [--lint-every N]

Each operation of the translated template must have the methods, the path and the access that the manifest
says, and each route an operation; gateway and functions must agree about streams; each event handler must have
what sends its events, and nothing else may invoke the function. `--stream` reads lines
`{"kind", "routes", "streams", "manifest", "template"}` from standard input, with the template as text. The exit code is 1 if anything differs.
"""

import argparse
import json
import sys

import sources
import streams
from access import Rules
from gateway import DEFAULT_ROUTE, Gateway
from manifest import METHODS, Manifest, covers, overlap, specificity
from translate import Rejected, lint_both, load, parameters, rendered, translate
from whitelist import misspelt

EVERYTHING = "/{+}"
TRUSTED_IDS = "LAMBDA_API_IDS"


class Check:
    """All differences are in `errors`."""

    def __init__(self, manifest, source, translated, kind, routes):
        self.manifest, self.kind, self.routes = Manifest(manifest), kind, routes
        self.source = source
        self.values = parameters(source)
        self.resources = translated["Resources"]
        self.gateway = Gateway(translated, kind, self.values)
        self.functions = {
            self.text(resource["Properties"].get("FunctionName", name)): name
            for name, resource in self.resources.items()
            if resource["Type"] == "AWS::Lambda::Function"
        }
        self.rules = Rules(self.manifest, kind, self.setting)
        self.errors = misspelt(source, kind) + self.gateway.errors
        self.check_default()
        self.check_operations()
        self.check_coverage()
        if routes == "each":
            self.check_reach()
        self.check_functions()
        if kind == "rest":
            self.check_siblings()

    def text(self, value):
        return rendered(value, self.values)

    def variables(self, function):
        properties = self.resources[function]["Properties"]
        return properties.get("Environment", {}).get("Variables", {})

    def setting(self, setting):
        """The text of a setting: a literal, or the value of a variable of the function."""
        if isinstance(setting, str):
            return setting
        return self.text(self.variables("Function").get(setting["env"], "(missing)"))

    def name(self, function):
        """The name of the function with this name in the manifest."""
        main = next((name for name, own in self.functions.items() if own == "Function"), "(missing)")
        return main if function is None or self.routes == "proxy" else f"{main}-{function}"

    def check_default(self):
        """What an operation is without `security` must not be open by mistake."""
        api = self.source["Resources"].get("Api", {}).get("Properties", {})
        auth = api.get("Auth") or {}
        default = auth.get("DefaultAuthorizer")
        if default is None and self.manifest.authenticators:
            self.errors.append("no `DefaultAuthorizer`, but the program has authenticators")
        elif default is not None and default not in ("AWS_IAM", *(auth.get("Authorizers") or {})):
            self.errors.append(f"the default authorizer `{default}` does not exist")

    def check_operations(self):
        """Nothing that the manifest does not explain."""
        operations = self.gateway.operations
        for (path, name), operation in operations.items():
            if self.routes == "proxy" and path not in (DEFAULT_ROUTE, "/", EVERYTHING):
                self.errors.append(f"{name} {path}: not one route for everything")
            elif name == "ANY":
                alike = {own for other, own in operations if covers(other, path) and covers(path, other)}
                for method in METHODS:
                    if method not in alike:
                        self.check_operation(method, path, operation)
            else:
                self.check_operation(name, path, operation)

    def check_operation(self, method, path, operation):
        if self.routes == "proxy":
            return
        asked = path
        if path == DEFAULT_ROUTE:
            # The rest: the root alone, if a route takes all other paths.
            taken = [one for one in (EVERYTHING, "/") if self.gateway.effective(method, one)]
            if len(taken) == 2:
                return
            asked = "/" if taken == [EVERYTHING] else EVERYTHING
        route = self.manifest.find(method, asked)
        if self.is_preflight(method, route, operation):
            self.check_function(method, path, operation, None)
        elif route is None:
            self.errors.append(f"{method} {path}: the program has no such route")
        else:
            self.compare(method, path, operation, route)

    @staticmethod
    def is_preflight(method, route, operation):
        """Whether an open `OPTIONS` is for preflights, which carry no credentials."""
        is_own = route is not None and route.method == method
        return method == "OPTIONS" and operation.access.kind == "none" and not is_own

    def compare(self, method, path, operation, route):
        for difference in self.rules.differences(route, operation.access):
            self.errors.append(f"{method} {path}: {difference}")
        self.check_function(method, path, operation, route)

    def check_function(self, method, path, operation, route):
        if operation.function is None:
            if route is not None:
                self.errors.append(f"{method} {path}: a mock has the place of the function")
        elif operation.function not in self.functions:
            self.errors.append(f"{method} {path}: no function is named {operation.function}")
        elif route is not None and operation.function != self.name(route.function):
            self.errors.append(f"{method} {path}: {operation.function} has it, not {self.name(route.function)}")

    def operation(self, method, path):
        """The operation that gets requests to a path: its own, or that of a more general path."""
        found = self.gateway.effective(method, path)
        paths = {path for path, _ in self.gateway.operations}
        if found or (self.kind == "rest" and path in paths):
            return found
        general = [one for one in paths if covers(one, path)]
        # Paths that differ only in names of parameters have their methods in common.
        for one in sorted(general, key=specificity):
            alike = [other for other in general if covers(other, one) and covers(one, other)]
            own = [self.gateway.operations.get((other, method)) for other in alike]
            any_method = [self.gateway.effective(method, other) for other in alike]
            if found := next(filter(None, own + any_method), None):
                return found
        return self.gateway.effective(method, DEFAULT_ROUTE)

    def check_coverage(self):
        """An operation for each route, and for each path of a mounted service and of a fallback."""
        routes = self.manifest.routes
        alone = [
            one
            for one in self.manifest.fallbacks
            if not any(covers(route.path, one.path) for route in routes)
        ]
        for route in routes + alone:
            methods = {"ANY": METHODS, "GET": ["GET", "HEAD"]}.get(route.method, [route.method])
            for method in methods:
                if self.manifest.find(method, route.path) != route:
                    continue
                operation = self.operation(method, route.path)
                if operation is None:
                    self.errors.append(f"{method} {route.path}: no operation")
                elif self.routes == "proxy" and operation.access.kind == "none":
                    if not self.is_preflight(method, route, operation):
                        self.check_open_proxy(method, route, operation)
                elif operation.path != route.path and not self.is_preflight(method, route, operation):
                    self.compare(method, route.path, operation, route)

    def check_reach(self):
        """For each path of the gateway, the operation of what the program chooses for each method.

        The same for each overlap of two of them: if program and gateway choose different paths for a request,
        they choose these for the overlap of both, too.
        """
        paths = sorted({path for path, _ in self.gateway.operations} - {DEFAULT_ROUTE})
        pairs = ((one, other) for at, one in enumerate(paths) for other in paths[:at])
        overlaps = {overlap(one, other) for one, other in pairs} - {None}
        for path in [*paths, *sorted(overlaps - set(paths))]:
            for method in METHODS:
                route = self.manifest.find(method, path)
                if route is None or route.optional:
                    continue
                operation = self.operation(method, path)
                if operation is None:
                    self.errors.append(f"{method} {path}: no operation, but {route.method} {route.path} has it")
                elif operation.path != path and not self.is_preflight(method, route, operation):
                    self.compare(method, path, operation, route)

    def check_open_proxy(self, method, route, operation):
        """The program decides, unless it relies on the gateway."""
        found = self.manifest.closure(route.access, self.kind)
        authenticator = found.authenticator or {}
        if found.kind == "iam" or authenticator.get("kind", "").startswith(("gateway_", "lambda")):
            self.errors += [f"{method} {route.path}: one open route, but the gateway must verify callers"]
        self.check_function(method, route.path, operation, route)

    def check_functions(self):
        """Each function that the gateway calls has one permission, and the variables of the settings."""
        called = {self.name(function) for function in self.manifest.functions()}
        called |= {one.function for one in self.gateway.operations.values() if one.function}
        source = "arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${Api}/*"
        for name in sorted(called):
            function = self.functions.get(name)
            if function is None:
                self.errors.append(f"no function is named {name}")
                continue
            names = {name, f"${{{function}}}", f"${{{function}.Arn}}"}
            granted = [
                resource["Properties"]
                for resource in self.resources.values()
                if resource["Type"] == "AWS::Lambda::Permission"
                and self.text(resource["Properties"].get("FunctionName")) in names
                and resource["Properties"].get("Principal") not in sources.OF_EVENTS
                and not sources.is_of_socket(self.text(resource["Properties"].get("SourceArn", "")))
            ]
            if len(granted) != 1:
                self.errors.append(f"{function} has {len(granted)} permissions, not one")
            for one in granted:
                found = {key: self.text(value) for key, value in one.items() if key != "FunctionName"}
                if found != {
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": source,
                }:
                    self.errors.append(f"the permission of {function} is {json.dumps(found)}")
            variables = self.variables(function)
            for variable in sorted(self.manifest.settings()):
                if not variables.get(variable):
                    self.errors.append(f"{function} lacks the variable {variable}")
                elif variable == TRUSTED_IDS and variables[variable] != {"Ref": "Api"}:
                    self.errors.append(f"{TRUSTED_IDS} of {function} is not `!Ref Api`")

    def check_siblings(self):
        """A REST API has one parameter in a place."""
        known = {}
        for path in self.gateway.body.get("paths", {}):
            parts = path.split("/")
            for at, part in enumerate(parts):
                if part.startswith("{"):
                    first = known.setdefault("/".join(parts[:at]), part)
                    if first != part:
                        self.errors.append(f"{path}: {part} beside {first}, which a REST API rejects")


def check(manifest, text, kind, routes="each", with_lint=True, with_streams=None):
    """The errors of a template, each once. `with_streams` is whether it is to stream, if that is known."""
    errors, gateway = [], None
    try:
        translated = translate(text)
        # A function URL and a load balancer have no routes.
        is_only_events = sources.is_only_events(manifest)
        if kind in ("http", "rest") and not is_only_events:
            checked = Check(manifest, load(text), translated, kind, routes)
            errors, gateway = checked.errors, checked.gateway
        if not is_only_events:
            errors += streams.differences(manifest, translated, kind, gateway, with_streams)
        errors += sources.differences(manifest, translated, parameters(load(text)))
    except Rejected as error:
        return [str(error)]
    return list(dict.fromkeys(errors + (lint_both(text, translated) if with_lint else [])))


def stream(lines, lint_every):
    """Checks pairs from another program, and returns the number of wrong ones."""
    count = wrong = 0
    for count, line in enumerate(lines, 1):
        pair = json.loads(line)
        kind, routes = pair["kind"], pair.get("routes", "each")
        with_lint = lint_every > 0 and count % lint_every == 0
        errors = check(
            pair["manifest"], pair["template"], kind, routes, with_lint, pair.get("streams")
        )
        if errors:
            wrong += 1
            print(f"pair {count} ({kind}, {routes}):", *errors, sep="\n  ")
            print(pair["template"])
    print(f"{count} templates checked, {wrong} of them wrong")
    return wrong + (count == 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kind", choices=["http", "rest", "url", "alb"], default="http")
    parser.add_argument("--routes", choices=["each", "proxy"], default="each")
    parser.add_argument("--lint", action="store_true", help="lint the template and its translation")
    parser.add_argument("--stream", action="store_true", help="check pairs from standard input")
    parser.add_argument("--lint-every", type=int, default=25, metavar="N", help="lint every Nth pair")
    parser.add_argument("files", nargs="*", metavar="MANIFEST TEMPLATE")
    options = parser.parse_args()
    if options.stream:
        sys.exit(min(stream(sys.stdin, options.lint_every), 1))
    if len(options.files) != 2:
        parser.error("a manifest and a template are required")
    manifest, template = (open(name).read() for name in options.files)
    errors = check(json.loads(manifest), template, options.kind, options.routes, options.lint)
    if errors:
        print(f"{options.files[1]}:", *errors, sep="\n  ", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
