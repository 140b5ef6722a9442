//! The query string as one value.

use super::{
    FromRequest,
    fault::{Fault, INVALID_PARAMETERS, Place, TOO_MANY_PARAMETERS},
    pairs,
    value_error::{Echo, ValueError},
    values::Origin,
};
use crate::{ApiError, Limits, Outcome, Problem, Request};
use http::StatusCode;
use serde::Deserialize;
use std::borrow::Cow;

/// The whole query string, read into a struct.
///
/// ```
/// use lambda_api::{Query, QueryRejection, Request, extract};
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
///   borrows what needs no decoding.
/// - A repeated key is a `Vec`, in the order of the request; where one value is expected, a repeated
///   key is rejected. [`CommaSeparated`](crate::CommaSeparated) reads `?ids=1,2`.
/// - An empty value, `?page=` or `?page`, is `None` for an `Option` of anything but text: of
///   whatever cannot be read from an empty text.
/// - A `HashMap` takes all keys, a `Vec<(String, String)>` all pairs in their order.
///
/// # Where serde asks for anything
///
/// Fields of a struct with `#[serde(flatten)]`, of an internally tagged enum and of an untagged one
/// are read as elsewhere: `?page=2&zip=01234&q=7` fills a `u32` and two `String`s. serde puts their
/// values aside before it knows what the fields are; so a value is given by its spelling first, and
/// the query is read once more where a field turns out to ask for something else. Large queries of
/// that kind, some 200 decimals in a flattened map say, are rejected.
///
/// A type that really takes anything, such as `serde_json::Value` or an untagged
/// `enum Id { Number(u64), Name(String) }`, gets a number for a whole number as JSON writes it, which
/// has to fit into a `u64` or an `i64`, a boolean for `true` and `false`, and a text for everything
/// else: `007`, `+5`, `1e5`, `1.50`, `NaN` and longer numbers stay what they are. serde itself reads
/// no `u128` and no `i128` there: take such a field out of the flattened struct, or read it with
/// `#[serde(deserialize_with = "..")]` from a `String`.
///
/// ```
/// # use lambda_api::{Query, QueryRejection, Request, extract};
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
/// How many parameters there may be is one of the [`Limits`](crate::Limits).
///
/// `Option<Query<T>>` is `None` when there is no query and `T` cannot do without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// Why a query string could not be read as [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryRejection {
    /// There is no query, and the handler needs one: 400, `invalid_parameters`.
    #[error("{}", Fault::new(Place::Query, name.as_deref(), detail))]
    Missing {
        /// The name of the first parameter that is needed.
        name: Option<String>,
        /// What is needed.
        detail: String,
    },
    /// A parameter is not what the handler takes: 400, `invalid_parameters`.
    #[error("{}", Fault::new(Place::Query, name.as_deref(), detail))]
    Invalid {
        /// The name of the parameter, when it is known.
        name: Option<String>,
        /// What is wrong.
        detail: String,
    },
    /// There are too many parameters: 400, `too_many_parameters`.
    #[error("the query has more than {limit} parameters")]
    TooMany {
        /// How many there may be: [`Limits::query_pairs`].
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

    fn decorate(&self, problem: &mut Problem) {
        if let Self::Missing { name, detail } | Self::Invalid { name, detail } = self {
            Fault::new(Place::Query, name.as_deref(), detail).decorate(problem);
        }
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

    const NOW: Option<fn(&'r Request) -> Result<Self, QueryRejection>> = Some(|request| {
        let query = request.uri().query().unwrap_or_default();
        let limit = Limits::of(request.extensions()).query_pairs;
        pairs::read(query, Origin::Query, limit)
            .ok_or(QueryRejection::TooMany { limit })?
            .map(Self)
            .map_err(|error| refuse(query, error))
    });
}

#[cold]
fn refuse(query: &str, error: ValueError) -> QueryRejection {
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
        let refusal = now::<Query<Page<'_>>>(&request).unwrap_err();
        assert_eq!(refusal.status(), 400);
        assert_eq!(refusal.code(), "invalid_parameters");
        assert_eq!(
            refusal.to_string(),
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
            let refusal = now::<Query<Page<'_>>>(&request).unwrap_err();
            assert_eq!(refusal.to_string(), "query parameter `page`: missing");
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
                Err(refusal) => {
                    assert!(!fits);
                    assert_eq!(refusal, QueryRejection::TooMany { limit: 1000 });
                    assert_eq!(refusal.status(), 400);
                    assert_eq!(refusal.code(), "too_many_parameters");
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
