//! Extractor for values that satisfy the rules of their type.

use super::{
    Form, FromRequest, Json, Path, Query,
    field_error::{FieldError, INVALID_BODY, INVALID_PARAMETERS, Place, describe, set_errors},
};
use crate::{
    ApiError, Operation, Outcome, Problem, Request,
    json_pointer::spelled,
    validate::{Validate, Violations},
};
use http::StatusCode;
use std::{borrow::Cow, fmt};

/// Extractor that also checks the rules of a value.
///
/// ```
/// use lambda_api::{Json, Valid, Validate, api_handler};
/// use serde::Deserialize;
/// use std::borrow::Cow;
///
/// #[derive(Deserialize, Validate)]
/// #[serde(rename_all = "camelCase")]
/// struct NewOrder<'r> {
///     #[serde(borrow)]
///     #[garde(length(min = 1, max = 40))]
///     sku: Cow<'r, str>,
///     #[garde(range(min = 1, max = 100))]
///     how_many: u32,
/// }
///
/// #[api_handler(POST "/orders")]
/// async fn place_order(Valid(Json(order)): Valid<Json<NewOrder<'_>>>) -> String {
///     format!("{} of {}", order.how_many, order.sku)
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use lambda_api::{Api, Body, routes};
/// # use tower::ServiceExt;
/// # let app = Api::new().routes(routes![place_order]).build().await.unwrap();
/// # let request = http::Request::post("/orders").header("content-type", "application/json");
/// # let request = request.body(Body::from(r#"{"sku": "", "howMany": 101}"#)).unwrap();
/// # let Ok(response) = app.oneshot(request).await;
/// # assert_eq!(response.status(), 422);
/// # let problem: serde_json::Value = serde_json::from_slice(response.body().bytes()).unwrap();
/// # assert_eq!(problem["errors"][1], serde_json::json!({"in": "body", "name": "howMany", "pointer": "/howMany", "code": "range", "detail": "greater than 100"}));
/// # }
/// ```
///
/// All violations are reported in one problem, in the format of [all errors of
/// values](crate::Problem#errors-of-values):
///
/// ```text
/// {"type":"about:blank","title":"Unprocessable Entity","status":422,"code":"invalid_body",
///  "detail":"2 values of the request are missing or invalid",
///  "errors":[{"in":"body","name":"sku","pointer":"/sku","code":"length","detail":"length is lower than 1"},
///            {"in":"body","name":"howMany","pointer":"/howMany","code":"range","detail":"greater than 100"}]}
/// ```
///
/// It can contain [`Json`], [`Form`], [`Query`] and [`Path`]. Violations are a 422, with the code
/// `invalid_body` in a body and `invalid_parameters` in parameters. [`#[derive(Validate)]`](macro@crate::Validate)
/// has the rules.
///
/// `Option<Valid<Json<T>>>` is `None` if the body is empty. `Result<Valid<Json<T>>,
/// ValidRejection<JsonRejection>>` passes the rejection to the handler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valid<E>(pub E);

/// Extractors whose value [`Valid`] can check: [`Json`], [`Form`], [`Query`] and [`Path`].
#[diagnostic::on_unimplemented(
    message = "`Valid<{Self}>` cannot check the rules of its value",
    label = "not an extractor that `Valid` supports, or a type without rules",
    note = "`Valid` supports `Json<T>`, `Form<T>`, `Query<T>` and `Path<T>` if `T` implements `Validate`: `#[derive(lambda_api::Validate)]`"
)]
pub trait Validated: sealed::Value {}

mod sealed {
    use super::{Place, Violations};

    pub trait Value {
        const PLACE: Place;

        fn violations(&self) -> Violations;

        #[cfg(feature = "openapi")]
        fn unsaid(unsaid: &mut crate::validate::unsaid::Unsaid);
    }
}

macro_rules! validated {
    ($($extractor:ident $place:ident)*) => { $(
        impl<T: Validate> Validated for $extractor<T> {}

        impl<T: Validate> sealed::Value for $extractor<T> {
            const PLACE: Place = Place::$place;

            fn violations(&self) -> Violations {
                Violations::of(&self.0)
            }

            #[cfg(feature = "openapi")]
            fn unsaid(unsaid: &mut crate::validate::unsaid::Unsaid) {
                crate::validate::inside::Inside::<T>::new().unsaid(&[], unsaid);
            }
        }
    )* };
}

validated!(Json Body Form Body Query Query Path Path);

/// Rejection of [`Valid`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidRejection<R> {
    /// The extractor inside rejected the request.
    #[error("{0}")]
    Rejected(R),
    /// The value violates rules of its type.
    #[error("{0}")]
    Invalid(Invalid),
}

/// The violations of a value of a request: 422, `invalid_body`, if it is the body, and
/// `invalid_parameters` otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    place: Place,
    violations: Violations,
}

impl Invalid {
    /// The violations.
    #[must_use]
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// The violations as errors. A violation in parameters is named after its parameter.
    fn errors(&self) -> Vec<FieldError<'_>> {
        let errors = self.violations.iter().map(|violation| {
            let pointer = violation.pointer();
            FieldError {
                place: self.place,
                name: spelled(pointer).map(Cow::Owned),
                pointer: Some(pointer.into()),
                code: violation.code(),
                detail: violation.detail(),
            }
        });
        errors.collect()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = self.violations.iter();
        if let (Some(only), None) = (all.next(), all.next()) {
            let name = spelled(only.pointer());
            return describe(self.place, name.as_deref(), only.detail()).fmt(f);
        }
        let at_least = if self.violations.is_full() {
            "at least "
        } else {
            ""
        };
        let what = match self.place {
            Place::Body => "values of the request",
            Place::Path | Place::Query | Place::Header | Place::Cookie => "parameters",
        };
        let number = self.violations.len();
        write!(f, "{at_least}{number} {what} are missing or invalid")
    }
}

impl<R: ApiError> ApiError for ValidRejection<R> {
    fn status(&self) -> StatusCode {
        match self {
            Self::Rejected(rejection) => rejection.status(),
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Invalid(invalid) if invalid.place == Place::Body => INVALID_BODY.into(),
            Self::Invalid(_) => INVALID_PARAMETERS.into(),
        }
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        match self {
            Self::Rejected(rejection) => rejection.decorate(problem),
            Self::Invalid(invalid) => {
                set_errors(&mut problem, &invalid.errors());
                problem
            }
        }
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rejected(rejection) => rejection.cause(),
            Self::Invalid(_) => None,
        }
    }

    fn is_absent(&self) -> bool {
        match self {
            Self::Rejected(rejection) => rejection.is_absent(),
            Self::Invalid(_) => false,
        }
    }

    fn outcomes() -> Vec<Outcome> {
        let mut outcomes = R::outcomes();
        let has = |code| outcomes.iter().any(|outcome| outcome.code == code);
        let code = if has(INVALID_PARAMETERS) {
            INVALID_PARAMETERS
        } else {
            INVALID_BODY
        };
        let violation = Outcome::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        if !outcomes.contains(&violation) {
            outcomes.push(violation);
        }
        outcomes
    }
}

impl<'r, E: FromRequest<'r> + Validated> FromRequest<'r> for Valid<E> {
    type Rejection = ValidRejection<E::Rejection>;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> = match E::SYNC {
        Some(_) => Some(|request| match E::SYNC {
            Some(now) => check(now(request)),
            None => unreachable!("checked above"),
        }),
        None => None,
    };

    async fn from_request(request: &'r Request) -> Result<Self, Self::Rejection> {
        check(E::from_request(request).await)
    }

    fn describe(operation: &mut Operation) {
        E::describe(operation);
    }
}

fn check<E: Validated, R>(taken: Result<E, R>) -> Result<Valid<E>, ValidRejection<R>> {
    let value = taken.map_err(ValidRejection::Rejected)?;
    let violations = value.violations();
    if violations.is_empty() {
        Ok(Valid(value))
    } else {
        let place = E::PLACE;
        Err(ValidRejection::Invalid(Invalid { place, violations }))
    }
}
