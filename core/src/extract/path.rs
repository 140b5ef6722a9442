//! Extractor for all parameters of the path.

use super::{
    FromRequest,
    field_error::{FieldError, INTERNAL_ERROR, INVALID_PARAMETERS, Place},
    reread,
    string_de::{Origin, Values},
    urlencoded::Entries,
    value_error::{Echo, ValueError},
};
use crate::{ApiError, Operation, Outcome, Problem, Request, matched_route::MatchedRoute};
use http::StatusCode;
use serde::{
    Deserialize,
    de::{Deserializer, SeqAccess, Visitor},
};
use std::borrow::Cow;

/// Extractor for all parameters of the path.
///
/// A single parameter is simpler as an argument with its name. Use this type for several parameters
/// that belong together, or if their names are not known in advance:
///
/// ```
/// use lambda_api::Path;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Line {
///     order: u64,
///     line: u8,
/// }
///
/// // GET /orders/{order}/lines/{line}
/// async fn get_line(Path(at): Path<Line>) -> String {
///     format!("line {} of order {}", at.line, at.order)
/// }
/// ```
///
/// A struct or a map gets the parameters by name, a tuple gets all of them in their order, a
/// `Vec<(String, String)>` gets names and values, and any other type gets the value of the only
/// parameter. Values are percent-decoded; `&'r str` and borrowed fields are always supported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Path<T>(pub T);

/// Rejection of [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathRejection {
    /// A parameter is invalid: 400, `invalid_parameters`.
    #[error("{}", FieldError::new(Place::Path, name.as_deref(), detail))]
    Invalid {
        /// The name of the parameter, if it is known.
        name: Option<String>,
        /// A description of the error.
        detail: String,
    },
    /// The route has no parameters: an error of the application, 500.
    #[error("the route of this handler has no path parameters")]
    Missing,
    /// The handler and its route have different parameters: an error of the application, 500.
    #[error("the path parameters of the handler do not match its route: {detail}")]
    Mismatch {
        /// A description of the difference.
        detail: String,
    },
}

impl ApiError for PathRejection {
    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } => StatusCode::BAD_REQUEST,
            Self::Missing | Self::Mismatch { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Invalid { .. } => INVALID_PARAMETERS.into(),
            Self::Missing | Self::Mismatch { .. } => INTERNAL_ERROR.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Self::Invalid { name, detail } = self {
            FieldError::new(Place::Path, name.as_deref(), detail).decorate(&mut problem);
        }
        problem
    }

    fn is_absent(&self) -> bool {
        *self == Self::Missing
    }

    fn outcomes() -> Vec<Outcome> {
        vec![
            Outcome::new(StatusCode::BAD_REQUEST, INVALID_PARAMETERS),
            Outcome::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR),
        ]
    }
}

impl<'r, T: Deserialize<'r>> FromRequest<'r> for Path<T> {
    type Rejection = PathRejection;

    const SYNC: Option<fn(&'r Request) -> Result<Self, PathRejection>> = Some(|request| {
        let parameters = Parameters(request);
        let name = |number| parameters.iter().nth(number).map(|(name, _)| name);
        match reread::read(parameters, || parameters, name) {
            Ok(value) => Ok(Self(value)),
            Err(error) => Err(reject(parameters, error)),
        }
    });

    fn describe(operation: &mut Operation) {
        operation.require_parameters();
    }
}

#[cold]
fn reject(parameters: Parameters<'_>, error: ValueError) -> PathRejection {
    if parameters.len() == 0 {
        return PathRejection::Missing;
    }
    let mismatch = error.is_mismatch();
    let (name, detail) = error.explain(Echo::Value);
    if mismatch {
        PathRejection::Mismatch {
            detail: FieldError::new(Place::Path, name.as_deref(), &detail).to_string(),
        }
    } else {
        PathRejection::Invalid { name, detail }
    }
}

/// The parameters of the matched route; empty if the request matched no route.
#[derive(Clone, Copy)]
struct Parameters<'r>(&'r Request);

impl<'r> Parameters<'r> {
    fn iter(self) -> impl Iterator<Item = (Cow<'r, str>, Values<'r>)> {
        let matched = MatchedRoute::of(self.0).into_iter();
        let parameters = matched.flat_map(move |matched| matched.params(self.0));
        parameters.enumerate().map(|(number, (name, value))| {
            let values = Values::single(value.map(Cow::Borrowed));
            (Cow::Borrowed(name), values.of(Origin::Other, number))
        })
    }

    fn len(self) -> usize {
        self.iter().count()
    }

    fn only(self) -> Result<(Cow<'r, str>, Values<'r>), ValueError> {
        let mut parameters = self.iter();
        match (parameters.next(), parameters.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(self.mismatch(1)),
        }
    }

    #[cold]
    fn mismatch(self, expected: usize) -> ValueError {
        let found = self.len();
        ValueError::mismatch(format!(
            "the handler takes {expected} parameters, the route has {found}"
        ))
    }
}

macro_rules! only {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
            let (name, value) = self.only()?;
            value.$method(visitor).map_err(|error| error.of(&name))
        }
    )* };
}

impl<'r> Deserializer<'r> for Parameters<'r> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_map(Entries::new(self.iter()))
    }

    fn deserialize_seq<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_seq(Entries::new(self.iter()))
    }

    fn deserialize_tuple<V: Visitor<'r>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if self.len() != length {
            return Err(self.mismatch(length));
        }
        visitor.visit_seq(InOrder(self.iter()))
    }

    fn deserialize_tuple_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'r>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let (parameter, value) = self.only()?;
        value
            .deserialize_enum(name, variants, visitor)
            .map_err(|error| error.of(&parameter))
    }

    fn deserialize_unit<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'r>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    only! {
        deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    serde::forward_to_deserialize_any! { <V: Visitor<'r>> map struct identifier }
}

/// The values without names, for a tuple.
struct InOrder<I>(I);

impl<'r, I: Iterator<Item = (Cow<'r, str>, Values<'r>)>> SeqAccess<'r> for InOrder<I> {
    type Error = ValueError;

    fn next_element_seed<T: serde::de::DeserializeSeed<'r>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let Some((name, value)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(value)
            .map(Some)
            .map_err(|error| error.of(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now, routed},
        *,
    };
    use std::collections::HashMap;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Line<'r> {
        order: u64,
        line: &'r str,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(u64);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        Red,
    }

    fn line() -> Request {
        routed(
            "/orders/{order}/lines/{line}",
            "/orders/7/lines/a",
            &[("order", Some("7")), ("line", Some("a"))],
        )
    }

    fn item(value: Option<&str>) -> Request {
        routed("/items/{item}", "/items/_", &[("item", value)])
    }

    fn rejection<T: for<'r> Deserialize<'r> + std::fmt::Debug>(request: &Request) -> PathRejection {
        now::<Path<T>>(request).unwrap_err()
    }

    #[test]
    fn parameters_are_taken_by_name_in_order_or_in_pairs() {
        let request = line();
        let expected = Line {
            order: 7,
            line: "a",
        };
        assert_eq!(now(&request), Ok(Path(expected)));
        assert_eq!(now(&request), Ok(Path((7_u64, 'a'))));
        assert_eq!(now(&request), Ok(Path(vec![("order", "7"), ("line", "a")])));
        assert_eq!(
            now(&request),
            Ok(Path(HashMap::from([("order", "7"), ("line", "a")])))
        );
        assert_eq!(now(&request), Ok(Path(())));
    }

    #[test]
    fn a_single_parameter_is_any_plain_type() {
        assert_eq!(now(&item(Some("7"))), Ok(Path(7_i8)));
        assert_eq!(now(&item(Some("7"))), Ok(Path(Id(7))));
        assert_eq!(now(&item(Some("7"))), Ok(Path((7,))));
        assert_eq!(now(&item(Some("7"))), Ok(Path(Some(7))));
        assert_eq!(now(&item(Some("red"))), Ok(Path(Color::Red)));
        let request = item(Some("iced tea"));
        assert_eq!(now(&request), Ok(Path("iced tea")));
    }

    #[test]
    fn a_bad_value_is_a_400_that_names_the_parameter() {
        let cases = [
            (
                rejection::<u8>(&item(Some("x"))),
                "expected a whole number from 0 to 255, found \"x\"",
            ),
            (
                rejection::<Id>(&item(Some("x"))),
                "expected a whole number from 0 to 18446744073709551615, found \"x\"",
            ),
            (
                rejection::<(u8,)>(&item(Some("x"))),
                "expected a whole number from 0 to 255, found \"x\"",
            ),
            (
                rejection::<HashMap<String, u8>>(&item(Some("x"))),
                "expected a whole number from 0 to 255, found \"x\"",
            ),
            (
                rejection::<Color>(&item(Some("x"))),
                "expected `red`, found \"x\"",
            ),
            (rejection::<String>(&item(None)), "not UTF-8"),
            (rejection::<Vec<(String, String)>>(&item(None)), "not UTF-8"),
        ];
        for (rejection, detail) in cases {
            assert_eq!(rejection.status(), 400);
            assert_eq!(rejection.code(), "invalid_parameters");
            assert_eq!(
                rejection.to_string(),
                format!("path parameter `item`: {detail}")
            );
        }
    }

    #[test]
    fn a_handler_that_does_not_fit_its_route_is_a_500() {
        let request = line();
        for rejection in [
            rejection::<u8>(&request),
            rejection::<(u8,)>(&request),
            rejection::<(u8, u8, u8)>(&request),
        ] {
            assert_eq!(rejection.status(), 500);
            assert_eq!(rejection.code(), "internal_error");
            assert!(rejection.to_string().ends_with("the route has 2"));
        }
        let request = item(Some("x"));
        let missing = now::<Path<Line<'_>>>(&request).unwrap_err();
        assert!(matches!(missing, PathRejection::Mismatch { .. }));
    }

    #[test]
    fn without_parameters_a_path_is_absent_or_an_empty_map() {
        for request in [get("/"), routed("/", "/", &[])] {
            assert_eq!(rejection::<u8>(&request), PathRejection::Missing);
            assert_eq!(now(&request), Ok(None::<Path<u8>>));
            assert_eq!(now(&request), Ok(Path(HashMap::<String, String>::new())));
        }
    }
}
