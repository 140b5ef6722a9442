//! The program as it becomes: annotated functions, route by route.

use crate::{
    note::{NewNote, Note, Store},
    old,
};
use lambda_api::{
    Api, Created, Identity, Invocation, Json, NoContent, Problem, State, api_handler,
    auth::{Access, gateway::Iam},
    http::{StatusCode, Uri},
    interop::RequestExtLayer,
    routes,
};
use serde_json::{Value, json};
use tower::ServiceBuilder;

/// List the notes, or those with a tag.
#[api_handler(GET "/notes", public)]
async fn list(#[query] tag: Option<&str>, State(store): State<Store>) -> Json<Vec<Note>> {
    Json(store.list(tag))
}

/// Keep a note.
#[api_handler(POST "/notes", public)]
async fn add(Json(new): Json<NewNote>, State(store): State<Store>) -> Created<Json<Note>> {
    let note = store.add(new);
    Created::at(format!("/notes/{}", note.id), Json(note))
}

/// Read a note.
#[api_handler(GET "/notes/{id}", public)]
async fn read(id: usize, State(store): State<Store>) -> Result<Json<Note>, Problem> {
    let missing = || Problem::new(StatusCode::NOT_FOUND, "no_such_note");
    store.get(id).map(Json).ok_or_else(missing)
}

/// Say what the gateway and Lambda say.
#[api_handler(GET "/whoami", public)]
async fn whoami(invocation: &Invocation) -> Json<Value> {
    Json(json!({
        "ip": invocation.source_ip(),
        "stage": invocation.stage(),
        "invocation": invocation.lambda().request_id,
    }))
}

/// Say what the URI is.
#[api_handler(GET "/uri", public)]
async fn uri(uri: &Uri) -> String {
    uri.to_string()
}

/// Forget all notes: new, and not for everybody.
#[api_handler(DELETE "/notes")]
async fn clear(identity: Identity, State(store): State<Store>) -> NoContent {
    println!("{} forgets all notes", identity.subject());
    store.clear();
    NoContent
}

/// Who calls is known where the API asks for signed requests, and only this API is believed.
fn closed() -> Api {
    Api::new().authenticate(Iam::from_apis(["a1b2c3d4e5"]))
}

/// On the way: what has moved is in front, and the old router answers the rest. It is as open as it
/// was, which has to be said: with an authenticator, an `Api` is closed.
pub fn on_the_way() -> Api {
    let store = Store::default();
    let old = ServiceBuilder::new()
        .layer(RequestExtLayer::new())
        .service(old::router(store.clone()));
    closed()
        .state(store)
        .routes(routes![read, clear])
        .fallback_service_with(Access::public(), old)
}

/// After: nothing is left of axum and `lambda_http`.
pub fn after() -> Api {
    closed()
        .state(Store::default())
        .routes(routes![list, add, read, whoami, uri, clear])
}
