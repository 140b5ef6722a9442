use lambda_api::event_handler;

#[event_handler(schedule("rate(1 day)", "rate(1 hour)"))]
async fn handle() {}

fn main() {}
