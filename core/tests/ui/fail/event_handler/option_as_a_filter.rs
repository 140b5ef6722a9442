use lambda_api::event_handler;

#[event_handler(sqs(batch))]
async fn handle() {}

fn main() {}
