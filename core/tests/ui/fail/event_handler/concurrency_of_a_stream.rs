use lambda_api::event_handler;

#[event_handler(kinesis, concurrency = 4)]
async fn count(click: &str) {
    let _ = click;
}

fn main() {}
