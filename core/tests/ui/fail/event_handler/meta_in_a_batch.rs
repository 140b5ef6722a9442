use lambda_api::{
    event_handler,
    events::{Meta, Record, Sqs},
};

#[event_handler(sqs, batch)]
async fn ship(messages: &[Record], message: Meta<Sqs>) {
    let _ = (messages, message);
}

fn main() {}
