use lambda_api::{event_handler, events::Record};

#[event_handler(sqs)]
async fn import(messages: &[Record]) {
    let _ = messages;
}

fn main() {}
