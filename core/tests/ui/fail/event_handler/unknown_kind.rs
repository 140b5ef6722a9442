use lambda_api::event_handler;

#[event_handler(sqss)]
async fn ship(order: &str) {
    let _ = order;
}

fn main() {}
