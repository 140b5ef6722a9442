//! Text of a request that goes back to a client inside a message.

/// How much of one value a message repeats, in characters.
const VALUE: usize = 64;
/// How long a message may get, in characters.
const MESSAGE: usize = 200;

/// A value of a request, quoted, escaped and cut off when long.
pub(crate) fn quote(value: &str) -> String {
    match value.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{:?}…", value.get(..end).unwrap_or_default()),
        None => format!("{value:?}"),
    }
}

/// A message that may contain values of the request: control characters are escaped, and a long
/// one loses its middle, since what was expected stands at the end.
pub(crate) fn clip(message: &str) -> String {
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
        let clipped = clip(&message);
        assert!(clipped.starts_with("found x"));
        assert!(clipped.ends_with(", expected u32"));
        assert!(clipped.chars().count() <= MESSAGE + 1);
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(clip("a\r\nb\u{1b}[1m"), "a\\r\\nb\\u{1b}[1m");
    }
}
