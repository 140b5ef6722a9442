//! Extractor for the query string.

use super::{
    FromRequest,
    field_error::{FieldError, INVALID_PARAMETERS, Place, TOO_MANY_PARAMETERS},
    string_de::Origin,
    urlencoded,
    value_error::{Echo, ValueError},
};
use crate::{ApiError, Operation, Outcome, Problem, Request, matched_route::limits_of};
use http::StatusCode;
use serde::Deserialize;
use std::borrow::Cow;

/// Extractor for the whole query string, deserialized into a struct.
///
/// ```
/// use lambda_api::{Query, Request, extract::{QueryRejection, extract}};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Filter {
///     page: Option<u32>,
///     #[serde(default)]
///     tag: Vec<String>,
/// }
///
/// async fn list(Query(filter): Query<Filter>) -> String {
///     format!("page {:?} of {}", filter.page, filter.tag.join(" and "))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), QueryRejection> {
/// # let mut request = Request::default();
/// # *request.uri_mut() = http::Uri::from_static("/orders?tag=tea&page=2&tag=iced%20tea");
/// // GET /orders?tag=tea&page=2&tag=iced%20tea
/// let filter = extract::<Query<Filter>>(&request).await?;
/// assert_eq!(list(filter).await, "page Some(2) of tea and iced tea");
/// # Ok(())
/// # }
/// ```
///
/// - `+` and percent-encoding are decoded; a field of type `Cow<'_, str>` with `#[serde(borrow)]`
///   borrows values that need no decoding.
/// - A repeated key is a `Vec`, in the order of the request. If a single value is expected, a
///   repeated key is rejected. [`CommaSeparated`](crate::extract::CommaSeparated) reads `?ids=1,2`.
/// - An empty value, `?page=` or `?page`, is `None` for an `Option` of any type that cannot be read
///   from an empty string.
/// - A `HashMap` gets all keys, a `Vec<(String, String)>` gets all pairs in their order.
///
/// # Flattened structs and untagged enums
///
/// Fields of a struct with `#[serde(flatten)]`, of an internally tagged enum and of an untagged
/// enum are read like other fields: `?page=2&zip=01234&q=7` fills a `u32` and two `String`s. serde
/// stores their values before it knows the types of the fields. So a value is first typed by its
/// spelling, and the query is read again if a field needs another type. Large queries of that kind
/// are rejected, for example some 200 decimals in a flattened map.
///
/// A type that accepts any value, such as `serde_json::Value` or an untagged
/// `enum Id { Number(u64), Name(String) }`, gets a number for an integer in JSON's format that fits
/// into a `u64` or an `i64`, a boolean for `true` and `false`, and a string for everything else:
/// `007`, `+5`, `1e5`, `1.50`, `NaN` and longer numbers stay strings. serde itself does not support
/// `u128` and `i128` there: move such a field out of the flattened struct, or read it from a
/// `String` with `#[serde(deserialize_with = "..")]`.
///
/// ```
/// # use lambda_api::{Query, Request, extract::{QueryRejection, extract}};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Search {
///     q: String,
///     #[serde(flatten)]
///     paging: Paging,
/// }
///
/// // Shared by many searches.
/// #[derive(Deserialize)]
/// struct Paging {
///     page: Option<u32>,
///     newest_first: bool,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), QueryRejection> {
/// # let mut request = Request::default();
/// # *request.uri_mut() = http::Uri::from_static("/orders?q=7&page=2&newest_first=true");
/// // GET /orders?q=7&page=2&newest_first=true
/// let Query(search) = extract::<Query<Search>>(&request).await?;
/// assert_eq!((search.q.as_str(), search.paging.page), ("7", Some(2)));
/// # assert!(search.paging.newest_first);
/// # Ok(())
/// # }
/// ```
///
/// The maximum number of parameters is one of the [`Limits`](crate::Limits).
///
/// `Option<Query<T>>` is `None` if there is no query and `T` requires one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// Rejection of [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryRejection {
    /// There is no query, but the handler requires one: 400, `invalid_parameters`.
    #[error("{}", FieldError::new(Place::Query, name.as_deref(), detail))]
    Missing {
        /// The name of the first required parameter.
        name: Option<String>,
        /// A description of the error.
        detail: String,
    },
    /// A parameter is invalid: 400, `invalid_parameters`.
    #[error("{}", FieldError::new(Place::Query, name.as_deref(), detail))]
    Invalid {
        /// The name of the parameter, if it is known.
        name: Option<String>,
        /// A description of the error.
        detail: String,
    },
    /// There are too many parameters: 400, `too_many_parameters`.
    #[error("the query has more than {limit} parameters")]
    TooMany {
        /// The maximum number: [`Limits::query_pairs`](crate::Limits::query_pairs).
        limit: usize,
    },
}

impl ApiError for QueryRejection {
    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Missing { .. } | Self::Invalid { .. } => INVALID_PARAMETERS.into(),
            Self::TooMany { .. } => TOO_MANY_PARAMETERS.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Missing { name, detail } | Self::Invalid { name, detail } = self {
            FieldError::new(Place::Query, name.as_deref(), detail).decorate(&mut problem);
        }
        problem
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, INVALID_PARAMETERS),
            Outcome::new(StatusCode::BAD_REQUEST, TOO_MANY_PARAMETERS),
        ]
    }
}

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Query<T> {
    type Rejection = QueryRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, QueryRejection>> = Some(|request| {
        let query = request.uri().query().unwrap_or_default();
        let limit = limits_of(request.extensions()).query_pairs;
        urlencoded::read(query, Origin::Query, limit)
            .ok_or(QueryRejection::TooMany { limit })?
            .map(Self)
            .map_err(|error| reject(query, error))
    });

    fn describe(operation: &mut Operation) {
        operation.take_query();
    }
}

#[cold]
fn reject(query: &str, error: ValueError) -> QueryRejection {
    let (name, detail) = error.explain(Echo::Value);
    if query.is_empty() {
        QueryRejection::Missing { name, detail }
    } else {
        QueryRejection::Invalid { name, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };

    #[derive(Debug, Deserialize, PartialEq)]
    struct Page<'r> {
        page: u32,
        #[serde(borrow, default)]
        name: Cow<'r, str>,
    }

    #[test]
    fn a_query_is_read_and_borrowed() {
        let request = get("/orders?name=tea&page=2");
        let Query(page) = now::<Query<Page<'_>>>(&request).unwrap();
        assert_eq!(page.page, 2);
        assert!(matches!(page.name, Cow::Borrowed("tea")));
    }

    #[test]
    fn a_bad_parameter_is_a_400_that_names_it() {
        let request = get("/orders?page=abc");
        let rejection = now::<Query<Page<'_>>>(&request).unwrap_err();
        assert_eq!(rejection.status(), 400);
        assert_eq!(rejection.code(), "invalid_parameters");
        assert_eq!(
            rejection.to_string(),
            "query parameter `page`: expected a whole number from 0 to 4294967295, found \"abc\""
        );
        assert!(now::<Option<Query<Page<'_>>>>(&request).is_err());
    }

    #[test]
    fn no_query_is_absent_only_to_a_type_that_needs_one() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Loose {
            page: Option<u32>,
        }
        for request in [get("/orders"), get("/orders?")] {
            let rejection = now::<Query<Page<'_>>>(&request).unwrap_err();
            assert_eq!(rejection.to_string(), "query parameter `page`: missing");
            assert_eq!(now::<Option<Query<Page<'_>>>>(&request), Ok(None));
            assert_eq!(
                now::<Option<Query<Loose>>>(&request),
                Ok(Some(Query(Loose { page: None })))
            );
        }
    }

    #[test]
    fn without_an_application_the_limit_is_the_default() {
        for (pairs, fits) in [(1000, true), (1001, false)] {
            let request = get(&format!("/orders?{}", "page=1&".repeat(pairs)));
            match now::<Query<Vec<(&str, &str)>>>(&request) {
                Ok(Query(all)) => assert!(fits && all.len() == pairs),
                Err(rejection) => {
                    assert!(!fits);
                    assert_eq!(rejection, QueryRejection::TooMany { limit: 1000 });
                    assert_eq!(rejection.status(), 400);
                    assert_eq!(rejection.code(), "too_many_parameters");
                }
            }
        }
    }

    #[test]
    fn the_handler_can_take_the_rejection() {
        let request = get("/orders?page=abc");
        let Ok(taken) = now::<Result<Query<Page<'_>>, QueryRejection>>(&request);
        assert!(matches!(taken, Err(QueryRejection::Invalid { .. })));
    }
}
