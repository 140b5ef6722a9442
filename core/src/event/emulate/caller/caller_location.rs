//! The location of the caller in the events of each source.

use super::{
    super::{
        incoming::Incoming,
        query::{Groups, push},
    },
    Caller, ClientCertificate, IamCaller, Kind, claims,
};
use crate::event::Source;
use serde_json::{Map, Value, json};

/// `requestContext.authorizer`, if there is one.
pub(in super::super) fn authorizer(incoming: &Incoming<'_>) -> Option<Value> {
    if let Some(authorizer) = &incoming.gateway.authorizer {
        return Some(authorizer.clone());
    }
    let mut members = Map::new();
    for Caller(kind) in incoming.callers() {
        match incoming.source {
            Source::RestApi => of_rest_api(kind, incoming.millis / 1000, &mut members),
            Source::HttpApiV1 => of_http_api_1(kind, &mut members),
            Source::HttpApi | Source::FunctionUrl => of_format_2(kind, &mut members),
            _ => {}
        }
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn of_rest_api(kind: &Kind, now: u64, members: &mut Map<String, Value>) {
    match kind {
        Kind::Jwt { claims, scopes } => {
            let mut claims = claims.as_object().cloned().unwrap_or_default();
            if !scopes.is_empty() && !claims.contains_key("scope") && !claims.contains_key("scp") {
                insert(&mut claims, "scope", scopes.join(" "));
            }
            if !claims.contains_key("exp") {
                insert(&mut claims, "exp", now.saturating_add(3600));
            }
            insert(members, "claims", claims);
        }
        Kind::Cognito(claims) => insert(members, "claims", claims::of_rest_api(claims)),
        Kind::Lambda { principal, context } => {
            members.extend(claims::of_context(context));
            insert(members, "principalId", principal.as_str());
            insert(members, "integrationLatency", 12);
        }
        _ => {}
    }
}

fn of_http_api_1(kind: &Kind, members: &mut Map<String, Value>) {
    match kind {
        Kind::Cognito(claims) => set_jwt(members, claims, &[]),
        Kind::Jwt { claims, scopes } => set_jwt(members, claims, scopes),
        Kind::Lambda { principal, context } => {
            members.extend(claims::of_context(context));
            insert(members, "principalId", principal.as_str());
        }
        _ => {}
    }
}

fn of_format_2(kind: &Kind, members: &mut Map<String, Value>) {
    let mut jwt = Map::new();
    match kind {
        Kind::Iam(caller) => insert(members, "iam", caller.authorizer()),
        Kind::Cognito(claims) => set_jwt(&mut jwt, claims, &[]),
        Kind::Jwt { claims, scopes } => set_jwt(&mut jwt, claims, scopes),
        Kind::Lambda { context, .. } => insert(members, "lambda", context.clone()),
        _ => {}
    }
    if !jwt.is_empty() {
        insert(members, "jwt", jwt);
    }
}

/// Sets the claims and the scopes. The scopes are null if the route does not require any.
fn set_jwt(members: &mut Map<String, Value>, claims: &Value, scopes: &[String]) {
    let scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
    insert(members, "claims", claims::of_http_api(claims));
    insert(members, "scopes", json!(scopes));
}

/// Fills in `requestContext.identity` of payload format 1.0.
pub(in super::super) fn identity(incoming: &Incoming<'_>, identity: &mut Map<String, Value>) {
    for Caller(kind) in incoming.callers() {
        match kind {
            Kind::Iam(caller) => set_iam(incoming.source, caller, identity),
            Kind::ApiKey { key, id } => {
                insert(identity, "apiKey", key.as_str());
                insert(identity, "apiKeyId", id.as_str());
            }
            Kind::Certificate(certificate) => {
                insert(identity, "clientCert", certificate.client_cert());
            }
            _ => {}
        }
    }
}

fn set_iam(source: Source, caller: &IamCaller, identity: &mut Map<String, Value>) {
    insert(identity, "accessKey", caller.key_id());
    insert(identity, "accountId", caller.account());
    insert(identity, "caller", caller.unique_id());
    insert(identity, "principalOrgId", caller.organization.as_deref());
    insert(identity, "user", caller.unique_id());
    insert(identity, "userArn", caller.arn.as_str());
    let Some(cognito) = &caller.cognito else {
        return;
    };
    insert(identity, "cognitoIdentityId", cognito.identity.as_str());
    insert(identity, "cognitoIdentityPoolId", cognito.pool.as_str());
    let mut methods = cognito.methods.iter();
    insert(
        identity,
        "cognitoAuthenticationType",
        methods.next().cloned(),
    );
    let provider: Vec<_> = methods.map(String::as_str).collect();
    insert(
        identity,
        "cognitoAuthenticationProvider",
        provider.join(","),
    );
    if source == Source::HttpApiV1 {
        insert(identity, "cognitoAmr", json!(cognito.methods));
    }
}

/// `requestContext.authentication` of HTTP API 2.0.
pub(in super::super) fn authentication(incoming: &Incoming<'_>) -> Option<Value> {
    certificate(incoming).map(|certificate| json!({"clientCert": certificate.client_cert()}))
}

fn certificate<'a>(incoming: &Incoming<'a>) -> Option<&'a ClientCertificate> {
    incoming.callers().find_map(|Caller(kind)| match kind {
        Kind::Certificate(certificate) => Some(certificate),
        _ => None,
    })
}

/// What VPC Lattice 2 sends as `requestContext.identity`.
pub(in super::super) fn lattice_identity(
    incoming: &Incoming<'_>,
    identity: &mut Map<String, Value>,
) {
    for Caller(kind) in incoming.callers() {
        let Kind::Iam(caller) = kind else { continue };
        insert(identity, "type", "AWS_IAM");
        insert(identity, "principal", caller.arn.as_str());
        if let Some(organization) = &caller.organization {
            insert(identity, "principalOrgID", organization.as_str());
        }
        if let Some(session) = caller.session() {
            insert(identity, "sessionName", session);
        }
    }
}

/// Sets the headers that identify the caller. The headers of a load balancer and of VPC Lattice
/// replace headers of the client with these names; the API key is a header of the client.
pub(in super::super) fn headers(incoming: &Incoming<'_>, groups: &mut Groups) {
    for Caller(kind) in incoming.callers() {
        match (incoming.source, kind) {
            (Source::RestApi, Kind::ApiKey { key, .. })
                if !groups.iter().any(|(name, _)| name == "x-api-key") =>
            {
                push(groups, "x-api-key", key.clone());
            }
            (Source::Alb | Source::AlbMultiValue, Kind::Certificate(certificate)) => {
                for (name, value) in certificate.headers() {
                    replace(groups, name, value);
                }
            }
            (Source::LatticeV1, Kind::Iam(caller)) => {
                replace(groups, "x-amzn-lattice-identity", lattice_header(caller));
            }
            _ => {}
        }
    }
}

/// See <https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html>.
fn lattice_header(caller: &IamCaller) -> String {
    let mut header = format!("Principal={}", caller.arn);
    if let Some(organization) = &caller.organization {
        header.push_str(";PrincipalOrgID=");
        header.push_str(organization);
    }
    if let Some(session) = caller.session() {
        header.push_str(";SessionName=");
        header.push_str(session);
    }
    header
}

fn replace(groups: &mut Groups, name: &str, value: String) {
    groups.retain(|(known, _)| known != name);
    push(groups, name, value);
}

fn insert(members: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}
