//! Truncates texts of a request that are repeated in a message to the client.

/// The maximum length of a value in a message, in characters.
const VALUE: usize = 64;
/// The maximum length of a message, in characters.
const MESSAGE: usize = 200;

/// Quotes and escapes a value of a request, and truncates it if it is long.
pub(crate) fn quote(value: &str) -> String {
    match value.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{:?}…", value.get(..end).unwrap_or_default()),
        None => format!("{value:?}"),
    }
}

/// Escapes control characters in a message that may contain values of the request. The middle of a
/// long message is removed, since the end states what was expected.
pub(crate) fn truncate(message: &str) -> String {
    let length = message.chars().count();
    let mut text = String::with_capacity(message.len().min(MESSAGE));
    let (head, tail) = (MESSAGE * 2 / 3, MESSAGE / 3);
    for (at, char) in message.chars().enumerate() {
        if length > MESSAGE && at >= head && at < length - tail {
            if at == head {
                text.push('…');
            }
        } else if char.is_control() {
            text.extend(char.escape_default());
        } else {
            text.push(char);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_is_quoted_whole_and_a_long_one_is_cut() {
        assert_eq!(quote("a\"b\n"), r#""a\"b\n""#);
        let long = quote(&"é".repeat(1000));
        assert_eq!(long.chars().count(), VALUE + 3);
        assert!(long.ends_with("\"…"));
    }

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let message = format!("found {}, expected u32", "x".repeat(5000));
        let clipped = truncate(&message);
        assert!(clipped.starts_with("found x"));
        assert!(clipped.ends_with(", expected u32"));
        assert!(clipped.chars().count() <= MESSAGE + 1);
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(truncate("a\r\nb\u{1b}[1m"), "a\\r\\nb\\u{1b}[1m");
    }
}
