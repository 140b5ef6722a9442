"""Compares what closes an operation of a gateway with who may call, as the manifest says it."""

import re

from manifest import scopes_fit

# Authenticators that only read what a gateway has verified.
READERS = {"iam", "gateway_jwt", "gateway_cognito", "lambda"}
POOL_HOSTS = r"https://(issuer-)?cognito-idp\.[^/]+/"


class Rules:
    """`setting` gives the text of a setting in the template."""

    def __init__(self, manifest, kind, setting):
        self.manifest, self.kind, self.setting = manifest, kind, setting

    def differences(self, route, access):
        """How the access of an operation differs from what the route needs; nothing if it fits."""
        rule = route.access
        closed = self.manifest.closure(rule, self.kind)
        if access.kind == "key":
            yield "an API key alone closes it, and an API key identifies no caller"
        elif access.kind == "none":
            kinds = {self.manifest.authenticators[one]["kind"] for one in rule["authenticators"]}
            if closed.kind != "none" and not closed.optional:
                yield f"it is open, but {closed.kind} can close it: {described(rule)}"
            elif not rule["public"] and kinds and kinds <= READERS:
                yield f"it is open, but the function relies on the gateway: {described(rule)}"
        elif closed.kind == "none":
            why = "everybody may call" if rule["public"] else "the function must decide"
            yield f"{access} closes it, but {why}: {described(rule)}"
        elif access.kind != closed.kind:
            yield f"{access} closes it, not {closed.kind}: {described(rule)}"
        else:
            yield from self.scheme(access, closed.authenticator)
            if not scopes_fit(access.scopes, rule, closed, self.kind):
                yield f"its scopes are {access.scopes}: {described(rule)}"

    def scheme(self, access, one):
        """How an authorizer differs from the authenticator."""
        found = access.scheme
        if "header" in found:
            credential = one.get("credential") or {"name": "authorization"}
            if str(found["header"]).lower() != credential["name"]:
                yield f"the credential is in {credential['name']}, not in {found['header']}"
        pools, issuers = one.get("user_pools", []), one.get("issuers", [])
        if access.kind == "jwt":
            if issuers and found["issuer"] != self.setting(issuers[0]["issuer"]):
                yield f"the issuer is {found['issuer']}"
            pool = self.setting(pools[0]["id"]) if pools else ""
            if pools and not re.fullmatch(POOL_HOSTS + re.escape(pool), found["issuer"]):
                yield f"the issuer {found['issuer']} is not the user pool {pool}"
            parties = issuers[0].get("audiences", []) if issuers else one.get("clients", [])
            parties = pools[0].get("clients", []) if pools else parties
            wanted = {self.setting(party) for party in parties}
            fits = found["audiences"] == wanted if wanted else found["audiences"]
            if not fits:
                yield f"the audiences are {sorted(found['audiences'])}, not {sorted(wanted)}"
        if access.kind == "cognito":
            unmatched = set(found["arns"])
            for pool in (self.setting(pool["id"]) for pool in pools):
                # `!GetAtt Pool.Arn` is the pool of `!Ref Pool`.
                own = {arn for arn in unmatched if arn.endswith(f":userpool/{pool}")}
                own |= {pool.removesuffix("}") + ".Arn}"} & unmatched
                if not own:
                    yield f"the user pools {sorted(found['arns'])} lack {pool}"
                unmatched -= own
            if unmatched:
                yield f"the user pools {sorted(unmatched)} are too many"


def described(access):
    """The rule of a route, for a message."""
    words = ["public"] if access["public"] else list(access["authenticators"]) or ["nobody"]
    for name in ("scopes", "groups"):
        for how, names in (access.get(name) or {}).items():
            words.append(f"{how} of the {name} {', '.join(names)}")
    return "; ".join(words)
