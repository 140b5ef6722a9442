//! `#[derive(ApiError)]`: the effect of each key on the response.

use lambda_api::{ApiError, Outcome, Problem};
use std::error::Error as _;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError<T: std::fmt::Debug + serde::Serialize = u8> {
    #[error("order {0} does not exist")]
    #[api(status = 404, code = "order_not_found", absent)]
    NotFound(u64),
    #[error("only {left} of {sku} left")]
    #[api(status = 409, code = "out_of_stock", title = "Out of stock")]
    #[api(type = "https://example.com/problems/out-of-stock")]
    OutOfStock {
        #[api(extension)]
        left: u32,
        #[api(extension = "articleNumber")]
        sku: String,
        #[api(extension)]
        r#loop: T,
    },
    #[error("try again")]
    #[api(status = 503, code = "storage_unavailable")]
    Storage {
        #[source]
        cause: std::io::Error,
        #[api(header = "Retry-After")]
        after: u64,
        #[api(header = "x-note", extension)]
        note: &'static str,
    },
    #[error(transparent)]
    #[api(transparent)]
    Payment(#[from] PaymentError),
}

#[derive(Debug, thiserror::Error, ApiError)]
#[error("the card was rejected")]
#[api(status = 402, code = "card_refused", title = "Payment failed")]
struct PaymentError {
    #[api(extension)]
    reason: &'static str,
    #[source]
    cause: std::fmt::Error,
}

#[derive(Debug, thiserror::Error, ApiError)]
#[error(transparent)]
#[api(transparent)]
struct Wrapped {
    inner: PaymentError,
}

/// Without `thiserror` and without `std::error::Error`.
#[derive(Debug, ApiError)]
#[api(status = 400, code = "by_hand")]
struct ByHand;

impl std::fmt::Display for ByHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("by hand")
    }
}

#[derive(Debug, thiserror::Error, ApiError)]
enum Never {}

fn payment() -> PaymentError {
    PaymentError {
        reason: "expired",
        cause: std::fmt::Error,
    }
}

#[test]
fn status_code_and_absence_are_those_of_the_variant() {
    type Error = OrderError<u8>;
    let storage = Error::Storage {
        cause: std::io::Error::other("disk"),
        after: 5,
        note: "x",
    };
    let stock = Error::OutOfStock {
        left: 1,
        sku: "tea".into(),
        r#loop: 1,
    };
    for (error, status, code, absent) in [
        (Error::NotFound(7), 404, "order_not_found", true),
        (stock, 409, "out_of_stock", false),
        (storage, 503, "storage_unavailable", false),
        (payment().into(), 402, "card_refused", false),
    ] {
        assert_eq!(error.status(), status);
        assert_eq!(error.code(), code);
        assert_eq!(error.is_absent(), absent, "{code}");
    }
}

#[test]
fn fields_become_extensions_and_headers() {
    let problem = Problem::from_error(&OrderError::OutOfStock {
        left: 3,
        sku: "tea".into(),
        r#loop: vec![1, 2],
    });
    assert_eq!(problem.title(), "Out of stock");
    assert_eq!(
        problem.problem_type(),
        "https://example.com/problems/out-of-stock"
    );
    let extensions: Vec<_> = problem
        .extensions()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    assert_eq!(
        extensions,
        ["left=3", "articleNumber=\"tea\"", "loop=[1,2]"]
    );

    let problem = Problem::from_error(&OrderError::<u8>::Storage {
        cause: std::io::Error::other("disk"),
        after: 5,
        note: "later\r\nset-cookie: a=b",
    });
    assert_eq!(problem.headers()["retry-after"], "5");
    assert!(
        !problem.headers().contains_key("x-note"),
        "no value of a header"
    );
    assert!(problem.extension("note").is_some());
}

#[test]
fn a_transparent_error_delegates_to_the_inner_one() {
    let outer = OrderError::<u8>::from(payment());
    for problem in [
        Problem::from_error(&payment()),
        Problem::from_error(&outer),
        Problem::from_error(&Wrapped { inner: payment() }),
    ] {
        assert_eq!(problem.code(), "card_refused");
        assert_eq!(problem.title(), "Payment failed");
        assert_eq!(problem.extension("reason"), Some(&"expired".into()));
    }
    assert!(ApiError::cause(&outer).is_some_and(<dyn std::error::Error>::is::<std::fmt::Error>));
}

#[test]
fn the_cause_is_the_source() {
    let error = payment();
    assert_eq!(
        ApiError::cause(&error).map(ToString::to_string),
        error.source().map(ToString::to_string)
    );
    assert!(ApiError::cause(&error).is_some());
    assert!(ByHand.cause().is_none());
    assert_eq!(ByHand.status(), 400);
}

#[test]
fn all_outcomes_are_listed_those_of_the_error_inside_too() {
    let named = |outcomes: Vec<Outcome>| -> Vec<_> {
        let outcomes = outcomes.into_iter();
        outcomes
            .map(|one| (one.status.as_u16(), one.code))
            .collect()
    };
    assert_eq!(
        named(OrderError::<u8>::outcomes()),
        [
            (404, "order_not_found"),
            (409, "out_of_stock"),
            (503, "storage_unavailable"),
            (402, "card_refused"),
        ]
    );
    assert_eq!(named(Wrapped::outcomes()), [(402, "card_refused")]);
    assert!(Never::outcomes().is_empty());
}

/// Uses the derive where no trait and no name of the standard library is in scope.
#[no_implicit_prelude]
mod bare {
    #[derive(::std::fmt::Debug, ::thiserror::Error, ::lambda_api::ApiError)]
    pub(crate) enum Rejected {
        #[error("away")]
        #[api(status = 404, code = "away", absent)]
        Away,
        #[error("busy")]
        #[api(status = 503, code = "busy")]
        Busy(#[api(header = "retry-after", extension = "seconds")] ::std::primitive::u8),
        #[error(transparent)]
        #[api(transparent)]
        Body(#[from] ::lambda_api::extract::TextRejection),
    }
}

#[test]
fn the_derive_needs_no_trait_in_scope() {
    use lambda_api::ApiError as _;
    let codes: Vec<_> = bare::Rejected::outcomes()
        .into_iter()
        .map(|outcome| outcome.code)
        .collect();
    assert_eq!(
        codes,
        ["away", "busy", "invalid_text", "unsupported_media_type"]
    );
    assert!(bare::Rejected::Away.is_absent());
    assert_eq!(bare::Rejected::Busy(1).status(), 503);
    let body = lambda_api::extract::TextRejection::NotUtf8 { valid: 0 };
    assert_eq!(bare::Rejected::from(body).status(), 400);
}
