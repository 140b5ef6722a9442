//! Plain arguments: each is read from one name of the request through `serde::Deserialize`.
//!
//! The generic functions only select the type. Finding the texts and collecting the errors is done
//! in functions that are not generic.

use super::{
    cookies,
    field_error::{FieldError, INVALID_PARAMETERS, Place, set_errors},
    merge_rejections::merge_rejections,
    reread,
    string_de::{Origin, Values},
    urlencoded,
    value_error::{Echo, ValueError},
};
use crate::{
    BoxFuture, Error, IntoResponse, Problem, Request, Response, extract::Check,
    matched_route::MatchedRoute,
};
use http::StatusCode;
use serde::Deserialize;
use std::borrow::Cow;
#[cfg(feature = "openapi")]
use {crate::Outcome, std::sync::LazyLock};

/// The errors of the plain arguments of a request, which are reported together.
#[derive(Debug, Default)]
pub struct ArgumentErrors {
    list: Vec<(Place, &'static str, String)>,
    /// An argument whose type cannot be read from any request: an error of the application.
    impossible: Option<String>,
}

impl ArgumentErrors {
    /// Creates an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[cold]
    fn add(&mut self, place: Place, name: &'static str, error: ValueError) {
        let echo = match place {
            Place::Header | Place::Cookie => Echo::Nothing,
            Place::Path | Place::Query | Place::Body => Echo::Value,
        };
        let impossible = error.is_impossible();
        let (_, detail) = error.explain(echo);
        if impossible {
            self.impossible = Some(FieldError::new(place, Some(name), &detail).to_string());
        }
        self.list.push((place, name, detail));
    }

    fn list(&self) -> Vec<FieldError<'_>> {
        self.list
            .iter()
            .map(|(place, name, detail)| FieldError::new(*place, Some(name), detail))
            .collect()
    }

    fn problem(&self) -> Problem {
        if let Some(error) = &self.impossible {
            return Problem::from_error(&Error::msg(error.clone()));
        }
        let errors = self.list();
        let detail = match errors.as_slice() {
            [only] => only.to_string(),
            errors => format!("{} parameters are missing or invalid", errors.len()),
        };
        let mut problem =
            Problem::new(StatusCode::BAD_REQUEST, INVALID_PARAMETERS).with_detail(detail);
        set_errors(&mut problem, &errors);
        problem
    }

    /// Returns the response with these errors and the rejections of extractors.
    #[cold]
    pub fn reject<'r>(
        self,
        request: &'r Request,
        extractors: &[Check<'r>],
    ) -> BoxFuture<'r, Response> {
        let rejected = extractors.iter().filter_map(|check| check(request));
        let problem = merge_rejections(self.problem(), rejected);
        Box::pin(std::future::ready(problem.into_response()))
    }
}

/// The problem of invalid arguments, in a document.
#[cfg(feature = "openapi")]
pub(crate) fn invalid_parameters() -> Outcome {
    Outcome::new(StatusCode::BAD_REQUEST, INVALID_PARAMETERS)
}

/// Whether an argument that `read` reads can be absent from a request.
#[cfg(feature = "openapi")]
pub(crate) fn is_optional<T>(
    read: fn(&'static Request, &'static str, &mut ArgumentErrors) -> Option<T>,
) -> bool {
    static EMPTY: LazyLock<Request> = LazyLock::new(Request::default);
    read(&EMPTY, "absent", &mut ArgumentErrors::new()).is_some()
}

/// Finds the values of a name.
type Find = for<'r> fn(&'r Request, &str) -> Values<'r>;

#[inline(never)]
fn read<'r, T: Deserialize<'r>>(
    request: &'r Request,
    find: Find,
    place: Place,
    name: &'static str,
    errors: &mut ArgumentErrors,
) -> Option<T> {
    let values = || find(request, name);
    match reread::read(values(), values, |_| Some(name.into())) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.add(place, name, error);
            None
        }
    }
}

macro_rules! plain {
    ($($name:ident $place:ident $values:ident)*) => { $(
        /// Reads an argument; an error is recorded, and `None` returned.
        pub fn $name<'r, T: Deserialize<'r>>(
            request: &'r Request,
            name: &'static str,
            errors: &mut ArgumentErrors,
        ) -> Option<T> {
            read(request, $values, Place::$place, name, errors)
        }
    )* };
}

plain! {
    path Path path_values
    query Query query_values
    header Header header_values
    cookie Cookie cookie_values
}

/// Values of path parameters are already decoded, so they can always be borrowed.
fn path_values<'r>(request: &'r Request, name: &str) -> Values<'r> {
    let value = MatchedRoute::of(request).and_then(|matched| matched.param(request, name));
    Values::optional(value.map(|text| text.map(Cow::Borrowed)))
}

fn query_values<'r>(request: &'r Request, name: &str) -> Values<'r> {
    let query = request.uri().query().unwrap_or_default();
    Values::sequence(
        urlencoded::split(query)
            .filter(|(key, _)| urlencoded::decode_name(key) == name)
            .map(|(_, value)| urlencoded::decode(value)),
    )
    .of(Origin::Query, 0)
}

fn header_values<'r>(request: &'r Request, name: &str) -> Values<'r> {
    let lines = request.headers().get_all(name).iter();
    Values::lines(lines.map(|line| std::str::from_utf8(line.as_bytes()).ok().map(Cow::Borrowed)))
}

/// If several cookies have the same name, the first one counts, as in
/// [`Cookies::get`](crate::extract::Cookies::get).
fn cookie_values<'r>(request: &'r Request, name: &str) -> Values<'r> {
    let value = cookies::pairs(request.headers())
        .find_map(|(known, value)| (known == name).then_some(value));
    Values::optional(value.map(|text| text.map(Cow::Borrowed)))
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, routed},
        *,
    };
    use http::HeaderValue;
    use serde_json::json;

    fn with_headers(lines: &[(&'static str, &'static str)]) -> Request {
        let mut request = get("/");
        for (name, value) in lines {
            request
                .headers_mut()
                .append(*name, HeaderValue::from_static(value));
        }
        request
    }

    fn read_one<'r, T>(
        read: fn(&'r Request, &'static str, &mut ArgumentErrors) -> Option<T>,
        request: &'r Request,
        name: &'static str,
    ) -> Result<T, String> {
        let mut errors = ArgumentErrors::new();
        let value = read(request, name, &mut errors);
        match (value, errors.list().as_slice()) {
            (Some(value), []) => Ok(value),
            (None, [error]) => Err(error.detail.to_owned()),
            other => panic!("{:?}", other.1),
        }
    }

    #[test]
    fn path_values_are_borrowed_even_when_they_were_decoded() {
        let request = routed(
            "/{a}/{b}/{c}",
            "/7/_/_",
            &[("a", Some("7")), ("b", Some("iced tea")), ("c", None)],
        );
        assert_eq!(read_one(path, &request, "a"), Ok(7_u8));
        assert_eq!(read_one(path, &request, "b"), Ok("iced tea"));
        assert_eq!(
            read_one::<&str>(path, &request, "c"),
            Err("not UTF-8".to_owned())
        );
        assert_eq!(
            read_one::<&str>(path, &request, "d"),
            Err("missing, expected a string".to_owned())
        );
        assert_eq!(read_one(path, &request, "d"), Ok(None::<u8>));
        assert_eq!(read_one(path, &get("/"), "a"), Ok(None::<u8>));
    }

    #[test]
    fn query_values_are_found_by_decoded_name() {
        let request = get("/?page%2Dsize=10&tag=a+b&tag=c&flag&name=tea");
        assert_eq!(read_one(query, &request, "page-size"), Ok(10_u32));
        assert_eq!(
            read_one(query, &request, "tag"),
            Ok(vec!["a b".to_owned(), "c".to_owned()])
        );
        assert_eq!(read_one(query, &request, "flag"), Ok(""));
        assert_eq!(read_one(query, &request, "name"), Ok("tea"));
        assert_eq!(read_one(query, &request, "none"), Ok(None::<u32>));
        assert_eq!(read_one(query, &request, "none"), Ok(Vec::<u32>::new()));
        assert_eq!(
            read_one::<String>(query, &request, "tag"),
            Err("expected one value, found 2".to_owned())
        );
        assert_eq!(read_one(query, &get("/?page="), "page"), Ok(None::<u32>));
    }

    #[test]
    fn header_values_are_one_text_or_all_lines() {
        let request = with_headers(&[("x-tenant", "acme"), ("x-tag", "a"), ("x-tag", "b")]);
        assert_eq!(read_one(header, &request, "X-Tenant"), Ok("acme"));
        assert_eq!(read_one(header, &request, "x-tag"), Ok(vec!["a", "b"]));
        assert_eq!(read_one(header, &request, "x-tag"), Ok("a, b".to_owned()));
        assert_eq!(read_one(header, &request, "x-none"), Ok(None::<String>));
        assert_eq!(read_one(header, &request, "no name"), Ok(None::<String>));
    }

    #[test]
    fn cookie_values_are_the_first_of_their_name() {
        let request = with_headers(&[("cookie", "a=1; b=\"x\"; a=2")]);
        assert_eq!(read_one(cookie, &request, "a"), Ok(1_u8));
        assert_eq!(read_one(cookie, &request, "b"), Ok("x"));
        assert_eq!(read_one(cookie, &request, "c"), Ok(None::<u8>));
    }

    #[test]
    fn headers_and_cookies_are_never_repeated_in_a_message() {
        let request = with_headers(&[("x-key", "s3cret"), ("cookie", "session=s3cret")]);
        let rejected = Err("expected a whole number from 0 to 4294967295".to_owned());
        assert_eq!(read_one::<u32>(header, &request, "x-key"), rejected);
        assert_eq!(read_one::<u32>(cookie, &request, "session"), rejected);
    }

    #[test]
    fn invalid_utf8_is_an_error() {
        let mut request = get("/?name=%FF");
        let value = HeaderValue::from_bytes(b"a=\xff").unwrap();
        request.headers_mut().insert("cookie", value);
        let rejected = Err("not UTF-8".to_owned());
        assert_eq!(read_one::<String>(query, &request, "name"), rejected);
        assert_eq!(read_one::<String>(header, &request, "cookie"), rejected);
        assert_eq!(read_one::<String>(cookie, &request, "a"), rejected);
        assert_eq!(
            read_one::<Option<String>>(cookie, &request, "a"),
            Err("not UTF-8".to_owned())
        );
    }

    #[tokio::test]
    async fn an_unsupported_target_type_is_a_500() {
        #[derive(Deserialize)]
        struct Nested {
            #[allow(dead_code)]
            a: u32,
        }
        let request = get("/?page=1&ids=2");
        let mut errors = ArgumentErrors::new();
        assert!(query::<Nested>(&request, "page", &mut errors).is_none());
        assert!(query::<u32>(&request, "ids", &mut errors).is_some());
        let response = errors.reject(&request, &[]).await;
        assert_eq!(response.status(), 500);
        let problem = Problem::take(&mut { response }).unwrap();
        assert_eq!((problem.code(), problem.detail()), ("internal_error", None));
        assert_eq!(
            problem.cause_text(),
            Some("query parameter `page`: a value cannot be read as struct Nested")
        );
    }

    #[tokio::test]
    async fn all_errors_are_reported_at_once() {
        let request = get("/?page=abc");
        let mut errors = ArgumentErrors::new();
        assert_eq!(query::<u32>(&request, "page", &mut errors), None);
        assert_eq!(header::<String>(&request, "x-tenant", &mut errors), None);
        let response = errors.reject(&request, &[]).await;
        assert_eq!(response.status(), 400);
        let body: serde_json::Value = serde_json::from_slice(response.body().bytes()).unwrap();
        assert_eq!(body["code"], "invalid_parameters");
        assert_eq!(body["detail"], "2 parameters are missing or invalid");
        assert_eq!(
            body["errors"],
            json!([
                {"in": "query", "name": "page", "detail": "expected a whole number from 0 to 4294967295, found \"abc\""},
                {"in": "header", "name": "x-tenant", "detail": "missing, expected a string"},
            ])
        );
    }

    #[tokio::test]
    async fn a_single_error_is_the_detail_itself() {
        let mut errors = ArgumentErrors::new();
        let request = get("/?page=abc");
        assert_eq!(query::<u32>(&request, "page", &mut errors), None);
        let response = errors.reject(&request, &[]).await;
        let body: serde_json::Value = serde_json::from_slice(response.body().bytes()).unwrap();
        assert_eq!(
            body["detail"],
            "query parameter `page`: expected a whole number from 0 to 4294967295, found \"abc\""
        );
    }
}
