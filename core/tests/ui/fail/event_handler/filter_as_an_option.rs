use lambda_api::event_handler;

#[event_handler(sqs, from = "orders")]
async fn handle() {}

fn main() {}
