//! What is known of a caller with IAM credentials.

use super::{
    arn::{Arn, Principal},
    pattern::{Kind, Pattern},
};
use crate::auth::{Identity, IdentityKind};
use std::fmt;

/// A caller who signed the request with IAM credentials, as the gateway found out.
///
/// A guard of a route can look at it:
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
/// # What identifies it
/// [`Identity::subject`] is the ARN. At an assumed role it ends with the role's name:
/// `arn:aws:sts::123456789012:assumed-role/deploy`. The session that follows there is named by
/// whoever assumes the role, and so it is not part of the subject, and no pattern sees it;
/// [`arn`](IamIdentity::arn) has it.
///
/// All who sign in through one Cognito identity pool share a role. There the subject is the identity
/// in the pool, and [`Identity::issuer`] is `https://cognito-identity.amazonaws.com`.
#[derive(Clone, PartialEq, Eq)]
pub struct IamIdentity {
    pub(super) arn: String,
    pub(super) caller_id: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) organization: Option<String>,
    pub(super) source_vpc: Option<String>,
    pub(super) cognito: Option<CognitoIdentity>,
}

/// The identity in a Cognito identity pool that IAM credentials were given to.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CognitoIdentity {
    /// The id of the identity: `eu-west-1:1f2e3d4c-..`.
    pub id: String,
    /// The id of the pool.
    pub pool: Option<String>,
    /// How it signed in, `amr`: `authenticated` or `unauthenticated`, then the providers.
    pub methods: Vec<String>,
}

impl IamIdentity {
    /// The caller of this ARN; `None` when it is no ARN of a caller.
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
    /// When this is no ARN of IAM or STS.
    #[must_use]
    #[track_caller]
    pub fn for_test(arn: impl Into<String>) -> Self {
        let arn = arn.into();
        match Self::new(arn.clone()) {
            Some(identity) => identity,
            None => panic!("`{arn}` is no ARN of a caller"),
        }
    }

    /// The same caller in an AWS organization, for a test.
    #[must_use]
    pub fn in_organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self
    }

    fn parts(&self) -> Option<Arn<'_>> {
        Arn::parse(&self.arn)
    }

    /// The ARN as the gateway wrote it, with the session of an assumed role.
    ///
    /// Decide nothing by the session: the caller chose it.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The account that the caller belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        self.parts().map_or("", |arn| arn.account)
    }

    /// The partition of AWS: `aws`, `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.parts().map_or("", |arn| arn.partition)
    }

    /// The name of the role, when the caller has one, without path and session.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        match self.parts()?.principal {
            Principal::AssumedRole { name, .. } => Some(name),
            Principal::Role(name) => name.rsplit('/').next(),
            _ => None,
        }
    }

    /// The name of the user, when the caller is one, without path.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self.parts()?.principal {
            Principal::User(name) => name.rsplit('/').next(),
            _ => None,
        }
    }

    /// The session of an assumed role, or the name of a federated user: text of the caller's own
    /// choice, for logs.
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

    /// Whether the caller has a role of this pattern: [`Iam::role`](super::Iam::role) says what
    /// patterns there are. None matches a pattern that is none.
    #[must_use]
    pub fn is_role(&self, pattern: &str) -> bool {
        self.is(Kind::Role, pattern)
    }

    /// Whether the caller is a user of this pattern: see [`Iam::user`](super::Iam::user).
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

    /// The unique id of the caller, which is not used again for another one of the same name:
    /// `AIDA..` of a user, `AROA..:session` of a role. VPC Lattice does not tell.
    #[must_use]
    pub fn caller_id(&self) -> Option<&str> {
        self.caller_id.as_deref()
    }

    /// The id of the access key. VPC Lattice does not tell.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// The AWS organization that the account belongs to.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// The ARN of the VPC that the request came from; VPC Lattice alone tells.
    #[must_use]
    pub fn source_vpc(&self) -> Option<&str> {
        self.source_vpc.as_deref()
    }

    /// The identity in a Cognito identity pool that has these credentials.
    #[must_use]
    pub fn cognito(&self) -> Option<&CognitoIdentity> {
        self.cognito.as_ref()
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
    /// The IAM credentials that the request was signed with, when the gateway checked such.
    #[must_use]
    pub fn iam(&self) -> Option<&IamIdentity> {
        match self.kind() {
            IdentityKind::Iam(iam) => Some(iam),
            _ => None,
        }
    }
}

/// Without the id of the key and of the person.
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
    fn the_subject_has_no_session() {
        for (arn, subject) in [
            (
                "arn:aws:sts::123456789012:assumed-role/deploy/session",
                "arn:aws:sts::123456789012:assumed-role/deploy",
            ),
            (
                "arn:aws:iam::123456789012:user/eng/alice",
                "arn:aws:iam::123456789012:user/eng/alice",
            ),
        ] {
            let identity = Identity::from(IamIdentity::for_test(arn));
            assert_eq!(identity.subject(), subject);
            assert_eq!(identity.iam().unwrap().arn(), arn);
            assert!(!format!("{identity:?}").contains("session"));
        }
    }

    #[test]
    fn a_caller_is_taken_apart() {
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
