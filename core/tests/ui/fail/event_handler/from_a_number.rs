use lambda_api::event_handler;

#[event_handler(sqs(from = 5))]
async fn ship() {}

fn main() {}
