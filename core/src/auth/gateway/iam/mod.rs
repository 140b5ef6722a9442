//! Callers with IAM credentials.

mod arn;
mod identity;
mod pattern;
mod read;

pub use identity::{CognitoIdentity, IamIdentity};

use super::origin::{Event, Trust, origins};
use crate::{
    Request,
    auth::{Authenticator, Identity, Refusal, Scheme},
};
use pattern::{Kind, Pattern, is_account};

/// Trusts what a gateway says of callers who signed the request with IAM credentials
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
/// Whoever the gateway lets in is let in, unless some are named here. Of one kind any may fit, and
/// there are three kinds, all of which must: accounts; organizations; roles and users. Another
/// caller is [`Refusal::NotAccepted`], a 403. For rules of single routes there are the guards, and
/// [`IamIdentity`] has what they need.
///
/// A request whose signature nobody checked, since the route does not ask for one, is
/// [`Refusal::Absent`]; so is one through a function URL with `AuthType: NONE`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Iam {
    trust: Trust,
    accounts: Vec<String>,
    organizations: Vec<String>,
    principals: Vec<Pattern>,
    faults: Vec<String>,
}

origins!(Iam, "iam");

impl Iam {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            accounts: Vec::new(),
            organizations: Vec::new(),
            principals: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Lets callers of this account in: twelve digits.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if !is_account(&id) {
            self.faults.push(format!(
                "`{id}` is no AWS account: those have twelve digits"
            ));
        }
        self.accounts.push(id);
        self
    }

    /// Lets callers of this AWS organization in: `o-..`.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        let is_organization = id.strip_prefix("o-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !is_organization {
            self.faults.push(format!(
                "`{id}` is no AWS organization: those are called `o-` and letters and digits"
            ));
        }
        self.organizations.push(id);
        self
    }

    /// Lets callers with this role in: `arn:aws:iam::123456789012:role/NAME`.
    ///
    /// In the name `*` stands for any text. Partition and account are always exact: somebody with
    /// an account of their own can give a role any name.
    ///
    /// The caller's ARN (`arn:aws:sts::123456789012:assumed-role/NAME/SESSION`) has no path. So a
    /// role that has one (`role/service/NAME`) is written without it here: its name is the only one
    /// of its kind in the account. A pattern with a path is a fault of the API that is built, since
    /// no caller would ever fit.
    pub fn role(self, pattern: impl Into<String>) -> Self {
        self.principal(Kind::Role, &pattern.into())
    }

    /// Lets this user in: `arn:aws:iam::123456789012:user/NAME`, or `..:user/PATH/NAME` where the
    /// user has a path.
    ///
    /// A `*` stands for any text within one part of the path or the name. Federated users are none:
    /// their names are chosen by whoever asks for the token.
    pub fn user(self, pattern: impl Into<String>) -> Self {
        self.principal(Kind::User, &pattern.into())
    }

    fn principal(mut self, kind: Kind, text: &str) -> Self {
        match Pattern::parse(kind, text) {
            Ok(pattern) => {
                if kind == Kind::Role && pattern.has_path() {
                    self.faults.push(format!(
                        "no caller fits `{text}`: the ARN of an assumed role has no path, so write \
                         the name of the role right after `role/`"
                    ));
                }
                self.principals.push(pattern);
            }
            Err(fault) => self.faults.push(format!("`{text}`: {fault}")),
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

    fn read(&self, request: &Request) -> Result<Identity, Refusal> {
        // What could not be read must not leave a list empty, which lets everybody in.
        if !self.faults.is_empty() {
            return Err(Refusal::NotAccepted);
        }
        let event = Event::of(request)?;
        let part = read::find(&event)?.ok_or(Refusal::Absent)?;
        self.trust.check(&event, read::CARRIERS)?;
        let iam = part.read()?;
        if self.accepts(&iam) {
            Ok(iam.into())
        } else {
            Err(Refusal::NotAccepted)
        }
    }
}

impl Authenticator for Iam {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "iam", self.trust.apis())
            .challenge("AWS4-HMAC-SHA256")
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        let own = self.faults.iter().cloned();
        self.trust.faults().into_iter().chain(own).collect()
    }
}

#[cfg(test)]
mod tests;
