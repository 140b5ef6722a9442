use lambda_api::event_handler;

#[event_handler(event_bridge(source = "aws.s3", detail = "uploads"))]
async fn stored() {}

fn main() {}
