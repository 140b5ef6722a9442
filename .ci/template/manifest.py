"""What the manifest of a program says: which route gets a request, and what a gateway can check of it."""

import re
from typing import NamedTuple

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# The scope that each access token of a Cognito user has who signed in with a password.
SIGN_IN = "aws.cognito.signin.user.admin"
MOST_SCOPES = 10  # of a route of an HTTP API
USUAL_CLAIMS = (None, "scope", "scp")


class Route(NamedTuple):
    """What gets requests: a route, a mounted service or a fallback."""

    method: str
    path: str
    access: dict
    function: str | None
    # Whether a gateway may lack it: the program responds to such requests with an error of its own.
    optional: bool = False


class Closure(NamedTuple):
    """What may close an operation at the gateway."""

    kind: str  # none, iam, jwt, cognito, lambda
    authenticator: dict | None = None
    # Whether a gateway may also leave it to the function.
    optional: bool = False


def segments(path):
    return [part for part in path.split("/")[1:] if path != "/"]


def greedy(path):
    return path.endswith("+}")


def normal(path):
    """The path without the name of its greedy parameter: a mounted service has none."""
    return re.sub(r"\{[^{}/]*\+\}$", "{+}", path)


def covers(pattern, path):
    """Whether a path pattern matches all that another one matches."""
    ours, theirs = segments(pattern), segments(path)
    if greedy(pattern):
        if len(theirs) < len(ours):
            return False
        ours = ours[:-1]
    elif greedy(path) or len(ours) != len(theirs):
        return False
    return all(our.startswith("{") or our == their for our, their in zip(ours, theirs))


def overlap(a, b):
    """The path of all that two paths match; `None` if that is nothing, or all that one of them matches."""
    long, short = sorted((segments(a), segments(b)), key=len, reverse=True)
    if len(long) > len(short) and not (short and greedy(short[-1])) or covers(a, b) or covers(b, a):
        return None
    parts = list(long)
    for at, (ours, theirs) in enumerate(zip(long, short)):
        narrow, wide = sorted((ours, theirs), key=lambda part: (part.startswith("{"), greedy(part)))
        if not wide.startswith("{") and narrow != wide:
            return None
        parts[at] = narrow
    return "".join(f"/{part}" for part in parts)


def specificity(path):
    """The order in which the router tries paths. A greedy parameter is one in all further segments."""
    parameters = [part.startswith("{") for part in segments(path)]
    padding = [greedy(path)] * (64 - len(parameters))
    return greedy(path), parameters + padding, -len(parameters)


def below(prefix):
    prefix = prefix.rstrip("/")
    return [prefix or "/", f"{prefix}/{{+}}"]


class Manifest:
    def __init__(self, manifest):
        self.authenticators = {one["id"]: one for one in manifest["authenticators"]}
        self.routes = [
            Route(one["method"], normal(one["path"]), one["access"], one.get("function"))
            for one in manifest["routes"]
        ]
        for mount in manifest["mounts"]:
            self.routes += [
                Route("ANY", path, mount["access"], mount.get("function"))
                for path in below(mount["prefix"])
            ]
        self.routes.sort(key=lambda route: specificity(route.path))
        self.fallbacks = [
            Route("ANY", path, one["access"], one.get("function"), not one["every_method"])
            for one in manifest["fallbacks"]
            for path in below(one["prefix"])
        ]
        self.fallbacks.sort(key=lambda route: specificity(route.path))

    def functions(self):
        """The names of all functions; `None` is that of the whole API."""
        return {None} | {route.function for route in self.routes + self.fallbacks}

    def find(self, method, path):
        """What the program's router chooses."""
        for pattern in dict.fromkeys(route.path for route in self.routes):
            if not covers(pattern, path):
                continue
            alike = [one for one in self.routes if covers(one.path, pattern) and covers(pattern, one.path)]
            own = {route.method: route for route in alike}
            names = [method, "GET", "ANY"] if method == "HEAD" else [method, "ANY"]
            for name in names:
                if name in own:
                    return own[name]
        return next((one for one in self.fallbacks if covers(one.path, path)), None)

    def settings(self):
        """The environment variables that authenticators read."""

        def variables(value):
            match value:
                case {"env": str(name)}:
                    yield name
                case dict():
                    for member in value.values():
                        yield from variables(member)
                case list():
                    for member in value:
                        yield from variables(member)

        return set(variables(list(self.authenticators.values())))

    def closure(self, access, kind):
        """What closes a route at a kind of gateway. It follows from the manifest alone."""
        accepted = [self.authenticators[one] for one in access["authenticators"]]
        if access["public"] or len(accepted) != 1:
            return Closure("none")
        return closure(accepted[0], kind)


def closure(one, kind):
    """What a gateway can check for a route with this authenticator alone."""
    pools, issuers = one.get("user_pools", []), one.get("issuers", [])
    credential = one.get("credential") or {}
    unusual = credential.get("prefix", "Bearer") != "Bearer"
    algorithms = one.get("algorithms", ["RS256"])
    match one["kind"], kind:
        case "iam", _:
            return Closure("iam", one)
        case "lambda", _:
            return Closure("lambda", one)
        case ("jwt" | "cognito"), _ if credential.get("in") == "cookie":
            return Closure("none")
        case "jwt", "http":
            parties = len(issuers) == 1 and issuers[0].get("audiences")
            rsa = any(name.startswith("RS") for name in algorithms)
            mixed = not all(name.startswith("RS") for name in algorithms)
            if parties and rsa:
                return Closure("jwt", one, unusual or mixed or "jwks_url" in issuers[0])
        case "cognito", "http":
            if len(pools) == 1 and pools[0].get("clients") and not pools[0].get("regions"):
                return Closure("jwt", one, unusual)
        case "cognito", "rest":
            replicated = any(pool.get("regions") for pool in pools)
            return Closure("cognito", one, len(pools) > 1 or replicated or unusual)
        case ("gateway_jwt" | "gateway_cognito"), "http":
            return Closure("jwt", one)
        case "gateway_cognito", "rest":
            return Closure("cognito", one)
    return Closure("none")


def scopes_fit(found, access, closed, kind):
    """Whether an authorizer with these scopes (a token needs one of them) lets in who may call."""
    one = closed.authenticator or {}
    required = access.get("scopes") or {}
    wanted = set(required.get("all") or required.get("any") or [])
    found_set = set(found)
    if closed.kind not in ("jwt", "cognito"):
        return not found
    if one.get("token") == "id" and not found:
        return True
    if one.get("scopes_claim") not in USUAL_CLAIMS:
        return not found
    if not wanted:
        access_tokens = kind == "rest" and one.get("token") == "access"
        return found == [SIGN_IN] if access_tokens else not found
    if "any" in required:
        return found_set == wanted and (kind == "rest" or len(found) <= MOST_SCOPES)
    # A token that has all of them has some of them.
    return bool(found) and found_set <= wanted and (kind == "rest" or len(found) <= MOST_SCOPES)
