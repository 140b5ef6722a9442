//! Authenticator for callers with IAM credentials.

mod arn;
mod identity;
mod read;

pub use identity::{CognitoIdentity, IamIdentity};

use super::trusted_apis::{Event, Trust, origins};
use crate::{
    Request,
    auth::{
        AuthError, Authenticator, Identity, IdentityKind, Installed, Scheme,
        authenticator::{BuiltIn, Own},
        description::{self, Description},
        install,
    },
    setting::{Setting, Visit, visit_all},
};
use arn::{Kind, Pattern, is_account};
use std::sync::OnceLock;

/// Authenticator for callers who signed the request with IAM credentials, as checked by the gateway
/// ([SigV4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html)): REST API, HTTP
/// API and function URL with the authorization type `AWS_IAM`, VPC Lattice with the auth type
/// `AWS_IAM`.
///
/// ```
/// use lambda_api::{Api, auth::gateway::Iam};
///
/// let api = Api::new().authenticate(
///     Iam::from_apis(["a1b2c3d4e5"])
///         .organization("o-exampleorgid")
///         .role("arn:aws:iam::123456789012:role/deploy*")
///         .role("arn:aws:iam::123456789012:role/admin"),
/// );
/// ```
///
/// Every caller that the gateway accepts is accepted, unless some are listed here. There are three
/// lists: accounts; organizations; roles and users. A caller must match one entry of each list that
/// is not empty; any other caller is [`AuthError::NotAccepted`], a 403. For rules of single routes
/// use guards, which find what they need in [`IamIdentity`].
///
/// A request without a checked signature is [`AuthError::Absent`]: one to a route that does not ask
/// for signatures, or through a function URL with `AuthType: NONE`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Iam {
    trust: Trust,
    accounts: Vec<Setting>,
    organizations: Vec<Setting>,
    principals: Vec<(Kind, Setting)>,
    /// Made of the settings when they are first needed.
    parsed: OnceLock<Parsed>,
}

#[derive(Clone, Debug)]
struct Parsed {
    principals: Vec<Pattern>,
    errors: Vec<String>,
}

origins!(Iam, "iam");

impl Iam {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            accounts: Vec::new(),
            organizations: Vec::new(),
            principals: Vec::new(),
            parsed: OnceLock::new(),
        }
    }

    /// Accepts callers of this account: twelve digits.
    pub fn account(self, id: impl Into<Setting>) -> Self {
        self.change(|iam| iam.accounts.push(id.into()))
    }

    /// Accepts callers of this AWS organization: `o-..`.
    pub fn organization(self, id: impl Into<Setting>) -> Self {
        self.change(|iam| iam.organizations.push(id.into()))
    }

    /// Accepts callers with this role: `arn:aws:iam::123456789012:role/NAME`.
    ///
    /// `*` in the name matches any text. Partition and account are compared exactly, since anyone
    /// can create a role of any name in an account of their own.
    ///
    /// The caller's ARN (`arn:aws:sts::123456789012:assumed-role/NAME/SESSION`) has no path, so a
    /// role with a path (`role/service/NAME`) is written without it: names of roles are unique in an
    /// account. [`Api::build`](crate::Api::build) fails if a pattern has a path.
    pub fn role(self, pattern: impl Into<Setting>) -> Self {
        self.change(|iam| iam.principals.push((Kind::Role, pattern.into())))
    }

    /// Accepts this user: `arn:aws:iam::123456789012:user/NAME`, or `..:user/PATH/NAME` for a user
    /// with a path.
    ///
    /// `*` matches any text within one part of the path or the name. Federated users never match:
    /// the requester of the token chooses their names.
    pub fn user(self, pattern: impl Into<Setting>) -> Self {
        self.change(|iam| iam.principals.push((Kind::User, pattern.into())))
    }

    fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.parsed = OnceLock::new();
        change(&mut self);
        self
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| self.parse())
    }

    fn parse(&self) -> Parsed {
        let (mut principals, mut errors) = (Vec::new(), Vec::new());
        for id in &self.accounts {
            if !id.literal().is_some_and(is_account) {
                errors.push(format!(
                    "`{id}` is not an AWS account: expected twelve digits"
                ));
            }
        }
        for id in &self.organizations {
            if !id.literal().is_some_and(is_organization) {
                errors.push(format!(
                    "`{id}` is not an AWS organization: expected `o-` and letters and digits"
                ));
            }
        }
        for (kind, text) in &self.principals {
            match Pattern::parse(*kind, text.literal().unwrap_or_default()) {
                Ok(pattern) if pattern.is_role_with_path() => errors.push(format!(
                    "`{text}`: the ARN of an assumed role has no path: expected its name right \
                     after `role/`"
                )),
                Ok(pattern) => principals.push(pattern),
                Err(error) => errors.push(format!("`{text}`: {error}")),
            }
        }
        Parsed { principals, errors }
    }

    fn accepts(&self, iam: &IamIdentity) -> bool {
        let any = |accepted: &[Setting], found: Option<&str>| {
            accepted.is_empty() || found.is_some_and(|id| accepted.iter().any(|one| one.is(id)))
        };
        let principals = &self.parsed().principals;
        any(&self.accounts, Some(iam.account()))
            && any(&self.organizations, iam.organization())
            && (principals.is_empty() || principals.iter().any(|one| iam.matches(one)))
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        // An entry that could not be parsed must not leave its list empty, which accepts everyone.
        if !self.parsed().errors.is_empty() {
            return Err(AuthError::NotAccepted);
        }
        let event = Event::of(request)?;
        let part = read::find(&event)?.ok_or(AuthError::Absent)?;
        self.trust.check(&event, read::CARRIERS)?;
        let iam = part.read()?;
        if self.accepts(&iam) {
            Ok(iam.into())
        } else {
            Err(AuthError::NotAccepted)
        }
    }
}

impl Authenticator for Iam {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "iam", self.trust.apis())
            .challenge("AWS4-HMAC-SHA256")
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.read(request)
    }

    fn config_errors(&self) -> Vec<String> {
        self.checked(|| {
            let own = self.parsed().errors.iter().cloned();
            self.trust.config_errors().into_iter().chain(own).collect()
        })
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for Iam {
    fn describe(&self) -> Description {
        let of_kind = |kind: Kind| {
            let principals = self.principals.iter().filter(|(known, _)| *known == kind);
            principals.map(|(_, pattern)| pattern.clone()).collect()
        };
        Description {
            accounts: self.accounts.clone(),
            organizations: self.organizations.clone(),
            roles: of_kind(Kind::Role),
            users: of_kind(Kind::User),
            ..self.trust.describe(description::Kind::Iam, &self.scheme())
        }
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        install(self.clone().change(|iam| {
            iam.trust.settings(visit);
            visit_all("account", &mut iam.accounts, visit);
            visit_all("organization", &mut iam.organizations, visit);
            for (kind, pattern) in &mut iam.principals {
                let name = match kind {
                    Kind::Role => "role",
                    Kind::User => "user",
                };
                visit(name, pattern);
            }
        }))
    }
}

fn is_organization(id: &str) -> bool {
    id.strip_prefix("o-").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

impl From<IamIdentity> for Identity {
    fn from(iam: IamIdentity) -> Self {
        let identity = match &iam.cognito {
            Some(cognito) => Identity::new(cognito.id.as_str())
                .with_issuer("https://cognito-identity.amazonaws.com"),
            None => Identity::new(iam.parts().map_or("", |arn| arn.stable)),
        };
        identity.with_kind(IdentityKind::Iam(iam))
    }
}

impl Identity {
    /// The IAM caller; `None` if the gateway did not check a signature.
    #[must_use]
    pub fn iam(&self) -> Option<&IamIdentity> {
        match self.kind() {
            IdentityKind::Iam(iam) => Some(iam),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
