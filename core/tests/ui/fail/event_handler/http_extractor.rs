use lambda_api::{Query, event_handler};

#[event_handler(sqs)]
async fn ship(order: &str, Query(page): Query<u32>) {
    let _ = (order, page);
}

fn main() {}
