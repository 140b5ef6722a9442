//! Callers with IAM credentials.

use serde_json::{Value, json};

/// A user or role that signed the request with IAM credentials.
///
/// The account and the session name are taken from the ARN. The ids are those of AWS's own
/// examples.
///
/// ```
/// use lambda_api::event::emulate::{GatewayContext, IamCaller};
///
/// let caller = IamCaller::new("arn:aws:sts::123456789012:assumed-role/shop/session-1")
///     .access_key("ASIAIOSFODNN7EXAMPLE")
///     .organization("o-exampleorgid");
/// let gateway = GatewayContext::new().caller(caller);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct IamCaller {
    pub(super) arn: String,
    access_key: Option<String>,
    pub(super) organization: Option<String>,
    pub(super) cognito: Option<CognitoIdentity>,
}

/// The identity pool that issued the credentials.
#[derive(Clone, Debug)]
pub(super) struct CognitoIdentity {
    pub(super) pool: String,
    pub(super) identity: String,
    pub(super) methods: Vec<String>,
}

impl IamCaller {
    /// Creates a caller with this ARN.
    pub fn new(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            access_key: None,
            organization: None,
            cognito: None,
        }
    }

    /// Sets the id of the access key.
    pub fn access_key(mut self, id: impl Into<String>) -> Self {
        self.access_key = Some(id.into());
        self
    }

    /// Sets the AWS organization of the account; none by default.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self
    }

    /// Sets the Cognito identity to which the credentials were issued, and how it signed in
    /// (`amr`): `["authenticated", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123"]`.
    pub fn cognito_identity<S: Into<String>>(
        mut self,
        pool: impl Into<String>,
        identity: impl Into<String>,
        methods: impl IntoIterator<Item = S>,
    ) -> Self {
        self.cognito = Some(CognitoIdentity {
            pool: pool.into(),
            identity: identity.into(),
            methods: methods.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// The account in the ARN.
    pub(in super::super) fn account(&self) -> Option<&str> {
        self.arn
            .split(':')
            .nth(4)
            .filter(|account| !account.is_empty())
    }

    /// The name of a role session: the part of the ARN after the role.
    pub(super) fn session(&self) -> Option<&str> {
        let (_, role) = self.arn.split_once(":assumed-role/")?;
        role.split_once('/').map(|(_, session)| session)
    }

    pub(super) fn key_id(&self) -> &str {
        match &self.access_key {
            Some(id) => id,
            None if self.session().is_some() => "ASIAIOSFODNN7EXAMPLE",
            None => "AKIAIOSFODNN7EXAMPLE",
        }
    }

    /// The unique id of the user, or of the role with its session.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
    pub(super) fn unique_id(&self) -> String {
        match self.session() {
            Some(session) => format!("AROADBQP57FF2AEXAMPLE:{session}"),
            None => "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        }
    }

    /// The caller in payload format 2.0.
    pub(super) fn authorizer(&self) -> Value {
        let cognito = self.cognito.as_ref().map(|cognito| {
            json!({
                "amr": cognito.methods,
                "identityId": cognito.identity,
                "identityPoolId": cognito.pool,
            })
        });
        json!({
            "accessKey": self.key_id(),
            "accountId": self.account(),
            "callerId": self.unique_id(),
            "cognitoIdentity": cognito,
            "principalOrgId": self.organization,
            "userArn": self.arn,
            "userId": self.unique_id(),
        })
    }
}
