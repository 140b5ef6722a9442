use lambda_api::{
    event_handler,
    events::{Meta, S3},
};

#[event_handler(sqs)]
async fn ship(order: &str, object: Meta<S3>) {
    let _ = (order, object);
}

fn main() {}
