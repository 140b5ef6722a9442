//! Identity of a caller with IAM credentials.

use super::arn::{Arn, Kind, Pattern, Principal};
use std::fmt;

/// A caller who signed the request with IAM credentials, as checked by the gateway.
///
/// A guard of a route can use it:
///
/// ```
/// use lambda_api::{Identity, auth::gateway::IamIdentity};
///
/// fn is_deployment(caller: &Identity) -> bool {
///     caller.iam().is_some_and(|iam| iam.is_role("arn:aws:iam::123456789012:role/deploy*"))
/// }
///
/// // In a test:
/// let caller = IamIdentity::for_test("arn:aws:sts::123456789012:assumed-role/deploy-eu/session");
/// assert!(is_deployment(&caller.into()));
/// ```
///
/// # Subject
/// [`Identity::subject`](crate::Identity::subject) is the ARN; that of an assumed role ends with the
/// name of the role: `arn:aws:sts::123456789012:assumed-role/deploy`. Whoever assumes the role chooses the name of the
/// session, so it is neither part of the subject nor visible to patterns; [`arn`](IamIdentity::arn)
/// has it.
///
/// All users of a Cognito identity pool share a role. Their subject is the identity in the pool, and
/// [`Identity::issuer`](crate::Identity::issuer) is `https://cognito-identity.amazonaws.com`.
#[derive(Clone, PartialEq, Eq)]
pub struct IamIdentity {
    pub(super) arn: String,
    pub(super) caller_id: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) organization: Option<String>,
    pub(super) source_vpc: Option<String>,
    pub(super) cognito: Option<CognitoIdentity>,
}

/// The identity in a Cognito identity pool that the IAM credentials were issued to.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CognitoIdentity {
    /// The id of the identity: `eu-west-1:1f2e3d4c-..`.
    pub id: String,
    /// The id of the pool.
    pub pool: Option<String>,
    /// Authentication methods, `amr`: `authenticated` or `unauthenticated`, then the providers.
    pub methods: Vec<String>,
}

impl IamIdentity {
    /// The caller of this ARN; `None` if it is not an ARN of IAM or STS.
    pub(crate) fn new(arn: String) -> Option<Self> {
        Arn::parse(&arn)?;
        Some(Self {
            arn,
            caller_id: None,
            access_key_id: None,
            organization: None,
            source_vpc: None,
            cognito: None,
        })
    }

    /// The caller of this ARN, for calling a guard or a handler in a test.
    ///
    /// # Panics
    /// If this is not an ARN of IAM or STS.
    #[must_use]
    #[track_caller]
    pub fn for_test(arn: impl Into<String>) -> Self {
        let arn = arn.into();
        match Self::new(arn.clone()) {
            Some(identity) => identity,
            None => panic!("`{arn}` is not an ARN of IAM or STS"),
        }
    }

    /// Puts the caller into an AWS organization, for a test.
    #[must_use]
    pub fn in_organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self
    }

    pub(super) fn parts(&self) -> Option<Arn<'_>> {
        Arn::parse(&self.arn)
    }

    /// The ARN as the gateway wrote it, with the session of an assumed role.
    ///
    /// Do not authorize by the session: the caller chooses it.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The account of the caller.
    #[must_use]
    pub fn account(&self) -> &str {
        self.parts().map_or("", |arn| arn.account)
    }

    /// The partition of AWS: `aws`, `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.parts().map_or("", |arn| arn.partition)
    }

    /// The name of the caller's role, without path and session; `None` for other callers.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        match self.parts()?.principal {
            Principal::AssumedRole { name, .. } => Some(name),
            Principal::Role(name) => name.rsplit('/').next(),
            _ => None,
        }
    }

    /// The name of the user, without path; `None` for other callers.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self.parts()?.principal {
            Principal::User(name) => name.rsplit('/').next(),
            _ => None,
        }
    }

    /// The session of an assumed role, or the name of a federated user. The caller chooses it: use it
    /// for logs only.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        match self.parts()?.principal {
            Principal::AssumedRole { session, .. } => session,
            Principal::FederatedUser(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the caller is the account's root user.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.parts()
            .is_some_and(|arn| arn.principal == Principal::Root)
    }

    /// Whether the caller's role matches a pattern: see [`Iam::role`](super::Iam::role). An invalid
    /// pattern matches nothing.
    #[must_use]
    pub fn is_role(&self, pattern: &str) -> bool {
        self.is(Kind::Role, pattern)
    }

    /// Whether the caller is a user that matches a pattern: see [`Iam::user`](super::Iam::user).
    #[must_use]
    pub fn is_user(&self, pattern: &str) -> bool {
        self.is(Kind::User, pattern)
    }

    fn is(&self, kind: Kind, pattern: &str) -> bool {
        Pattern::parse(kind, pattern).is_ok_and(|pattern| self.matches(&pattern))
    }

    pub(super) fn matches(&self, pattern: &Pattern) -> bool {
        self.parts().is_some_and(|arn| pattern.matches(&arn))
    }

    /// The unique id of the caller, which is never reused for another caller of the same name:
    /// `AIDA..` for a user, `AROA..:session` for a role. `None` behind VPC Lattice.
    #[must_use]
    pub fn caller_id(&self) -> Option<&str> {
        self.caller_id.as_deref()
    }

    /// The id of the access key. `None` behind VPC Lattice.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// The AWS organization of the account.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// The ARN of the VPC that the request came from. `None` except behind VPC Lattice.
    #[must_use]
    pub fn source_vpc(&self) -> Option<&str> {
        self.source_vpc.as_deref()
    }

    /// The identity in a Cognito identity pool that the credentials were issued to.
    #[must_use]
    pub fn cognito(&self) -> Option<&CognitoIdentity> {
        self.cognito.as_ref()
    }
}

/// Omits the ids of the key and of the person.
impl fmt::Debug for IamIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamIdentity")
            .field("arn", &self.parts().map_or("", |arn| arn.stable))
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CognitoIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CognitoIdentity")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessors_return_the_parts_of_the_arn() {
        let role = IamIdentity::for_test("arn:aws-cn:sts::123456789012:assumed-role/deploy/s1");
        assert_eq!(role.partition(), "aws-cn");
        assert_eq!(role.account(), "123456789012");
        assert_eq!(role.role(), Some("deploy"));
        assert_eq!(role.session(), Some("s1"));
        assert_eq!(role.user(), None);
        assert!(role.is_role("arn:aws-cn:iam::123456789012:role/dep*"));
        assert!(!role.is_role("arn:aws:iam::123456789012:role/deploy"));
        assert!(!role.is_role("*"));
        let user = IamIdentity::for_test("arn:aws:iam::123456789012:user/eng/alice");
        assert_eq!(user.user(), Some("alice"));
        assert!(user.is_user("arn:aws:iam::123456789012:user/eng/*"));
        assert!(!user.is_root());
        assert!(IamIdentity::for_test("arn:aws:iam::123456789012:root").is_root());
    }
}
