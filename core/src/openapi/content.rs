//! Bodies and successful responses of an operation.

use super::operation::{Header, MediaType, RefOr, RequestBody, Response};
use crate::{
    describe::SuccessResponse,
    documentation::{Documented, ITEMS},
    response::media_type::JSON_LINES,
};
use http::StatusCode;
use schemars::{Schema, json_schema};
use std::collections::BTreeMap;

type Responses = BTreeMap<String, RefOr<Response>>;

/// The body of the request, if an argument takes one.
pub(super) fn request_body(route: &Documented) -> Option<RequestBody> {
    let contents = route.operation.contents.as_deref()?;
    let mut body = RequestBody::default();
    for one in &contents.bodies {
        body.required |= one.required;
        let mut content = content(one.media_type, &route.request_schemas);
        content.example = match is_json(one.media_type) {
            true => route.options.example.map(|example| {
                let mut value = example();
                value.sort_all_objects();
                value
            }),
            false => None,
        };
        body.content.insert(one.media_type.to_owned(), content);
    }
    (!body.content.is_empty()).then_some(body)
}

/// The responses that are not problems.
pub(super) fn responses(route: &Documented, unspecified: &mut Vec<String>) -> Responses {
    let mut all = Responses::new();
    let contents = route.operation.contents.as_deref();
    let described = contents.map(|contents| contents.responses.as_slice());
    for one in described.unwrap_or_default() {
        add(&mut all, one, reason(one.status), &route.response_schemas);
    }
    for extra in &route.extra {
        let contents = extra.operation.contents.as_deref();
        let described = contents.map(|contents| contents.responses.as_slice());
        let described = described.unwrap_or_default();
        let without_content = SuccessResponse {
            status: Some(extra.status),
            media_type: None,
            headers: Vec::new(),
        };
        let schemas = &extra.schemas;
        for one in described {
            let one = SuccessResponse {
                status: Some(extra.status),
                media_type: one.media_type,
                headers: one.headers.clone(),
            };
            add(&mut all, &one, extra.description, schemas);
        }
        if described.is_empty() {
            add(&mut all, &without_content, extra.description, schemas);
        }
    }
    // The attribute may describe failures only.
    let is_success = |status: &String| !status.starts_with(['4', '5']);
    if !all.keys().any(is_success) {
        unspecified.push("the response".to_owned());
        all.insert("default".to_owned(), Response::new(UNSPECIFIED).into());
    }
    all
}

/// The text of a response that says nothing.
const UNSPECIFIED: &str = "Unspecified";

/// Whether the successful responses are unspecified.
pub(super) fn is_unspecified(all: &Responses) -> bool {
    let default = all.get("default");
    default.is_some_and(|one| *one == Response::new(UNSPECIFIED).into())
}

/// Adds a response. Those with the same status are one, with several media types; it requires the header
/// fields that all of them require.
fn add(all: &mut Responses, one: &SuccessResponse, text: &str, schemas: &[(&'static str, Schema)]) {
    let status = one.status.as_ref().map(StatusCode::as_str);
    let key = status.unwrap_or("default").to_owned();
    let is_first = !all.contains_key(&key);
    let known = all.entry(key).or_insert_with(|| Response::default().into());
    let RefOr::Item(response) = known else {
        return;
    };
    for (name, header) in &mut response.headers {
        let of_one = one.headers.iter().find(|header| header.name == name);
        header.required &= of_one.is_some_and(|header| header.required);
    }
    if response.description.is_empty() {
        response.description = text.to_owned();
    }
    for of_one in &one.headers {
        let header = || Header {
            required: of_one.required && is_first,
            schema: Some(json_schema!({ "type": "string" })),
            ..Header::default()
        };
        let known = response.headers.entry(of_one.name.to_owned());
        known.or_insert_with(header);
    }
    if let Some(media_type) = one.media_type {
        let content = content(media_type, schemas);
        response.content.insert(media_type.to_owned(), content);
    }
}

/// The content of a media type, with the schema that was given for it.
fn content(media_type: &str, schemas: &[(&'static str, Schema)]) -> MediaType {
    let given = schemas.iter().find(|(known, _)| *known == media_type);
    let mut schema = given.map(|(_, schema)| schema.clone());
    let items = schema.as_mut().and_then(|schema| schema.remove(ITEMS));
    let text = media_type.starts_with("text/") || media_type == JSON_LINES;
    let mut content = MediaType {
        schema: schema.or_else(|| text.then(|| json_schema!({ "type": "string" }))),
        ..MediaType::default()
    };
    if let Some(items) = items {
        content.extensions.insert(ITEMS.to_owned(), items);
    }
    content
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// The text of a response.
pub(super) fn reason(status: Option<StatusCode>) -> &'static str {
    let known = status.and_then(|status| status.canonical_reason());
    known.unwrap_or("Response")
}
