//! Lists that a gateway has made one string of.

/// How the gateway wrote a list as one string.
///
/// Neither way can be undone for entries that have the separator in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// `admins,users`, by the Cognito authorizer of a REST API.
    Commas,
    /// `[admins users]`, by the JWT authorizer of an HTTP API. What stands in no brackets was no
    /// list.
    Brackets,
}

impl Lists {
    /// The entries of a list.
    pub(crate) fn split(self, text: &str) -> Vec<&str> {
        match (self, text) {
            (_, "") => Vec::new(),
            (Self::Commas, list) => list.split(',').collect(),
            (Self::Brackets, text) => match in_brackets(text) {
                Some(list) => list.split_ascii_whitespace().collect(),
                None => vec![text],
            },
        }
    }

    /// The words of a text, which may have been a list as well: scopes.
    pub(super) fn words(self, text: &str) -> impl Iterator<Item = &str> {
        let list = match self {
            Self::Brackets => in_brackets(text),
            Self::Commas => None,
        };
        list.unwrap_or(text).split_ascii_whitespace()
    }
}

fn in_brackets(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_as_its_gateway_joined_it() {
        for (lists, text, expected) in [
            (Lists::Commas, "admins,users", vec!["admins", "users"]),
            (Lists::Commas, "admins", vec!["admins"]),
            (Lists::Commas, "a b", vec!["a b"]),
            (Lists::Commas, "[admins users]", vec!["[admins users]"]),
            (Lists::Commas, "", vec![]),
            (Lists::Brackets, "[admins users]", vec!["admins", "users"]),
            (Lists::Brackets, "[admins]", vec!["admins"]),
            (Lists::Brackets, "[]", vec![]),
            (Lists::Brackets, "", vec![]),
            (Lists::Brackets, "admins", vec!["admins"]),
            (Lists::Brackets, "x,admins", vec!["x,admins"]),
            (Lists::Brackets, "[admins", vec!["[admins"]),
        ] {
            assert_eq!(lists.split(text), expected, "{lists:?} {text}");
        }
        let words = |lists: Lists, text| lists.words(text).collect::<Vec<_>>();
        assert_eq!(words(Lists::Commas, "a  b"), ["a", "b"]);
        assert_eq!(words(Lists::Commas, "[a b]"), ["[a", "b]"]);
        assert_eq!(words(Lists::Brackets, "a b"), ["a", "b"]);
        assert_eq!(words(Lists::Brackets, "[a b]"), ["a", "b"]);
    }
}
