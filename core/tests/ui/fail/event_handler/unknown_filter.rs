use lambda_api::event_handler;

#[event_handler(sqs(form = "orders"))]
async fn ship(order: &str) {
    let _ = order;
}

fn main() {}
