use lambda_api::{event_handler, events::Record};

#[event_handler(sqs, batch)]
async fn ship(messages: &[Record]) -> Vec<String> {
    messages.iter().filter_map(|message| message.id().map(str::to_owned)).collect()
}

fn main() {}
