//! The program as it was: an axum `Router`.

use crate::note::{NewNote, Note, Store};
use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    routing::get,
};
use lambda_http::{RequestExt, request::RequestContext};
use serde::Deserialize;
use serde_json::{Value, json};

/// All routes, without the stage.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/notes", get(list).post(add))
        .route("/notes/{id}", get(read))
        .route("/whoami", get(whoami))
        .route("/uri", get(uri))
        .with_state(store)
}

#[derive(Deserialize)]
struct Filter {
    tag: Option<String>,
}

async fn list(State(store): State<Store>, Query(filter): Query<Filter>) -> Json<Vec<Note>> {
    Json(store.list(filter.tag.as_deref()))
}

async fn add(State(store): State<Store>, Json(new): Json<NewNote>) -> (StatusCode, Json<Note>) {
    (StatusCode::CREATED, Json(store.add(new)))
}

async fn read(
    State(store): State<Store>,
    Path(id): Path<usize>,
) -> Result<Json<Note>, (StatusCode, String)> {
    match store.get(id) {
        Some(note) => Ok(Json(note)),
        None => Err((StatusCode::NOT_FOUND, format!("no note {id}"))),
    }
}

/// What the gateway and Lambda say, through the extensions of `lambda_http`.
async fn whoami(request: Request) -> Json<Value> {
    let (ip, stage) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.http.source_ip.as_deref(), context.stage.as_deref())
        }
        _ => (None, None),
    };
    let invocation = request
        .lambda_context_ref()
        .map(|context| context.request_id.as_str());
    Json(json!({"ip": ip, "stage": stage, "invocation": invocation}))
}

async fn uri(request: Request) -> String {
    request.uri().to_string()
}
