use lambda_api::event_handler;

#[event_handler(sqs)]
async fn ship(#[query] page: u32) {
    let _ = page;
}

fn main() {}
