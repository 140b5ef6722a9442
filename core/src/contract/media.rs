//! Media types of a body.

use super::document::Node;

/// The media types of a body, or of a response.
pub(super) fn media_types<'a>(body: &Node<'a>) -> Vec<(String, Node<'a>)> {
    let content = body.get("content");
    let members = content.iter().flat_map(Node::members);
    members.map(|(name, node)| (normal(name), node)).collect()
}

/// In lower case, without spaces, and without `charset`, which only names the encoding.
fn normal(media: &str) -> String {
    let parts = media
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase());
    let kept: Vec<_> = parts.filter(|part| !part.starts_with("charset=")).collect();
    kept.join(";")
}

/// Whether a media type, or a range such as `image/*`, contains another one.
fn contains(range: &str, media: &str) -> bool {
    range == media
        || range == "*/*"
        || range
            .strip_suffix('*')
            .is_some_and(|start| start.ends_with('/') && media.starts_with(start))
}

/// The narrowest of these media types that contains another one.
pub(super) fn containing<'b, 'a>(
    types: &'b [(String, Node<'a>)],
    media: &str,
) -> Option<&'b Node<'a>> {
    let ranges = types.iter().filter(|(range, _)| contains(range, media));
    let narrowest = ranges.max_by_key(|(range, _)| (!range.contains('*'), range.len()));
    narrowest.map(|(_, node)| node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_narrowest_range_contains_a_media_type() {
        let body = json!({"content": {
            "*/*": {}, "image/*": {}, "Application/JSON; charset=utf-8": {}, "a/b;v=2": {},
        }});
        let body = Node {
            value: &body,
            pointer: String::new(),
        };
        let types = media_types(&body);
        for (media, expected) in [
            (
                "application/json",
                "/content/Application~1JSON; charset=utf-8",
            ),
            ("image/png", "/content/image~1*"),
            ("text/plain", "/content/*~1*"),
            ("a/b;v=2", "/content/a~1b;v=2"),
            ("a/b", "/content/*~1*"),
        ] {
            let node = containing(&types, media).expect("a media type");
            assert_eq!(node.pointer, expected, "{media}");
        }
        assert!(containing(&types[1..2], "text/plain").is_none());
    }
}
