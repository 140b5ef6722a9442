//! The ARN of a caller, taken apart.

/// The ARN of whoever signed a request.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    pub(super) principal: Principal<'a>,
    /// The ARN up to where the caller's own choice begins.
    pub(super) stable: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    /// Path and name, as in `division/alice`.
    User(&'a str),
    /// Path and name.
    Role(&'a str),
    /// The name alone: this ARN has no path. The session is named by whoever assumes the role.
    AssumedRole {
        name: &'a str,
        session: Option<&'a str>,
    },
    /// Named by whoever asks for the token.
    FederatedUser(&'a str),
    Root,
    Other,
}

impl<'a> Arn<'a> {
    /// Takes an ARN of IAM or STS apart; `None` when it is none.
    pub(super) fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next();
        let (prefix, partition, service) = (next()?, next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        let is_arn = prefix == "arn"
            && is_partition(partition)
            && matches!(service, "iam" | "sts")
            && region.is_empty()
            && !account.is_empty()
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && !resource.is_empty()
            && !arn.contains(|c: char| c.is_control() || c.is_whitespace());
        if !is_arn {
            return None;
        }
        let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
        let mut stable = arn;
        let principal = match (service, kind) {
            ("iam", "user") => Principal::User(full(rest)?),
            ("iam", "role") => Principal::Role(full(rest)?),
            ("sts", "assumed-role") => {
                let (name, session) = match rest.split_once('/') {
                    Some((name, session)) => (name, Some(session)),
                    None => (rest, None),
                };
                if let Some(session) = session {
                    stable = arn.strip_suffix(session)?.strip_suffix('/')?;
                }
                Principal::AssumedRole {
                    name: full(name)?,
                    session,
                }
            }
            ("sts", "federated-user") => Principal::FederatedUser(full(rest)?),
            ("iam", "root") if resource == "root" => Principal::Root,
            _ => Principal::Other,
        };
        Some(Self {
            partition,
            account,
            principal,
            stable,
        })
    }
}

pub(super) fn is_partition(text: &str) -> bool {
    text.starts_with("aws")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A name, with or without a path, none of whose parts is empty.
fn full(name: &str) -> Option<&str> {
    name.split('/').all(|part| !part.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_caller_is_told_apart() {
        for (arn, partition, principal, stable) in [
            (
                "arn:aws:iam::123456789012:user/alice",
                "aws",
                Principal::User("alice"),
                None,
            ),
            (
                "arn:aws-cn:iam::123456789012:user/division/alice",
                "aws-cn",
                Principal::User("division/alice"),
                None,
            ),
            (
                "arn:aws:iam::123456789012:role/service/deploy",
                "aws",
                Principal::Role("service/deploy"),
                None,
            ),
            (
                "arn:aws-us-gov:sts::123456789012:assumed-role/deploy/alice@example.com",
                "aws-us-gov",
                Principal::AssumedRole {
                    name: "deploy",
                    session: Some("alice@example.com"),
                },
                Some("arn:aws-us-gov:sts::123456789012:assumed-role/deploy"),
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/deploy",
                "aws",
                Principal::AssumedRole {
                    name: "deploy",
                    session: None,
                },
                None,
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/deploy/a:b/admin",
                "aws",
                Principal::AssumedRole {
                    name: "deploy",
                    session: Some("a:b/admin"),
                },
                Some("arn:aws:sts::123456789012:assumed-role/deploy"),
            ),
            (
                "arn:aws:sts::123456789012:federated-user/alice",
                "aws",
                Principal::FederatedUser("alice"),
                None,
            ),
            (
                "arn:aws:iam::123456789012:root",
                "aws",
                Principal::Root,
                None,
            ),
            (
                "arn:aws:iam::123456789012:assumed-role/deploy/s",
                "aws",
                Principal::Other,
                None,
            ),
        ] {
            let parsed = Arn::parse(arn).expect(arn);
            assert_eq!(parsed.partition, partition);
            assert_eq!(parsed.account, "123456789012");
            assert_eq!(parsed.principal, principal, "{arn}");
            assert_eq!(parsed.stable, stable.unwrap_or(arn));
        }
    }

    #[test]
    fn what_is_no_arn_of_a_caller_is_none() {
        for arn in [
            "",
            "alice",
            "arn:aws:iam::123456789012",
            "arn:aws:iam::123456789012:",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::123456789012:user/a//b",
            "arn:aws:iam::123456789012:role//deploy",
            "arn:aws:sts::123456789012:assumed-role//session",
            "arn:aws:sts::123456789012:assumed-role/",
            "arn:aws:iam:eu-west-1:123456789012:user/alice",
            "arn:aws:iam:::user/alice",
            "arn:aws:iam::anonymous:user/alice",
            "arn:aws:s3:::bucket",
            "arn:other:iam::123456789012:user/alice",
            "arn:aws:iam::123456789012:user/al ice",
            "ARN:aws:iam::123456789012:user/alice",
            " arn:aws:iam::123456789012:user/alice",
        ] {
            assert_eq!(Arn::parse(arn), None, "{arn}");
        }
    }
}
