//! Which media types are text, so that their content needs no base64 in JSON.

/// Whether a media type is textual. Its parameters do not matter: a gateway sends the characters of
/// a text body as UTF-8, and the body was read as UTF-8.
pub(crate) fn is_textual(content_type: &[u8]) -> bool {
    let essence = content_type
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    let essence = essence.trim_ascii();
    // The type of most responses.
    if essence == b"application/json" {
        return true;
    }
    let essence = essence.to_ascii_lowercase();
    essence.starts_with(b"text/")
        || essence.ends_with(b"+json")
        || essence.ends_with(b"+xml")
        || essence.ends_with(b"+yaml")
        || matches!(
            &essence[..],
            b"application/json"
                | b"application/xml"
                | b"application/yaml"
                | b"application/javascript"
                | b"application/ecmascript"
                | b"application/graphql"
                | b"application/ndjson"
                | b"application/x-ndjson"
                | b"application/jsonl"
                | b"application/toml"
                | b"application/sql"
                | b"application/x-yaml"
                | b"application/x-javascript"
                | b"application/x-www-form-urlencoded"
        )
}
