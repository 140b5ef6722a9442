//! The program with annotated functions, route by route.

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

/// Return what the gateway and Lambda know of the request.
#[api_handler(GET "/whoami", public)]
async fn whoami(invocation: &Invocation) -> Json<Value> {
    Json(json!({
        "ip": invocation.source_ip(),
        "stage": invocation.stage(),
        "invocation": invocation.lambda().request_id,
    }))
}

/// Return the URI.
#[api_handler(GET "/uri", public)]
async fn uri(uri: &Uri) -> String {
    uri.to_string()
}

/// Delete all notes: a new route that needs an identity.
#[api_handler(DELETE "/notes")]
async fn clear(identity: Identity, State(store): State<Store>) -> NoContent {
    println!("{} deletes all notes", identity.subject());
    store.clear();
    NoContent
}

/// Callers are known where the API requires signed requests; events of other APIs are not trusted.
fn authenticated() -> Api {
    Api::new().authenticate(Iam::from_apis(["a1b2c3d4e5"]))
}

/// Moved routes in front of the old router, which serves all others. The router stays public by
/// `Access::public()`: with an authenticator, an `Api` requires an identity by default.
pub fn mixed() -> Api {
    let store = Store::default();
    let old = ServiceBuilder::new()
        .layer(RequestExtLayer::new())
        .service(old::router(store.clone()));
    authenticated()
        .state(store)
        .routes(routes![read, clear])
        .fallback_service_with(Access::public(), old)
}

/// All routes moved, without axum and `lambda_http`.
pub fn after() -> Api {
    authenticated()
        .state(Store::default())
        .routes(routes![list, add, read, whoami, uri, clear])
}
