//! ARNs of callers, and patterns of such ARNs.

use crate::wildcard;

/// The ARN of a caller.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    pub(super) principal: Principal<'a>,
    /// The ARN without the part that the caller chooses.
    pub(super) stable: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    /// Path and name: `division/alice`.
    User(&'a str),
    /// Path and name.
    Role(&'a str),
    /// The name without the path, which this ARN does not have. Whoever assumes the role chooses the
    /// name of the session.
    AssumedRole {
        name: &'a str,
        session: Option<&'a str>,
    },
    /// Whoever asks for the token chooses the name.
    FederatedUser(&'a str),
    Root,
    Other,
}

impl<'a> Arn<'a> {
    /// Parses an ARN of IAM or STS.
    pub(super) fn parse(arn: &'a str) -> Option<Self> {
        let [partition, service, account, resource] = split(arn)?;
        let is_arn = matches!(service, "iam" | "sts")
            && !account.is_empty()
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && !resource.is_empty()
            && !arn.contains(|c: char| c.is_control() || c.is_whitespace());
        if !is_arn {
            return None;
        }
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        let mut stable = arn;
        let principal = match (service, kind) {
            ("iam", "user") => Principal::User(full(name)?),
            ("iam", "role") => Principal::Role(full(name)?),
            ("sts", "assumed-role") => {
                let (name, session) = match name.split_once('/') {
                    Some((name, session)) => (name, Some(session)),
                    None => (name, None),
                };
                if let Some(session) = session {
                    stable = arn.strip_suffix(session)?.strip_suffix('/')?;
                }
                let name = full(name)?;
                Principal::AssumedRole { name, session }
            }
            ("sts", "federated-user") => Principal::FederatedUser(full(name)?),
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

/// Partition, service, account and resource.
fn split(arn: &str) -> Option<[&str; 4]> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let &["arn", partition, service, "", account, resource] = parts.as_slice() else {
        return None;
    };
    let is_partition = partition.starts_with("aws")
        && partition
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    is_partition.then_some([partition, service, account, resource])
}

/// A name, with or without a path, that has no empty part.
fn full(name: &str) -> Option<&str> {
    name.split('/').all(|part| !part.is_empty()).then_some(name)
}

/// The ARN of roles or users, where `*` matches any text within one part of the path or the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    partition: String,
    account: String,
    kind: Kind,
    /// Path and name.
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Role,
    User,
}

impl Pattern {
    /// Parses a pattern; an error says what was expected.
    pub(super) fn parse(kind: Kind, text: &str) -> Result<Self, &'static str> {
        let (prefix, form) = match kind {
            Kind::Role => ("role/", "expected `arn:aws:iam::123456789012:role/NAME`"),
            Kind::User => ("user/", "expected `arn:aws:iam::123456789012:user/NAME`"),
        };
        let Some([partition, "iam", account, resource]) = split(text) else {
            return Err(form);
        };
        let name = resource.strip_prefix(prefix).ok_or(form)?;
        if !is_account(account) {
            return Err("the account has twelve digits: other accounts may use any name");
        }
        let is_character = |c: char| c.is_ascii_graphic() && !"?:".contains(c);
        if full(name).is_none() || !name.chars().all(is_character) {
            return Err("a name has letters, digits, any of `+=,.@_-`, and `*` for any text");
        }
        Ok(Self {
            partition: partition.to_owned(),
            account: account.to_owned(),
            kind,
            name: name.to_owned(),
        })
    }

    /// Whether the pattern is for a role with a path, which the ARN of an assumed role does not have.
    pub(super) fn is_role_with_path(&self) -> bool {
        self.kind == Kind::Role && self.name.contains('/')
    }

    pub(super) fn matches(&self, arn: &Arn<'_>) -> bool {
        let name = match (self.kind, arn.principal) {
            (Kind::User, Principal::User(name)) | (Kind::Role, Principal::Role(name)) => name,
            (Kind::Role, Principal::AssumedRole { name, .. }) => name,
            _ => return false,
        };
        let mut parts = self.name.split('/').zip(name.split('/'));
        self.partition == arn.partition
            && self.account == arn.account
            && self.name.split('/').count() == name.split('/').count()
            && parts.all(|(pattern, part)| wildcard::matches(pattern, part))
    }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_caller_is_parsed() {
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
    fn other_texts_are_not_parsed() {
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

    fn role(pattern: &str, arn: &str) -> bool {
        let pattern = Pattern::parse(Kind::Role, pattern).expect(pattern);
        pattern.matches(&Arn::parse(arn).expect(arn))
    }

    #[test]
    fn a_role_matches_by_account_and_name() {
        const PATTERN: &str = "arn:aws:iam::123456789012:role/deploy*";
        for (arn, expected) in [
            ("arn:aws:sts::123456789012:assumed-role/deploy/s", true),
            ("arn:aws:sts::123456789012:assumed-role/deploy-eu/s", true),
            ("arn:aws:sts::123456789012:assumed-role/deploy", true),
            ("arn:aws:iam::123456789012:role/deploy", true),
            ("arn:aws:iam::123456789012:role/x/deploy", false),
            ("arn:aws:iam::123456789012:role/deploy/x", false),
            ("arn:aws:sts::123456789012:assumed-role/other/deploy", false),
            (
                "arn:aws:sts::123456789012:assumed-role/x/role/deploy",
                false,
            ),
            ("arn:aws:sts::210987654321:assumed-role/deploy/s", false),
            ("arn:aws-cn:sts::123456789012:assumed-role/deploy/s", false),
            ("arn:aws:iam::123456789012:user/deploy", false),
            ("arn:aws:sts::123456789012:federated-user/deploy", false),
            ("arn:aws:iam::123456789012:root", false),
        ] {
            assert_eq!(role(PATTERN, arn), expected, "{arn}");
        }
    }

    #[test]
    fn the_path_of_a_user_is_matched_part_by_part() {
        for (pattern, arn, expected) in [
            ("user/eng/*", "user/eng/alice", true),
            ("user/eng/*", "user/eng/x/alice", false),
            ("user/*", "user/eng/alice", false),
            ("user/*/alice", "user/eng/alice", true),
            ("user/alice", "user/alice", true),
        ] {
            let pattern = format!("arn:aws:iam::123456789012:{pattern}");
            let arn = format!("arn:aws:iam::123456789012:{arn}");
            let parsed = Pattern::parse(Kind::User, &pattern).unwrap();
            assert_eq!(
                parsed.matches(&Arn::parse(&arn).unwrap()),
                expected,
                "{pattern} {arn}"
            );
        }
    }

    #[test]
    fn patterns_need_one_account_and_no_session() {
        for pattern in [
            "",
            "*",
            "deploy",
            "arn:aws:iam::*:role/deploy",
            "arn:aws:iam::12345678901*:role/deploy",
            "arn:aws:iam::123456789012:role",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a//b",
            "arn:aws:iam::123456789012:role/a:b",
            "arn:aws:iam::123456789012:role/a?",
            "arn:aws:iam::123456789012:role/a b",
            "arn:aws:iam::123456789012:user/alice",
            "arn:*:iam::123456789012:role/deploy",
            "arn:aws*:iam::123456789012:role/deploy",
            "arn:aws:sts::123456789012:assumed-role/deploy/*",
            "arn:aws:sts::123456789012:role/deploy",
        ] {
            assert!(Pattern::parse(Kind::Role, pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn no_session_name_makes_another_role_match(
            pattern in "[a-c*]{1,4}(/[a-c*]{1,3})?",
            name in "[a-c]{1,4}",
            session in r"[a-c/:*+=,.@_-]{0,12}|arn:aws:iam::123456789012:role/[a-c]{1,4}",
        ) {
            let pattern = format!("arn:aws:iam::123456789012:role/{pattern}");
            let bare = format!("arn:aws:sts::123456789012:assumed-role/{name}");
            let with = format!("{bare}/{session}");
            prop_assert_eq!(role(&pattern, &bare), role(&pattern, &with));
            // Nor can it move the caller to another account.
            let elsewhere = with.replacen("123456789012", "210987654321", 1);
            prop_assert!(!role(&pattern, &elsewhere));
        }

        #[test]
        fn no_text_makes_parsing_panic(pattern: String, arn: String) {
            let _ = Pattern::parse(Kind::Role, &pattern);
            let _ = Arn::parse(&arn);
            let _ = wildcard::matches(&pattern, &arn);
        }
    }
}
