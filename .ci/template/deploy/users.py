"""The callers of a deployed API: users of its pool, and users of IAM."""

import json
import re
import urllib.parse

PASSWORD = "Correct-horse-7"
CALLBACK = "https://app.example.com/signed-in"
SCOPES = ["openid", "aws.cognito.signin.user.admin", "orders/write"]


class Pool:
    """The user pool of a stack, with the group `admins`. The template has the scope `orders/write`."""

    def __init__(self, emulator, pool_id, client_id):
        self.emulator, self.pool_id, self.client_id = emulator, pool_id, client_id
        self.cognito = emulator.client("cognito-idp")
        self.cognito.create_group(UserPoolId=pool_id, GroupName="admins")
        self.cognito.update_user_pool_client(
            UserPoolId=pool_id,
            ClientId=client_id,
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=SCOPES,
            CallbackURLs=[CALLBACK],
            SupportedIdentityProviders=["COGNITO"],
        )

    def sign_up(self, name, groups=()):
        user = {"UserPoolId": self.pool_id, "Username": name}
        self.cognito.admin_create_user(**user)
        self.cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
        for group in groups:
            self.cognito.admin_add_user_to_group(**user, GroupName=group)

    def sign_in(self, name):
        """The access and ID tokens of a password. The access token has no scope of the API."""
        tokens = self.cognito.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return tokens["AccessToken"], tokens["IdToken"]

    def log_in(self, name):
        """An access token with all scopes, from the login page of the pool."""
        application = {"client_id": self.client_id, "redirect_uri": CALLBACK}
        status, headers, _ = self.emulator.post_form(
            "/login", username=name, password=PASSWORD, scope=" ".join(SCOPES), **application
        )
        if status != 302:
            raise AssertionError(f"the login page: {status}")
        query = urllib.parse.urlsplit(headers["location"]).query
        [code] = urllib.parse.parse_qs(query)["code"]
        _, _, body = self.emulator.post_form(
            "/oauth2/token", grant_type="authorization_code", code=code, **application
        )
        return json.loads(body)["access_token"]


def iam_user(emulator, name, policy):
    """The key and the secret of a new user of IAM with one policy."""
    iam = emulator.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def substituted(text, values):
    """The text with values in place of `${NAME}`, as `Fn::Sub` has them."""
    return re.sub(r"\$\{([\w:]+)\}", lambda name: values[name[1]], text)
