//! Patterns with `*`.

/// Whether a text matches a pattern, in which `*` is any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
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
    // The first match of a piece leaves the most text for the next ones.
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

    #[test]
    fn a_star_matches_any_text() {
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
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
