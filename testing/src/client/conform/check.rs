//! A response beside what its operation promises.

use super::{
    header::{scalars, values},
    promise::{Operation, Part},
    schema::Schemas,
    violation::Violation,
};
use bytes::Bytes;
use http::{
    HeaderMap, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::Value;

const PROBLEM: &str = "application/problem+json";

/// A response, and what is known of its request.
pub(super) struct Received<'a> {
    pub(super) response: &'a Response<Bytes>,
    pub(super) is_head: bool,
    /// The body is what the function wrote.
    pub(super) reads_body: bool,
}

impl Received<'_> {
    pub(super) fn violations(
        &self,
        operation: &Operation<'_>,
        schemas: &Schemas,
    ) -> Vec<Violation> {
        let status = self.response.status();
        let Some(promised) = operation.response(status) else {
            let what = format!(
                "expected {}, found {}",
                operation.statuses(),
                status.as_u16()
            );
            return vec![Violation::new("status", what, operation.pointer(), None)];
        };
        let mut all = self.of_headers(operation, &promised.response, schemas);
        let content = operation.member(&promised.response, "content");
        let media_type = media_type(self.response.headers());
        match content.filter(|content| content.names().next().is_some()) {
            None if promised.is_open => {}
            None => all.extend(self.of_no_content(&promised.response)),
            Some(content) => match find(&content, media_type.as_deref()) {
                Some(key) => {
                    if let (Some(content), Some(media_type)) =
                        (operation.member(&content, key), media_type)
                    {
                        all.extend(self.of_body(operation, &content, &media_type, schemas));
                    }
                }
                None if promised.is_open || self.has_no_body() => {}
                None => {
                    let keys: Vec<_> = content.names().collect();
                    let found = media_type.as_deref().unwrap_or("none");
                    let what = format!("expected {}, found {found}", keys.join(" or "));
                    all.push(Violation::new("media type", what, &content.pointer, None));
                }
            },
        }
        all
    }

    /// Whether HTTP has no body, and perhaps no media type, in such a response.
    fn has_no_body(&self) -> bool {
        let status = self.response.status();
        let is_without = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        (self.is_head || is_without) && !self.response.headers().contains_key(CONTENT_TYPE)
    }

    fn of_headers(
        &self,
        operation: &Operation<'_>,
        response: &Part<'_>,
        schemas: &Schemas,
    ) -> Vec<Violation> {
        let mut all = Vec::new();
        let Some(promised) = operation.member(response, "headers") else {
            return all;
        };
        // The media type has its own check.
        for name in promised
            .names()
            .filter(|name| !name.eq_ignore_ascii_case("content-type"))
        {
            let Some(header) = operation.member(&promised, name) else {
                continue;
            };
            let place = format!("header `{name}`");
            let found = texts(self.response.headers(), name);
            let is_required = header.value.get("required") == Some(&Value::Bool(true));
            if found.is_empty() && is_required {
                let what = "expected a value, found none";
                all.push(Violation::new(&*place, what, &header.pointer, None));
            }
            if let (Some(schema), Some(resolved)) =
                (header.schema(), operation.member(&header, "schema"))
            {
                let fits = |text| schemas.any_fits(&place, &values(text, resolved.value), &schema);
                all.extend(found.iter().flat_map(|text| fits(text)));
            }
        }
        all
    }

    /// The `status` of a problem is that of the response.
    fn of_status(&self, content: &Part<'_>, media_type: &str, body: &Value) -> Option<Violation> {
        let status = self.response.status().as_u16();
        let found = body
            .get("status")
            .filter(|found| media_type == PROBLEM && **found != status)?;
        let what = format!("expected {status}, found {found}");
        let place = "body at /status";
        Some(Violation::new(place, what, &content.pointer, None))
    }

    fn of_no_content(&self, response: &Part<'_>) -> Option<Violation> {
        let length = self.response.body().len();
        let what = format!("expected none, found {length} bytes");
        (length > 0).then(|| Violation::new("body", what, &response.pointer, None))
    }

    fn of_body(
        &self,
        operation: &Operation<'_>,
        content: &Part<'_>,
        media_type: &str,
        schemas: &Schemas,
    ) -> Vec<Violation> {
        if self.is_head || !self.reads_body || is_encoded(self.response.headers()) {
            return Vec::new();
        }
        let Some(schema) = content.schema() else {
            return Vec::new();
        };
        let body = self.response.body();
        if let Some(item) = content.item_schema() {
            return lines(body, &item, schemas);
        }
        if is_json(media_type) {
            return match serde_json::from_slice(body) {
                Ok(value) => {
                    let mut all = schemas.fits("body", &value, &schema);
                    all.extend(of_code(operation, content, media_type, &value));
                    all.extend(self.of_status(content, media_type, &value));
                    all
                }
                Err(error) if is_too_deep(&error) => Vec::new(),
                Err(error) => {
                    let what = match body.is_empty() {
                        true => "expected JSON, found an empty body".to_owned(),
                        false => format!("expected JSON, found a body that is not JSON: {error}"),
                    };
                    vec![Violation::new("body", what, &content.pointer, None)]
                }
            };
        }
        match std::str::from_utf8(body) {
            _ if !media_type.starts_with("text/") => Vec::new(),
            Ok(text) => schemas.any_fits("body", &scalars(text), &schema),
            // Another charset.
            Err(_) => Vec::new(),
        }
    }
}

/// Lines of JSON, each with the schema of an item. The first line that does not fit counts.
fn lines(body: &[u8], item: &Part<'_>, schemas: &Schemas) -> Vec<Violation> {
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    // Behind the last line there is nothing.
    let mut found = lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            let place = format!("line {} of the body", index.saturating_add(1));
            match serde_json::from_slice(line) {
                Ok(value) => schemas.fits(&place, &value, item),
                Err(error) if is_too_deep(&error) => Vec::new(),
                Err(error) => {
                    let what = format!("expected JSON, found a line that is not JSON: {error}");
                    vec![Violation::new(place, what, &item.pointer, None)]
                }
            }
        });
    found.find(|all| !all.is_empty()).unwrap_or_default()
}

/// The code of a problem is one that the document lists for the status.
fn of_code(
    operation: &Operation<'_>,
    content: &Part<'_>,
    media_type: &str,
    body: &Value,
) -> Option<Violation> {
    let found = body.get("code").filter(|_| media_type == PROBLEM)?;
    let codes = operation.codes(content, media_type)?;
    if codes.iter().any(|code| found == code) {
        return None;
    }
    let codes: Vec<_> = codes.iter().map(|code| format!("{code:?}")).collect();
    let what = format!("expected {}, found {found}", codes.join(" or "));
    Some(Violation::new(
        "body at /code",
        what,
        &content.pointer,
        None,
    ))
}

/// The texts of a header, also if a REST API has renamed it.
fn texts(headers: &HeaderMap, name: &str) -> Vec<String> {
    let remapped = format!("x-amzn-remapped-{name}");
    let found = [name, &remapped].map(|name| headers.get_all(name).into_iter());
    let texts = found.into_iter().flatten();
    texts
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

/// The media type of a response, in lower case and without parameters.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(essence(text))
}

fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The key of a content that a media type has: the type itself, its range, or every type. A body without a
/// type is of any.
fn find<'a>(content: &Part<'a>, media_type: Option<&str>) -> Option<&'a str> {
    let of = |wanted: &str| content.names().find(|key| essence(key) == wanted);
    let Some(media_type) = media_type else {
        return of("*/*");
    };
    let range = media_type.split('/').next().map(|main| format!("{main}/*"));
    of(media_type).or_else(|| of(&range?)).or_else(|| of("*/*"))
}

/// Whether the JSON is nested too deeply to be read, and perhaps valid.
fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// Whether the body is compressed: the client does not decode it.
fn is_encoded(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    encodings.into_iter().any(|one| one != "identity")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn media_types_are_found_by_range() {
        let promised = json!({
            "application/json": {}, "Text/Plain; charset=utf-8": {}, "image/*": {},
        });
        let open = json!({"*/*": {}});
        for (content, media_type, expected) in [
            (
                &promised,
                Some("application/json"),
                Some("application/json"),
            ),
            (
                &promised,
                Some("text/plain"),
                Some("Text/Plain; charset=utf-8"),
            ),
            (&promised, Some("image/png"), Some("image/*")),
            (&promised, Some("text/html"), None),
            (&promised, None, None),
            (&open, Some("text/html"), Some("*/*")),
            (&open, None, Some("*/*")),
        ] {
            let part = Part {
                pointer: String::new(),
                value: content,
            };
            assert_eq!(find(&part, media_type), expected, "{media_type:?}");
        }
        assert_eq!(essence("Application/JSON ; a=b"), "application/json");
    }
}
