//! Functions that can be handlers, and the places where they can be defined.

use crate::{call, post, route, text, wrappers::Length};
use lambda_api::{BoxFuture, Response, api_handler, routes};

fn say(text: &str) -> Response {
    Response::new(text.to_owned().into())
}

mod deep {
    pub(crate) mod deeper {
        #[lambda_api::api_handler(GET "/in")]
        pub(in crate::handlers) async fn within() -> lambda_api::Response {
            super::super::say("within")
        }

        #[lambda_api::api_handler(GET "/crate")]
        pub(crate) fn in_crate() -> lambda_api::Response {
            super::super::say("in crate")
        }
    }
    pub(crate) use deeper::in_crate;
}
use deep::{deeper::within, in_crate as renamed};

#[api_handler(GET "/raw")]
async fn r#match() -> Response {
    say("match")
}

/// A complete program as a module.
mod program {
    #[lambda_api::api_handler(GET "/hello")]
    #[allow(dead_code)]
    pub(crate) async fn main() -> lambda_api::Response {
        super::say("hello")
    }
}

#[must_use]
#[deprecated = "use `after`"]
#[api_handler(GET "/before")]
async fn before() -> Response {
    say("before")
}

#[api_handler(GET "/after")]
#[must_use]
#[inline]
/// Documented behind the attribute.
async fn after() -> Response {
    say("after")
}

#[api_handler(GET "/impl")]
async fn unnamed(length: Length) -> Result<impl lambda_api::IntoResponse, lambda_api::Error> {
    Ok(say(&length.0.to_string()))
}

#[cfg(any())]
#[api_handler(GET "/cfg")]
async fn conditional() -> DoesNotExist {}

#[api_handler(GET "/cfg")]
#[cfg(not(any()))]
async fn conditional() -> Response {
    say("conditional")
}

#[api_handler(GET "/cfg/other")]
#[cfg(any())]
async fn conditional() -> DoesNotExist {}

// Names that the generated code might use itself.
#[api_handler(GET "/request/{__request}")]
async fn call_(__request: Option<String>, __errors: Length) -> Response {
    say(&format!("{__request:?}{}", __errors.0))
}

#[tokio::test]
async fn each_form_is_called() {
    #[api_handler(GET "/local")]
    async fn in_a_function() -> Response {
        say("in a function")
    }

    for (route, expected) in [
        (route!(within), "within"),
        (route!(deep::deeper::within), "within"),
        (route!(deep::in_crate), "in crate"),
        (route!(renamed), "in crate"),
        (route!(r#match), "match"),
        (route!(program::main), "hello"),
        (route!(before), "before"),
        (route!(after), "after"),
        (route!(unnamed), "1"),
        (route!(conditional), "conditional"),
        (route!(in_a_function), "in a function"),
    ] {
        let response = call(route, post("/", "x")).await;
        assert_eq!(text(&response), expected);
    }
}

#[test]
fn routes_are_listed_by_any_path_and_under_conditions() {
    let routes = routes![
        within,
        deep::in_crate,
        self::r#match,
        crate::handlers::program::main,
        before,
        after,
        #[cfg(any())]
        does_not_exist,
        #[cfg(not(any()))]
        conditional,
        call_,
    ];
    assert_eq!(routes.len(), 8);
    assert!(routes![].is_empty());
    const IN_A_CONSTANT: fn() -> lambda_api::Routes = || routes![unnamed];
    assert_eq!(IN_A_CONSTANT().len(), 1);
}

#[test]
fn the_future_of_a_call_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let request = post("/", "");
    let future: BoxFuture<'_, Response> = (route!(after).call)(&request);
    assert_send(&future);
}
