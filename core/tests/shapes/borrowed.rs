//! Data borrowed from the request, in every combination.

use crate::{
    call, post, route, text,
    wrappers::{Bad, Body, Slowly, User, Valid, ValidRejection, Validate},
};
use lambda_api::{Json, Request, Response, api_handler, extract::JsonRejection};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
pub(crate) struct Note<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
}

impl Validate for Note<'_> {
    fn validate(&self) -> Result<(), &'static str> {
        if self.title.is_empty() {
            Err("a note has a title")
        } else {
            Ok(())
        }
    }
}

fn say(text: &str) -> Response {
    Response::new(text.to_owned().into())
}

#[api_handler(POST "/plain")]
async fn plain(Json(note): Json<Note<'_>>) -> Response {
    tokio::task::yield_now().await;
    say(&note.title)
}

#[api_handler(POST "/valid")]
async fn valid(Valid(Json(note)): Valid<Json<Note<'_>>>) -> Response {
    tokio::task::yield_now().await;
    say(&note.title)
}

#[api_handler(POST "/option")]
async fn option(note: Option<Json<Note<'_>>>) -> Response {
    tokio::task::yield_now().await;
    say(note.as_ref().map_or("none", |note| &note.0.title))
}

#[api_handler(POST "/option-valid")]
async fn option_valid(note: Option<Valid<Json<Note<'_>>>>) -> Response {
    say(note.as_ref().map_or("none", |note| &note.0.0.title))
}

#[api_handler(POST "/result")]
async fn result(note: Result<Json<Note<'_>>, JsonRejection>) -> Response {
    tokio::task::yield_now().await;
    match note {
        Ok(note) => say(&note.0.title),
        Err(rejection) => say(&rejection.to_string()),
    }
}

#[api_handler(POST "/result-option-valid")]
async fn result_option_valid(
    note: Result<Option<Valid<Json<Note<'_>>>>, ValidRejection<JsonRejection>>,
) -> Response {
    match note {
        Ok(note) => say(note.as_ref().map_or("none", |note| &note.0.0.title)),
        Err(rejection) => say(&rejection.to_string()),
    }
}

#[api_handler(POST "/user")]
async fn user(User(name): User<'_>, Body(body): Body<'_>) -> Response {
    tokio::task::yield_now().await;
    say(&format!("{name}: {body}"))
}

#[api_handler(POST "/slowly")]
async fn slowly(
    Slowly(note): Slowly<Option<Valid<Json<Note<'_>>>>>,
    user: Option<User<'_>>,
    again: Result<Slowly<User<'_>>, Bad>,
    request: &Request,
) -> Response {
    tokio::task::yield_now().await;
    let note = note.as_ref().map_or("none", |note| &note.0.0.title);
    let user = user.map_or("nobody", |user| user.0);
    let again = again.map_or("nobody", |again| again.0.0);
    say(&format!("{note} {user} {again} {}", request.uri().path()))
}

#[api_handler(POST "/named")]
async fn named<'a, 'b: 'a>(first: Body<'a>, second: Json<Note<'b>>) -> Response {
    say(&format!("{} {}", first.0.len(), second.0.title))
}

#[api_handler(POST "/sync")]
fn sync(Valid(Json(note)): Valid<Json<Note<'_>>>, user: User<'_>) -> Response {
    let User(name) = user;
    say(&format!("{} {name}", note.title))
}

#[tokio::test]
async fn borrowed_data_arrives_in_every_combination() {
    const NOTE: &str = r#"{"title": "tea"}"#;
    const ESCAPED: &str = r#"{"title": "\u0074ea"}"#;
    const EMPTY: &str = r#"{"title": ""}"#;
    for (route, body, expected) in [
        (route!(plain), NOTE, "tea"),
        (route!(plain), ESCAPED, "tea"),
        (route!(valid), NOTE, "tea"),
        (route!(option), NOTE, "tea"),
        (route!(option), "", "none"),
        (route!(option_valid), NOTE, "tea"),
        (route!(option_valid), "", "none"),
        (route!(result), NOTE, "tea"),
        (
            route!(result),
            "",
            "expected a JSON body, found an empty one",
        ),
        (route!(result_option_valid), NOTE, "tea"),
        (route!(result_option_valid), "", "none"),
        (route!(result_option_valid), EMPTY, "a note has a title"),
        (route!(user), "hello", "ada: hello"),
        (route!(slowly), NOTE, "tea ada ada /x"),
        (route!(slowly), "", "none ada ada /x"),
        (route!(named), NOTE, "16 tea"),
        (route!(sync), NOTE, "tea ada"),
    ] {
        let response = call(route, post("/x", body)).await;
        assert_eq!(response.status(), 200, "{} {body}", route.path);
        assert_eq!(text(&response), expected, "{} {body}", route.path);
    }
}

#[tokio::test]
async fn a_rejection_is_the_response() {
    for (route, body, status, code) in [
        (route!(plain), "", 400, "missing_body"),
        (route!(plain), "1", 422, "invalid_body"),
        (route!(valid), r#"{"title": ""}"#, 422, "\"invalid\""),
        (route!(option), "1", 422, "invalid_body"),
        (route!(slowly), "1", 422, "invalid_body"),
        (route!(sync), "", 400, "missing_body"),
    ] {
        let response = call(route, post("/x", body)).await;
        assert_eq!(response.status(), status, "{} {body}", route.path);
        assert!(text(&response).contains(code), "{}", text(&response));
    }
}
