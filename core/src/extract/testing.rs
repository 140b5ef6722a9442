//! Requests for tests, as the router passes them on.

use super::FromRequest;
use crate::{
    ApiError, Body, Request,
    matched_route::{MatchedRoute, Pattern, Value},
    state::States,
};
use std::{
    any::{Any, TypeId},
    sync::Arc,
};

pub(super) fn get(uri: &str) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.parse().expect("a valid uri");
    request
}

pub(super) fn post(content_type: &str, body: impl Into<Body>) -> Request {
    let mut request = Request::new(body.into());
    *request.method_mut() = http::Method::POST;
    if !content_type.is_empty() {
        let value = content_type.parse().expect("a valid header value");
        request.headers_mut().insert("content-type", value);
    }
    request
}

/// A request that matched a route with these parameters:
/// `routed("/orders/{id}", "/orders/7", &[("id", Some("7"))])`. A value that does not occur in the
/// path is a decoded one; `None` is one that is not UTF-8.
pub(super) fn routed(pattern: &str, path: &str, values: &[(&str, Option<&str>)]) -> Request {
    let mut request = get(path);
    let values = values.iter().map(|(name, value)| {
        let at = pattern.find(name).expect("a parameter of the pattern");
        let value = match value {
            Some(value) => match path.find(value) {
                Some(at) => Value::Plain(at..at + value.len()),
                None => Value::Decoded((*value).to_owned()),
            },
            None => Value::NotUtf8,
        };
        (at..at + name.len(), value)
    });
    let matched = MatchedRoute {
        pattern: Pattern::Joined(pattern.into()),
        uri: None,
        values: values.collect(),
        states: Arc::default(),
    };
    request.extensions_mut().insert(matched);
    request
}

/// A request to an application with a state.
pub(super) fn with_state<T: Any + Send + Sync>(state: T) -> Request {
    let mut request = routed("/", "/", &[]);
    let mut states = States::default();
    states.values.insert(TypeId::of::<T>(), Box::new(state));
    if let Some(matched) = request.extensions_mut().get_mut::<MatchedRoute>() {
        matched.states = Arc::new(states);
    }
    request
}

/// Runs an extractor that never awaits. Its rejection must be one of those that a document lists.
pub(super) fn now<'r, T: FromRequest<'r>>(request: &'r Request) -> Result<T, T::Rejection> {
    let taken = T::SYNC.expect("an extractor that never waits")(request);
    let listed = T::Rejection::outcomes();
    if let Err(rejection) = &taken
        && !listed.is_empty()
    {
        let (status, code) = (rejection.status(), rejection.code());
        let mut listed = listed.iter();
        let found = listed.any(|one| one.status == status && one.code == code);
        assert!(found, "{status} `{code}` is missing in `outcomes`");
    }
    taken
}
