use lambda_api::event_handler;

#[event_handler(schedule("every day"))]
async fn nightly() {}

fn main() {}
