use lambda_api::event_handler;

#[event_handler]
async fn ship(order: &str) {
    let _ = order;
}

fn main() {}
