//! The members of a request context that name the signer of a request.

use super::{CognitoIdentity, IamIdentity};
use crate::{
    auth::{
        AuthError,
        gateway::trusted_apis::Event,
        json::{Object, texts},
    },
    event::Source,
};

/// The sources that can check a signature.
pub(super) const CARRIERS: &[Source] = &[
    Source::RestApi,
    Source::HttpApi,
    Source::HttpApiV1,
    Source::FunctionUrl,
    Source::LatticeV2,
];

/// The object that describes a caller.
pub(super) struct Part<'a> {
    members: Object<'a>,
    /// The member with the ARN.
    arn: &'static str,
}

/// Finds the caller in an event. In the event of a source that has no such callers, every place is
/// looked at, so that the identity is rejected rather than overlooked.
pub(super) fn find<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, AuthError> {
    match event.source {
        Source::RestApi | Source::HttpApiV1 => format_1(event),
        Source::HttpApi | Source::FunctionUrl => format_2(event),
        Source::LatticeV2 => lattice(event),
        _ => match format_1(event)? {
            Some(part) => Ok(Some(part)),
            None => match format_2(event)? {
                Some(part) => Ok(Some(part)),
                None => lattice(event),
            },
        },
    }
}

/// `requestContext.identity` of payload format 1.0. It is full of nulls if the request is not signed, and
/// emulators write empty strings.
fn format_1<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, AuthError> {
    let arn = "userArn";
    let is_signed = |identity: &Object<'a>| {
        let arn = identity.get(arn);
        arn.is_some_and(|arn| arn.get() != "\"\"")
    };
    let identity = event.identity()?.filter(is_signed);
    Ok(identity.map(|members| Part { members, arn }))
}

/// `requestContext.authorizer.iam` of payload format 2.0.
fn format_2<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, AuthError> {
    let arn = "userArn";
    let iam = match event.authorizer()? {
        Some(authorizer) => authorizer.only_object("iam")?,
        None => None,
    };
    Ok(iam.map(|members| Part { members, arn }))
}

/// `requestContext.identity` of VPC Lattice, which always has the VPC.
fn lattice<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, AuthError> {
    let arn = "principal";
    let Some(members) = event.identity()? else {
        return Ok(None);
    };
    match (members.text("type").as_deref(), members.get(arn)) {
        (Some("AWS_IAM"), _) => Ok(Some(Part { members, arn })),
        // Another kind of identity is not an IAM caller, whatever its principal.
        (Some(_), _) | (None, None) => Ok(None),
        (None, Some(_)) => Err(AuthError::MalformedContext),
    }
}

impl Part<'_> {
    pub(super) fn read(self) -> Result<IamIdentity, AuthError> {
        let any = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| self.members.owned_text(name))
        };
        let iam = self.members.owned_text(self.arn).and_then(IamIdentity::new);
        let iam = iam.ok_or(AuthError::MalformedContext)?;
        // The gateway takes account and ARN from the same credentials.
        if let Some(account) = self.members.text("accountId")
            && account != iam.account()
        {
            return Err(AuthError::MalformedContext);
        }
        Ok(IamIdentity {
            caller_id: any(["caller", "callerId"]),
            access_key_id: self.members.owned_text("accessKey"),
            organization: any(["principalOrgId", "principalOrgID"]),
            source_vpc: self.members.owned_text("sourceVpcArn"),
            cognito: cognito(&self.members)?,
            ..iam
        })
    }
}

fn cognito(caller: &Object<'_>) -> Result<Option<CognitoIdentity>, AuthError> {
    let (members, [id, pool, methods]) = match caller.object("cognitoIdentity")? {
        Some(cognito) => (&{ cognito }, ["identityId", "identityPoolId", "amr"]),
        None => (
            caller,
            ["cognitoIdentityId", "cognitoIdentityPoolId", "cognitoAmr"],
        ),
    };
    let methods = match members.get(methods) {
        Some(methods) => {
            let methods = texts(methods).into_iter();
            methods.map(std::borrow::Cow::into_owned).collect()
        }
        // A REST API has the first method and the others, in two members.
        None => {
            let first = members.owned_text("cognitoAuthenticationType");
            let others = members.owned_text("cognitoAuthenticationProvider");
            let others = others.iter().flat_map(|others| others.split(','));
            let others = others.filter(|method| !method.is_empty());
            first.into_iter().chain(others.map(str::to_owned)).collect()
        }
    };
    Ok(members.owned_text(id).map(|id| CognitoIdentity {
        id,
        pool: members.owned_text(pool),
        methods,
    }))
}
