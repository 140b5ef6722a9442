use lambda_api::event_handler;

#[event_handler(sqs, concurrency = 0)]
async fn ship(order: &str) {
    let _ = order;
}

fn main() {}
