//! Responses held to the document of their API.

mod conform;
mod places;
mod violate;

use crate::failures::Panic;
use http::{HeaderName, HeaderValue, StatusCode};
use lambda_api::{
    Api, ApiError, Body, Json, Response, State, api_handler,
    openapi::{Header, MediaType, RefOr},
    routes,
};
use lambda_api_testing::TestClient;
use schemars::{JsonSchema, json_schema};
use serde::Serialize;
use std::sync::{Arc, Mutex};

#[derive(Serialize, JsonSchema)]
struct Order {
    id: u32,
    #[schemars(extend("format" = "date-time"))]
    placed: String,
    items: Vec<Item>,
    note: Option<Note>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Item {
    quantity: u32,
}

#[derive(Serialize, JsonSchema)]
struct Note {
    text: String,
}

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, code = "order_not_found")]
    NotFound,
    #[error("deleted")]
    #[api(status = 404, code = "order_deleted")]
    Deleted,
}

/// A response that the handler gives, whatever its document says.
#[derive(Clone)]
pub(crate) struct Next(Arc<Mutex<Given>>);

#[derive(Clone, Default)]
struct Given {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Next {
    fn response(&self) -> Response {
        let Given {
            status,
            headers,
            body,
        } = self.0.lock().unwrap().clone();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            let value = HeaderValue::try_from(value).unwrap();
            response.headers_mut().append(name, value);
        }
        response
    }
}

#[api_handler(GET "/orders/{id}", returns = Result<Json<Order>, OrderError>, response(204, "Nothing."))]
async fn order(id: u32, State(next): State<Next>) -> Result<Response, OrderError> {
    match id {
        0 => Err(OrderError::NotFound),
        1 => Err(OrderError::Deleted),
        _ => Ok(next.response()),
    }
}

/// `GET /orders/{id}` promises a header that is required and others, and several media types.
fn api(next: Next) -> Api {
    Api::new()
        .state(next)
        .routes(routes![order])
        .openapi_operation(|_, operation| {
            let Some(RefOr::Item(response)) = operation.responses.get_mut("200") else {
                panic!("a response");
            };
            for (name, required, schema) in [
                (
                    "x-count",
                    true,
                    json_schema!({"type": "integer", "maximum": 9}),
                ),
                (
                    "x-ids",
                    false,
                    json_schema!({"type": "array", "items": {"type": "integer"}}),
                ),
                (
                    "x-note",
                    false,
                    json_schema!({"type": "string", "maxLength": 3}),
                ),
            ] {
                let mut header = Header::default();
                header.required = required;
                header.schema = Some(schema);
                response.headers.insert(name.to_owned(), header);
            }
            for (media_type, schema) in [
                (
                    "text/plain",
                    json_schema!({"type": "string", "maxLength": 4}),
                ),
                ("text/csv", json_schema!({"type": "integer"})),
                (
                    "image/*",
                    json_schema!({"type": "string", "format": "binary"}),
                ),
            ] {
                let mut content = MediaType::default();
                content.schema = Some(schema);
                response.content.insert(media_type.to_owned(), content);
            }
        })
}

async fn client(next: &Next) -> TestClient {
    TestClient::new(api(next.clone())).conforming().await
}

impl Default for Next {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Given {
            status: StatusCode::OK,
            ..Given::default()
        })))
    }
}

/// A case of a table: status, content type, further headers, body.
type Case = (
    u16,
    &'static str,
    &'static [(&'static str, &'static str)],
    String,
);

impl Next {
    fn set(&self, (status, content_type, headers, body): Case) {
        let content_type = [("content-type", content_type)].into_iter();
        *self.0.lock().unwrap() = Given {
            status: StatusCode::from_u16(status).unwrap(),
            headers: content_type
                .filter(|(_, value)| !value.is_empty())
                .chain(headers.iter().copied())
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
            body: body.into_bytes(),
        };
    }
}

const COUNT: &[(&str, &str)] = &[("x-count", "1")];

/// An order with changes at a pointer.
fn order_with(pointer: &str, value: serde_json::Value) -> String {
    let mut order = serde_json::json!({
        "id": 7, "placed": "2024-05-01T10:00:00Z", "items": [{"quantity": 1}, {"quantity": 2}],
        "note": {"text": "tea"},
    });
    *order.pointer_mut(pointer).unwrap() = value;
    order.to_string()
}

/// The message without the request and the response.
fn what(panic: &Panic) -> &str {
    panic.message.split("\n\n").next().unwrap_or_default()
}
