"""Calls the secured example with tokens of a user pool in moto.

usage: moto.py TARGET_DIRECTORY MOTO_SERVER

Runs in an environment that has boto3. moto signs the tokens of all its pools with one key, so a
token of another pool is rejected for its issuer alone.
"""

import contextlib
import json
import pathlib
import sys

from emulated import call, free_port, moto, served
from processes import expect

PASSWORD = "Correct-horse-7"

target, moto_server = pathlib.Path(sys.argv[1]), sys.argv[2]


def pool(cognito, name):
    """A new pool with a client and a group: their ids, and a function that signs in."""
    pool_id = cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="app",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )
    client_id = client["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool_id, GroupName="admins")

    def sign_in(user, groups=()):
        found = cognito.admin_create_user(UserPoolId=pool_id, Username=user)
        cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=user, Password=PASSWORD, Permanent=True
        )
        for group in groups:
            cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=user, GroupName=group)
        tokens = cognito.admin_initiate_auth(
            UserPoolId=pool_id,
            ClientId=client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        attributes = {it["Name"]: it["Value"] for it in found["User"]["Attributes"]}
        return attributes["sub"], tokens["AccessToken"], tokens["IdToken"]

    return pool_id, client_id, sign_in


@contextlib.contextmanager
def secured(pool_id, client_id, jwks_url):
    """The port of the example, served by its own command line."""
    variables = {"COGNITO_POOL": pool_id, "COGNITO_CLIENT": client_id, "JWKS_URL": jwks_url}
    with served(target / "debug/secured", **variables) as (port, _):
        yield port


def status(port, method, path, token=None, body=None):
    return call(port, method, path, token, body)[0]


def changed(token):
    """The token with the first character of its signature replaced."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


with moto(moto_server, "cognito-idp") as (cognito, address):
    pool_id, client_id, sign_in = pool(cognito, "orders")
    other_pool_id, _, sign_in_elsewhere = pool(cognito, "another")
    subject, admin, id_token = sign_in("alice", ["admins"])
    _, user, _ = sign_in("bob")
    _, stranger, _ = sign_in_elsewhere("mallory", ["admins"])
    jwks_url = f"{address}/{pool_id}/.well-known/jwks.json"

    with secured(pool_id, client_id, jwks_url) as port:
        expect("health is public", status(port, "GET", "/health"), 200)
        code, headers, _ = call(port, "GET", "/me")
        expect("an anonymous request is rejected", code, 401)
        challenge = headers.get("www-authenticate", "")
        expect("with a challenge for a bearer token", challenge.split(" ")[0], "Bearer")

        code, _, text = call(port, "GET", "/me", admin)
        expect("a real token is accepted", code, 200)
        me = json.loads(text)
        expect("its subject is the user's", me["subject"], subject)
        expect("its groups are the user's", me["groups"], ["admins"])
        expect("its scopes are the user's", me["scopes"], ["aws.cognito.signin.user.admin"])

        code, headers, _ = call(port, "GET", "/me", stranger)
        expect("a token of another pool is rejected", code, 401)
        challenge = headers.get("www-authenticate", "")
        expect("as an invalid token", 'error="invalid_token"' in challenge, True)
        expect("a changed token is rejected", status(port, "GET", "/me", changed(admin)), 401)
        expect("an id token is rejected", status(port, "GET", "/me", id_token), 401)

        expect("a token is not an IAM identity", status(port, "GET", "/internal", admin), 401)

        expect("an admin is allowed", status(port, "GET", "/admin", admin), 200)
        expect("another user is denied", status(port, "GET", "/admin", user), 403)
        order = {"sku": "tea", "quantity": 2}
        code, headers, _ = call(port, "POST", "/orders", admin, order)
        expect("orders require a scope", code, 403)
        challenge = headers.get("www-authenticate", "")
        expect("the challenge names the scope", 'scope="orders/write"' in challenge, True)

    # The key is the same: only the issuer distinguishes these two pools.
    with secured(other_pool_id, client_id, jwks_url) as port:
        expect("a token of the first pool is rejected by the second", status(port, "GET", "/me", admin), 401)

    nowhere = f"http://127.0.0.1:{free_port()}/jwks.json"
    with secured(pool_id, client_id, nowhere) as port:
        expect("health works without keys", status(port, "GET", "/health"), 200)
        code, headers, _ = call(port, "GET", "/me", admin)
        expect("without keys, a token is a 503", code, 503)
        expect("with Retry-After", headers.get("retry-after", "").isdecimal(), True)
