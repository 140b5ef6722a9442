//! Authenticators as authorizers of a gateway.

use super::{own::OwnAuthorizer, verifiers::is_in_function};
use crate::{
    auth::{
        Place,
        description::{Description, Kind},
    },
    setting::Setting,
    template::{Gateway, described::Described, tree::Node, values::Values},
};
use http::header::AUTHORIZATION;

/// An authorizer of a gateway.
pub(in crate::template) struct Authorizer {
    /// The id of the authenticator.
    pub(super) id: String,
    /// Letters and digits.
    pub(in crate::template) name: String,
    /// The header with the credential.
    pub(in crate::template) header: String,
    pub(in crate::template) verifies: Verifies,
    pub(super) warnings: Vec<String>,
}

/// What an authorizer verifies.
pub(in crate::template) enum Verifies {
    /// At an HTTP API.
    Jwt { issuer: Node, audiences: Vec<Node> },
    /// At a REST API.
    UserPool(Node),
    /// By calling a function, which has this ARN.
    Lambda(Node),
    /// By calling the function of the whole API.
    Own(OwnAuthorizer),
}

/// Why a gateway has no authorizer for an authenticator.
pub(super) enum NotHere {
    /// The function verifies the caller.
    FunctionDoes(&'static str),
    /// The authenticator reads what a gateway has verified.
    Unverified(String),
}

use NotHere::{FunctionDoes, Unverified};

/// The authorizer for an authenticator that is not IAM's.
pub(super) fn authorizer(
    api: &Described<'_>,
    id: &str,
    name: String,
    authenticator: &Description,
    values: &mut Values,
) -> Result<Authorizer, NotHere> {
    let gateway = api.options.gateway;
    let mut warnings = Vec::new();
    let verifies = match (gateway, authenticator.kind) {
        (_, Kind::Lambda) => match OwnAuthorizer::new(api, values, &mut warnings) {
            Some(own) => Verifies::Own(own),
            None => {
                let description = format!("ARN of the function that authorizes callers of `{id}`");
                let arn = values.parameter(&format!("{name}Arn"), &description, false, None);
                Verifies::Lambda(arn)
            }
        },
        (_, Kind::Custom) => return Err(FunctionDoes("an authenticator of the program")),
        (_, Kind::Mtls) => {
            return Err(FunctionDoes(
                "which needs a custom domain with mutual TLS that this template does not create",
            ));
        }
        #[cfg(feature = "api-keys")]
        (_, Kind::ApiKey) => return Err(FunctionDoes("keys of its own")),
        #[cfg(feature = "jwt")]
        (_, Kind::Alb) => return Err(FunctionDoes("tokens of a load balancer")),
        #[cfg(feature = "jwt")]
        (Gateway::RestApi, Kind::Jwt) => {
            return Err(FunctionDoes("AWS SAM has no JWT authorizer for REST APIs"));
        }
        (Gateway::RestApi, Kind::GatewayJwt) => {
            return Err(Unverified(
                "reads the claims of a JWT authorizer, which AWS SAM cannot create for a REST API: use \
                 an HTTP API, or verify tokens in the function with `Jwt`"
                    .to_owned(),
            ));
        }
        (Gateway::RestApi, _) => {
            let reason = match &*authenticator.user_pools {
                [pool] if pool.regions.is_empty() => {
                    let arn = values.arn(&pool.id);
                    return authorizer_of(
                        id,
                        name,
                        authenticator,
                        Verifies::UserPool(arn),
                        warnings,
                    );
                }
                [_] => "accepts tokens of other regions, but an authorizer those of one",
                [] => "accepts tokens of every user pool, but an authorizer those of one",
                _ => {
                    "accepts several user pools, but the linter of CloudFormation one for an authorizer"
                }
            };
            return Err(if is_in_function(authenticator.kind) {
                FunctionDoes(reason)
            } else {
                Unverified(format!("{reason}: name one pool for each authenticator"))
            });
        }
        _ => jwt(api, &name, authenticator, values, &mut warnings)?,
    };
    authorizer_of(id, name, authenticator, verifies, warnings)
}

fn authorizer_of(
    id: &str,
    name: String,
    authenticator: &Description,
    verifies: Verifies,
    warnings: Vec<String>,
) -> Result<Authorizer, NotHere> {
    Ok(Authorizer {
        id: id.to_owned(),
        header: header(authenticator)?,
        name,
        verifies,
        warnings,
    })
}

/// The header with the credential.
fn header(authenticator: &Description) -> Result<String, NotHere> {
    match &authenticator.credential {
        None => Ok("Authorization".to_owned()),
        Some(Place::Header { name, .. }) if name == AUTHORIZATION.as_str() => {
            Ok("Authorization".to_owned())
        }
        Some(Place::Header { name, .. }) => Ok(name.clone()),
        Some(Place::Cookie { .. }) => Err(FunctionDoes("tokens in a cookie")),
    }
}

/// The JWT authorizer of an HTTP API: one issuer, and tokens signed with RSA.
fn jwt(
    api: &Described<'_>,
    name: &str,
    authenticator: &Description,
    values: &mut Values,
    warnings: &mut Vec<String>,
) -> Result<Verifies, NotHere> {
    let by_gateway = !is_in_function(authenticator.kind);
    let unable = |reason: &'static str, advice: &str| {
        if by_gateway {
            Unverified(format!("{reason}: {advice}"))
        } else {
            FunctionDoes(reason)
        }
    };
    if !authenticator.algorithms.is_empty() {
        let rsa = authenticator
            .algorithms
            .iter()
            .filter(|one| one.starts_with("RS"));
        if rsa.count() == 0 {
            return Err(FunctionDoes("an HTTP API verifies signatures of RSA only"));
        }
        if authenticator
            .algorithms
            .iter()
            .any(|one| !one.starts_with("RS"))
        {
            warnings.push(format!(
                "`{}`: an HTTP API verifies signatures of RSA only, and rejects tokens with other \
                 algorithms before the function sees them",
                authenticator.name
            ));
        }
    }
    let mut urls = authenticator.issuers.iter().map(|one| &one.jwks_url);
    if urls.any(Option::is_some) {
        return Err(FunctionDoes("keys of a URL that the issuer does not name"));
    }
    let (issuer, parties) = match (&*authenticator.issuers, &*authenticator.user_pools) {
        ([one], []) => (values.of(&one.issuer), &one.audiences),
        ([], [pool]) if pool.regions.is_empty() => (values.issuer(&pool.id), &pool.clients),
        ([], []) => {
            let description = format!("Issuer of the tokens of `{}`", authenticator.name);
            let issuer = values.parameter(&format!("{name}Issuer"), &description, false, None);
            (issuer, &authenticator.clients)
        }
        _ => {
            return Err(unable(
                "accepts several issuers, but an authorizer of an HTTP API has one",
                "use an authenticator for each issuer",
            ));
        }
    };
    let audiences: Vec<Node> = parties.iter().map(|one| values.of(one)).collect();
    let audiences = match (audiences.is_empty(), by_gateway) {
        (false, _) => audiences,
        (true, false) => return Err(FunctionDoes("every audience is accepted")),
        // The program relies on the gateway for the audience.
        (true, true) => {
            let pool = authenticator.user_pools.first().map(|pool| &pool.id);
            let clients = clients_of(api, pool, values);
            if clients.is_empty() {
                let description = format!("Audience of the tokens of `{}`", authenticator.name);
                vec![values.parameter(&format!("{name}Audience"), &description, false, None)]
            } else {
                clients
            }
        }
    };
    Ok(Verifies::Jwt { issuer, audiences })
}

/// The clients that the template creates for a pool.
fn clients_of(api: &Described<'_>, pool: Option<&Setting>, values: &Values) -> Vec<Node> {
    let clients = api
        .clients()
        .filter(|client| pool.is_some_and(|pool| values.refers_to(pool, &client.pool)));
    clients.map(|client| Node::Ref(client.id.clone())).collect()
}
