use lambda_api::event_handler;

#[event_handler(sqs)]
async fn ship(order: &str) -> usize {
    order.len()
}

fn main() {}
