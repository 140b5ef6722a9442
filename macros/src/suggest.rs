//! Suggestions for misspelt names.

/// The closest candidate, if it is close enough to be a typing error.
pub(crate) fn similar<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit(word, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The largest distance of a typing error: a third of the shorter word, and at least one for two
/// letters or more. A prefix is always close (`id`, `ident`).
fn limit(a: &str, b: &str) -> usize {
    let shorter = a.len().min(b.len());
    if shorter >= 2 && (a.starts_with(b) || b.starts_with(a)) {
        return usize::MAX;
    }
    if shorter < 2 { 0 } else { (shorter / 3).max(1) }
}

/// The Levenshtein distance, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut last = i + 1;
        let mut next = vec![last];
        for (right, above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = *above;
            last = replaced.min(above + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_recognised() {
        for (word, candidates, expected) in [
            ("publik", &["public", "scopes"][..], Some("public")),
            ("scope", &["public", "scopes"], Some("scopes")),
            ("ident", &["user", "id"], Some("id")),
            ("oder_id", &["order_id"], Some("order_id")),
            ("querry", &["query", "header"], Some("query")),
            ("is", &["id"], Some("id")),
            ("page", &["id"], None),
            ("a", &["b"], None),
            ("status", &["code"], None),
        ] {
            assert_eq!(
                similar(word, candidates.iter().copied()),
                expected,
                "{word}"
            );
        }
    }
}
