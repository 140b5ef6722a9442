use lambda_api::event_handler;

#[event_handler(event_bridge(source = "shop.orders", source = "shop.carts"))]
async fn placed() {}

fn main() {}
