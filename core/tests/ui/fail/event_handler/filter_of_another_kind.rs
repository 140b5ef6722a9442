use lambda_api::event_handler;

#[event_handler(event_bridge(from = "orders"))]
async fn placed() {}

fn main() {}
