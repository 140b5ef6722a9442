//! The API on lambda-api.

use crate::orders::{NewOrder, Order, Stored, picture};
use bytes::Bytes;
use lambda_api::{Api, Json, Request, api_handler, routes};

#[api_handler(GET "/orders/{id}")]
async fn get_order(id: u64, #[query] page: u32) -> Json<Order> {
    Json(Order::found(id, page))
}

#[api_handler(POST "/orders")]
async fn place_order(Json(order): Json<NewOrder>) -> Json<Order> {
    Json(order.into())
}

#[api_handler(GET "/files/{name}")]
async fn download(name: String) -> Bytes {
    let _ = name;
    Bytes::from_static(picture())
}

#[api_handler(POST "/files")]
async fn upload(request: &Request) -> Json<Stored> {
    Json(Stored {
        bytes: request.body().bytes().len(),
    })
}

/// Routes that exist but are never called.
macro_rules! others {
    ($($method:ident $path:tt $name:ident($($id:ident)?);)*) => {
        $(
            #[api_handler($method $path)]
            async fn $name($($id: u64)?) -> &'static str {
                $(let _ = $id;)?
                "[]"
            }
        )*
        /// Returns the API with its thirty routes.
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
