//! Problems of operations: those of the handler, of its arguments, and of the library.

use super::{
    content::reason,
    document::Components,
    operation::{Example, Header, MediaType, Operation, RefOr, Response},
};
use crate::{ApiError, Outcome, auth::IdentityRejection};
use http::StatusCode;
use schemars::{Schema, json_schema};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The failures of one operation, by status, without duplicates and in the order of their codes.
pub(super) type Failures = BTreeMap<StatusCode, Vec<Outcome>>;

/// What failures of the library depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    /// The client can send a body.
    pub(super) body: bool,
    /// Callers are authenticated. `Some(true)` if they need not be.
    pub(super) optional_identity: Option<bool>,
    pub(super) scopes: bool,
    /// A timeout is a 503 with `retry-after` instead of a 504.
    pub(super) retry_after: bool,
}

/// Groups the failures of an operation and those that the library adds.
pub(super) fn failures(own: &[Outcome], when: Circumstances) -> Failures {
    let mut all = Failures::new();
    for one in own.iter().cloned().chain(of_library(when)) {
        let same = all.entry(one.status).or_default();
        if !same.iter().any(|known| known.code == one.code) {
            same.push(one);
        }
    }
    for same in all.values_mut() {
        same.sort_by_key(|one| one.code);
    }
    all
}

fn of_library(when: Circumstances) -> Vec<Outcome> {
    let mut all = vec![
        Outcome::new(StatusCode::BAD_REQUEST, "malformed_request"),
        Outcome::new(StatusCode::BAD_REQUEST, "too_many_parameters"),
        Outcome::new(StatusCode::BAD_REQUEST, "too_many_cookies"),
        Outcome::new(StatusCode::URI_TOO_LONG, "uri_too_long"),
        Outcome::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "too_many_headers",
        ),
        Outcome::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers_too_large",
        ),
        Outcome::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        Outcome::new(StatusCode::INTERNAL_SERVER_ERROR, "response_too_large"),
        Outcome::new(
            match when.retry_after {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::GATEWAY_TIMEOUT,
            },
            "timed_out",
        ),
    ];
    if when.body {
        all.push(Outcome::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
        ));
    }
    if let Some(optional) = when.optional_identity {
        let outcomes = IdentityRejection::outcomes().into_iter();
        all.extend(outcomes.filter(|one| !optional || !one.is_absent()));
    }
    if when.scopes {
        all.push(Outcome::new(StatusCode::FORBIDDEN, "insufficient_scope"));
    }
    all
}

/// Codes that most operations have. The names of responses leave them out.
const USUAL: [&str; 3] = [
    "malformed_request",
    "too_many_cookies",
    "too_many_parameters",
];

/// The name of a response with these codes: `OrderNotFound`, `InvalidTokenOrUnauthorized`. It depends on
/// nothing else, so that a new operation changes no other one.
fn name(status: StatusCode, same: &[Outcome]) -> String {
    let codes = same.iter().map(|one| one.code);
    let names: Vec<_> = codes
        .filter(|code| !USUAL.contains(code))
        .map(pascal)
        .collect();
    match names.is_empty() {
        true => pascal(&reason(Some(status)).replace(' ', "_")),
        false => names.join("Or"),
    }
}

/// `OrderNotFound` for `order_not_found`.
fn pascal(code: &str) -> String {
    let words = code.split(|one: char| !one.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|one| one.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}

/// The header field that a problem of the library has.
fn header(one: &Outcome) -> Option<&'static str> {
    match (one.status, one.code) {
        (StatusCode::UNAUTHORIZED, "unauthorized" | "invalid_token")
        | (StatusCode::FORBIDDEN, "insufficient_scope") => Some("www-authenticate"),
        (_, "authentication_unavailable") | (StatusCode::SERVICE_UNAVAILABLE, "timed_out") => {
            Some("retry-after")
        }
        _ => None,
    }
}

/// Writes failures as responses.
pub(super) struct Writer {
    /// The media type and the schema of problems; `None` if they are unspecified.
    content: Option<(String, Option<Schema>)>,
    /// Whether problems have the members of the library.
    has_examples: bool,
    /// Codes that problems of several kinds have.
    ambiguous: BTreeSet<&'static str>,
}

impl Writer {
    pub(super) fn new<'a>(
        content: Option<(String, Option<Schema>)>,
        has_examples: bool,
        all: impl Iterator<Item = &'a Failures>,
    ) -> Self {
        let mut kinds: BTreeMap<&'static str, &Outcome> = BTreeMap::new();
        let mut ambiguous = BTreeSet::new();
        for one in all.flat_map(BTreeMap::values).flatten() {
            if kinds
                .insert(one.code, one)
                .is_some_and(|other| other != one)
            {
                ambiguous.insert(one.code);
            }
        }
        Self {
            content,
            has_examples,
            ambiguous,
        }
    }

    /// Adds the failures to the responses of an operation.
    pub(super) fn add(
        &self,
        failures: &Failures,
        operation: &mut Operation,
        components: &mut Components,
    ) {
        for (status, same) in failures {
            let response = self.response(*status, same, components);
            match operation.responses.get_mut(status.as_str()) {
                // The attribute describes a response of this status, too.
                Some(RefOr::Item(own)) => {
                    for (media_type, content) in response.content {
                        own.content.entry(media_type).or_insert(content);
                    }
                    for (name, header) in response.headers {
                        own.headers.entry(name).or_insert(header);
                    }
                }
                _ => {
                    let name = name(*status, same);
                    let known = components.responses.entry(name.clone());
                    // Problems with the same codes can have other titles.
                    let response = match *known.or_insert_with(|| response.clone()) == response {
                        true => RefOr::Ref(format!("#/components/responses/{name}")),
                        false => response.into(),
                    };
                    let key = status.as_str().to_owned();
                    operation.responses.insert(key, response);
                }
            }
        }
    }

    fn response(
        &self,
        status: StatusCode,
        same: &[Outcome],
        components: &mut Components,
    ) -> Response {
        let codes: Vec<_> = same.iter().map(|one| format!("`{}`", one.code)).collect();
        let text = format!("{}: {}", reason(Some(status)), codes.join(", "));
        let mut response = Response::new(text);
        for name in same.iter().filter_map(header) {
            // Not required: a problem of the program can have the same code.
            let header = Header {
                schema: Some(json_schema!({ "type": "string" })),
                ..Header::default()
            };
            response.headers.insert(name.to_owned(), header);
        }
        let (media_type, mut content) = self.content();
        if self.has_examples {
            for one in same {
                let example = self.example(one, components);
                content.examples.insert(one.code.to_owned(), example);
            }
        }
        response.content.insert(media_type, content);
        response
    }

    /// The content of every problem.
    fn content(&self) -> (String, MediaType) {
        let (media_type, schema) = self.content.clone().unwrap_or(("*/*".to_owned(), None));
        let content = MediaType {
            schema,
            ..MediaType::default()
        };
        (media_type, content)
    }

    /// Adds the problems of any other status and code.
    pub(super) fn add_others(&self, operation: &mut Operation) {
        let others = operation.responses.entry("default".to_owned());
        let others = others.or_insert_with(|| Response::new("Another problem").into());
        if let RefOr::Item(response) = others {
            let (media_type, content) = self.content();
            response.content.entry(media_type).or_insert(content);
        }
    }

    /// The example of a problem, in the components unless they have another one of its name.
    fn example(&self, one: &Outcome, components: &mut Components) -> RefOr<Example> {
        let name = match self.ambiguous.contains(one.code) {
            true => format!("{}_{}", one.code, one.status.as_u16()),
            false => one.code.to_owned(),
        };
        let mut value = json!({
            "type": one.problem_type().unwrap_or("about:blank"),
            "title": one.title(),
            "status": one.status.as_u16(),
            "code": one.code,
        });
        if let Some(detail) = one.detail() {
            value["detail"] = detail.into();
        }
        let example = Example {
            description: one.description().map(str::to_owned),
            value,
            ..Example::default()
        };
        let known = components.examples.entry(name.clone());
        match *known.or_insert_with(|| example.clone()) == example {
            true => RefOr::Ref(format!("#/components/examples/{name}")),
            false => example.into(),
        }
    }
}
