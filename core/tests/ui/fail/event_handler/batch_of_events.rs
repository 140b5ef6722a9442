use lambda_api::event_handler;

#[event_handler(event_bridge, batch)]
async fn placed() {}

fn main() {}
