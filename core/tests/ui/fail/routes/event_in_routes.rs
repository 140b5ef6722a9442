use lambda_api::{event_handler, routes};

#[event_handler(sqs)]
async fn ship() {}

fn main() {
    let _ = routes![ship];
}
