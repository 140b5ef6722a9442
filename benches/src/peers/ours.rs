//! The API on lambda-api.

use super::{Peer, read};
use crate::orders::{NewOrder, Order, Stored, picture};
use bytes::Bytes;
use lambda_api::{Api, App, Json, LambdaContext, Request, api_handler, routes};
use lambda_http::Context;
use serde_json::value::RawValue;

/// lambda-api.
#[derive(Debug)]
pub struct Ours(App);

/// lambda-api without the Lambda runtime: [`App::handle_event`] alone.
#[derive(Debug)]
pub struct Direct(App);

#[api_handler(GET "/orders/{id}")]
async fn get_order(id: u64, #[query] page: u32) -> Json<Order> {
    Json(Order::found(id, page))
}

#[api_handler(POST "/orders")]
async fn place_order(Json(order): Json<NewOrder>) -> Json<Order> {
    Json(order.into())
}

#[api_handler(GET "/files/{name}")]
async fn download(name: String) -> &'static [u8] {
    let _ = name;
    picture()
}

#[api_handler(POST "/files")]
async fn upload(request: &Request) -> Json<Stored> {
    Json(Stored {
        bytes: request.body().bytes().len(),
    })
}

/// Routes that are there, and not called.
macro_rules! others {
    ($($method:ident $path:tt $name:ident($($id:ident)?);)*) => {
        $(
            #[api_handler($method $path)]
            async fn $name($($id: u64)?) -> &'static str {
                $(let _ = $id;)?
                "[]"
            }
        )*
        /// The API, with its thirty routes.
        #[must_use]
        pub fn api() -> Api {
            Api::new().routes(routes![get_order, place_order, download, upload, $($name),*])
        }
    };
}
others! {
    GET "/orders" list_orders();
    PUT "/orders/{id}" change_order(id);
    DELETE "/orders/{id}" cancel_order(id);
    GET "/orders/{id}/lines" list_lines(id);
    GET "/customers" list_customers();
    POST "/customers" add_customer();
    GET "/customers/{id}" get_customer(id);
    PUT "/customers/{id}" change_customer(id);
    DELETE "/customers/{id}" remove_customer(id);
    GET "/products" list_products();
    POST "/products" add_product();
    GET "/products/{id}" get_product(id);
    PUT "/products/{id}" change_product(id);
    DELETE "/products/{id}" remove_product(id);
    GET "/invoices" list_invoices();
    POST "/invoices" add_invoice();
    GET "/invoices/{id}" get_invoice(id);
    PUT "/invoices/{id}" change_invoice(id);
    DELETE "/invoices/{id}" remove_invoice(id);
    POST "/carts" fill_cart();
    GET "/carts/{id}" get_cart(id);
    DELETE "/carts/{id}" empty_cart(id);
    GET "/health" health();
    GET "/version" version();
    GET "/status" status();
    GET "/me" me();
}

impl Ours {
    /// Builds the API.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn new() -> Self {
        Self(api().build().await.expect("a sound API"))
    }
}

impl Direct {
    /// Builds the API.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn new() -> Self {
        Self(api().build().await.expect("a sound API"))
    }
}

/// As lambda-api's loop hands it over.
fn context(context: Context) -> LambdaContext {
    let mut own = LambdaContext::default();
    own.request_id = context.request_id;
    own.deadline_ms = Some(context.deadline);
    own.function_arn = Some(context.invoked_function_arn).filter(|arn| !arn.is_empty());
    own.trace_id = context.xray_trace_id;
    own.tenant_id = context.tenant_id;
    own.received = Some(std::time::SystemTime::now());
    own
}

impl Peer for Ours {
    const NAME: &'static str = "lambda-api";

    // The steps of lambda-api's own loop, `core/src/runtime/lambda.rs`.
    async fn answer(&self, event: Bytes, lambda: &Context) -> Vec<u8> {
        let event: Box<RawValue> = read(&event);
        let event = Bytes::from(String::from(Box::<str>::from(event)));
        let reply = self.0.handle_event(event, context(lambda.clone()));
        let reply = String::from_utf8(reply.await.expect("an HTTP event"));
        let reply = RawValue::from_string(reply.expect("text")).expect("JSON");
        serde_json::to_vec(&reply).expect("a reply in JSON")
    }
}

impl Peer for Direct {
    const NAME: &'static str = "handle_event alone";

    async fn answer(&self, event: Bytes, lambda: &Context) -> Vec<u8> {
        let reply = self.0.handle_event(event, context(lambda.clone()));
        reply.await.expect("an HTTP event")
    }
}
