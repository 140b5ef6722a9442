//! Names in a response: codes and extension members.

/// Whether a text is snake_case, like `order_not_found`.
pub(crate) fn is_snake_case(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('_').all(word)
}

/// Converts a name to a code: `OutOfStock` and `out-of-stock` become `out_of_stock`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut words = String::new();
    let mut last = ' ';
    for c in name.chars() {
        let begins_word =
            c.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit());
        if !c.is_ascii_alphanumeric() || begins_word {
            words.push(' ');
        }
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    words.split_whitespace().collect::<Vec<_>>().join("_")
}

/// The members of every problem: those of RFC 9457, section 3.1, `code` and `request_id`.
pub(crate) const RESERVED: [&str; 7] = [
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "request_id",
];

/// Whether a member name follows the recommendation of RFC 9457, section 3.2.
pub(crate) fn is_member_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_lower_case_words_joined_by_one_underscore() {
        for good in ["a", "order_not_found", "e404", "http_2"] {
            assert!(is_snake_case(good), "{good}");
        }
        for bad in [
            "",
            "_a",
            "a_",
            "a__b",
            "A",
            "orderNotFound",
            "a-b",
            "a b",
            "4a",
            "é",
        ] {
            assert!(!is_snake_case(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_becomes_the_code_it_suggests() {
        for (name, expected) in [
            ("OutOfStock", "out_of_stock"),
            ("out-of stock", "out_of_stock"),
            ("E404Found", "e404_found"),
            ("IO", "io"),
            ("__x", "x"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }
}
