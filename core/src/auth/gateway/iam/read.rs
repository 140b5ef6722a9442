//! Where the sources say who signed a request.

use super::{CognitoIdentity, IamIdentity};
use crate::{
    auth::{
        Refusal,
        gateway::{
            object::{Object, texts},
            origin::Event,
        },
    },
    event::Source,
};

/// Those that can check a signature.
pub(super) const CARRIERS: &[Source] = &[
    Source::RestApi,
    Source::HttpApi,
    Source::HttpApiV1,
    Source::FunctionUrl,
    Source::LatticeV2,
];

/// What an event says of the caller, in one of three forms.
pub(super) enum Part<'a> {
    /// `requestContext.identity` of payload format 1.0.
    Format1(Object<'a>),
    /// `requestContext.authorizer.iam` of payload format 2.0.
    Format2(Object<'a>),
    /// `requestContext.identity` of VPC Lattice.
    Lattice(Object<'a>),
}

/// Finds the caller in an event. In that of a source which cannot know one, it is looked for in all
/// forms.
pub(super) fn find<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, Refusal> {
    match event.source {
        Source::RestApi | Source::HttpApiV1 => format_1(event),
        Source::HttpApi | Source::FunctionUrl => format_2(event),
        Source::LatticeV2 => lattice(event),
        _ => {
            if let Some(part) = format_1(event)? {
                return Ok(Some(part));
            }
            if let Some(part) = format_2(event)? {
                return Ok(Some(part));
            }
            lattice(event)
        }
    }
}

/// The object is always there, and full of nulls when nobody signed. An emulator may write empty
/// strings.
fn format_1<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, Refusal> {
    let Some(identity) = event.identity()? else {
        return Ok(None);
    };
    let signed = identity
        .get("userArn")
        .is_some_and(|arn| arn.get() != "\"\"");
    Ok(signed.then_some(Part::Format1(identity)))
}

fn format_2<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, Refusal> {
    match event.authorizer()? {
        Some(authorizer) => Ok(authorizer.only_object("iam")?.map(Part::Format2)),
        None => Ok(None),
    }
}

/// The object is always there, with the VPC in it.
fn lattice<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, Refusal> {
    let Some(identity) = event.identity()? else {
        return Ok(None);
    };
    match (identity.text("type").as_deref(), identity.get("principal")) {
        (Some("AWS_IAM"), _) => Ok(Some(Part::Lattice(identity))),
        // Another kind of identity is none of ours, whatever it calls its principal.
        (Some(_), _) | (None, None) => Ok(None),
        (None, Some(_)) => Err(Refusal::MalformedContext),
    }
}

impl Part<'_> {
    pub(super) fn read(self) -> Result<IamIdentity, Refusal> {
        let new = |identity: &Object<'_>, name| {
            let arn = identity.string(name).ok_or(Refusal::MalformedContext)?;
            let iam = IamIdentity::new(arn).ok_or(Refusal::MalformedContext)?;
            // The gateway takes both from the same credentials.
            match identity.text("accountId") {
                Some(account) if account != iam.account() => Err(Refusal::MalformedContext),
                _ => Ok(iam),
            }
        };
        Ok(match self {
            Self::Format1(identity) => IamIdentity {
                caller_id: identity.string("caller"),
                access_key_id: identity.string("accessKey"),
                organization: identity.string("principalOrgId"),
                cognito: cognito_1(&identity),
                ..new(&identity, "userArn")?
            },
            Self::Format2(iam) => IamIdentity {
                caller_id: iam.string("callerId"),
                access_key_id: iam.string("accessKey"),
                organization: iam.string("principalOrgId"),
                cognito: iam.object("cognitoIdentity")?.as_ref().and_then(cognito_2),
                ..new(&iam, "userArn")?
            },
            Self::Lattice(identity) => IamIdentity {
                organization: identity.string("principalOrgID"),
                source_vpc: identity.string("sourceVpcArn"),
                ..new(&identity, "principal")?
            },
        })
    }
}

/// A REST API splits the methods into the first one and the others; an HTTP API lists them as well.
fn cognito_1(identity: &Object<'_>) -> Option<CognitoIdentity> {
    let methods = match identity.get("cognitoAmr") {
        Some(methods) => strings(methods),
        None => {
            let first = identity.string("cognitoAuthenticationType");
            let others = identity.string("cognitoAuthenticationProvider");
            let others = others.iter().flat_map(|others| others.split(','));
            let others = others.filter(|method| !method.is_empty());
            first.into_iter().chain(others.map(str::to_owned)).collect()
        }
    };
    Some(CognitoIdentity {
        id: identity.string("cognitoIdentityId")?,
        pool: identity.string("cognitoIdentityPoolId"),
        methods,
    })
}

fn cognito_2(cognito: &Object<'_>) -> Option<CognitoIdentity> {
    Some(CognitoIdentity {
        id: cognito.string("identityId")?,
        pool: cognito.string("identityPoolId"),
        methods: cognito.get("amr").map(strings).unwrap_or_default(),
    })
}

fn strings(value: &serde_json::value::RawValue) -> Vec<String> {
    let texts = texts(value).into_iter();
    texts.map(std::borrow::Cow::into_owned).collect()
}
