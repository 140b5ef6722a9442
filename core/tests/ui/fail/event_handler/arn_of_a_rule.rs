use lambda_api::event_handler;

#[event_handler(schedule(rule = "arn:aws:events:eu-west-1:123456789012:rule/nightly"))]
async fn nightly() {}

fn main() {}
