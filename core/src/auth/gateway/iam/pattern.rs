//! Patterns of roles and users.

use super::arn::{Arn, Principal, is_partition};

/// The ARN of a role or of a user, in which `*` stands for any text within one part of the path or
/// the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    partition: String,
    account: String,
    kind: Kind,
    /// The parts of the path, then the name.
    parts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Role,
    User,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
        }
    }
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it.
    pub(super) fn parse(kind: Kind, text: &str) -> Result<Self, &'static str> {
        const FORM: &str =
            "patterns are ARNs as `arn:aws:iam::123456789012:role/NAME` or `:user/NAME`";
        let parts: Vec<_> = text.split(':').collect();
        let [prefix, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(FORM);
        };
        let (found, name) = resource.split_once('/').ok_or(FORM)?;
        if (*prefix, *service, *region) != ("arn", "iam", "") || found != kind.name() {
            return Err(FORM);
        }
        if !is_partition(partition) {
            return Err("the partition is `aws`, `aws-cn`, `aws-us-gov` or the like");
        }
        if !is_account(account) {
            return Err("the account has twelve digits: anybody may use any name in another one");
        }
        let parts: Vec<_> = name.split('/').map(str::to_owned).collect();
        let is_character = |c: char| c.is_ascii_graphic() && c != '?';
        if parts.iter().any(String::is_empty) || !name.chars().all(is_character) {
            return Err("a name has letters, digits, any of `+=,.@_-`, and `*` for any text");
        }
        Ok(Self {
            partition: (*partition).to_owned(),
            account: (*account).to_owned(),
            kind,
            parts,
        })
    }

    /// Whether roles with a path are meant. The ARN of a caller with a role does not have it.
    pub(super) fn has_path(&self) -> bool {
        self.parts.len() > 1
    }

    pub(super) fn matches(&self, arn: &Arn<'_>) -> bool {
        let name = match (self.kind, arn.principal) {
            (Kind::User, Principal::User(name)) | (Kind::Role, Principal::Role(name)) => name,
            (Kind::Role, Principal::AssumedRole { name, .. }) => name,
            _ => return false,
        };
        self.partition == arn.partition
            && self.account == arn.account
            && self.parts.len() == name.split('/').count()
            && self
                .parts
                .iter()
                .zip(name.split('/'))
                .all(|(pattern, part)| glob(pattern, part))
    }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is what a pattern says, `*` standing for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text
        .strip_prefix(first)
        .and_then(|text| text.strip_suffix(last));
    let Some(mut inner) = inner else {
        return false;
    };
    // The first place where a piece fits leaves the most for those after it.
    for piece in middle.split('*') {
        match inner.split_once(piece) {
            Some((_, after)) => inner = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn role(pattern: &str, arn: &str) -> bool {
        let pattern = Pattern::parse(Kind::Role, pattern).expect(pattern);
        pattern.matches(&Arn::parse(arn).expect(arn))
    }

    #[test]
    fn a_star_stands_for_any_text_in_one_part() {
        for (pattern, text, expected) in [
            ("deploy", "deploy", true),
            ("deploy", "deploy2", false),
            ("deploy*", "deploy", true),
            ("deploy*", "deploy-eu", true),
            ("*", "x", true),
            ("**", "x", true),
            ("*-eu", "deploy-eu", true),
            ("*-eu", "deploy-eu-2", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("aba*aba", "aba", false),
            ("aba*aba", "abaaba", true),
            ("*ab*b", "ab", false),
            ("Deploy", "deploy", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_role_is_known_by_account_and_name() {
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
    fn a_pattern_names_one_account_and_no_session() {
        for pattern in [
            "",
            "*",
            "deploy",
            "arn:aws:iam::*:role/deploy",
            "arn:aws:iam::12345678901*:role/deploy",
            "arn:aws:iam::123456789012:role",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a//b",
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
        fn any_text_can_be_a_pattern_or_an_arn_without_a_panic(pattern: String, arn: String) {
            let _ = Pattern::parse(Kind::Role, &pattern);
            let _ = Arn::parse(&arn);
            let _ = glob(&pattern, &arn);
        }
    }
}
