//! Authenticator for callers with IAM credentials.

mod arn;
mod identity;
mod read;

pub use identity::{CognitoIdentity, IamIdentity};

use super::trusted_apis::{Event, Trust, origins};
use crate::{
    Request,
    auth::{AuthError, Authenticator, Identity, IdentityKind, Scheme},
};
use arn::{Kind, Pattern, is_account};

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
    accounts: Vec<String>,
    organizations: Vec<String>,
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
            errors: Vec::new(),
        }
    }

    /// Accepts callers of this account: twelve digits.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if !is_account(&id) {
            self.errors.push(format!(
                "`{id}` is not an AWS account: expected twelve digits"
            ));
        }
        self.accounts.push(id);
        self
    }

    /// Accepts callers of this AWS organization: `o-..`.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        let is_organization = id.strip_prefix("o-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !is_organization {
            self.errors.push(format!(
                "`{id}` is not an AWS organization: expected `o-` and letters and digits"
            ));
        }
        self.organizations.push(id);
        self
    }

    /// Accepts callers with this role: `arn:aws:iam::123456789012:role/NAME`.
    ///
    /// `*` in the name matches any text. Partition and account are compared exactly, since anyone
    /// can create a role of any name in an account of their own.
    ///
    /// The caller's ARN (`arn:aws:sts::123456789012:assumed-role/NAME/SESSION`) has no path, so a
    /// role with a path (`role/service/NAME`) is written without it: names of roles are unique in an
    /// account. [`Api::build`](crate::Api::build) fails if a pattern has a path.
    pub fn role(self, pattern: impl Into<String>) -> Self {
        self.principal(Kind::Role, &pattern.into())
    }

    /// Accepts this user: `arn:aws:iam::123456789012:user/NAME`, or `..:user/PATH/NAME` for a user
    /// with a path.
    ///
    /// `*` matches any text within one part of the path or the name. Federated users never match:
    /// whoever asks for the token chooses their names.
    pub fn user(self, pattern: impl Into<String>) -> Self {
        self.principal(Kind::User, &pattern.into())
    }

    fn principal(mut self, kind: Kind, text: &str) -> Self {
        match Pattern::parse(kind, text) {
            Ok(pattern) if pattern.is_role_with_path() => self.errors.push(format!(
                "`{text}`: the ARN of an assumed role has no path: expected its name right after \
                 `role/`"
            )),
            Ok(pattern) => self.principals.push(pattern),
            Err(error) => self.errors.push(format!("`{text}`: {error}")),
        }
        self
    }

    fn accepts(&self, iam: &IamIdentity) -> bool {
        let any = |accepted: &[String], found: Option<&str>| {
            accepted.is_empty() || accepted.iter().any(|one| Some(one.as_str()) == found)
        };
        any(&self.accounts, Some(iam.account()))
            && any(&self.organizations, iam.organization())
            && (self.principals.is_empty() || self.principals.iter().any(|one| iam.matches(one)))
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        // An entry that could not be parsed must not leave its list empty, which accepts everyone.
        if !self.errors.is_empty() {
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
        let own = self.errors.iter().cloned();
        self.trust.config_errors().into_iter().chain(own).collect()
    }
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
