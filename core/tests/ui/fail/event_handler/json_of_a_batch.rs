use lambda_api::{Json, event_handler};

#[event_handler(sqs, batch)]
async fn import(Json(order): Json<u64>) {
    let _ = order;
}

fn main() {}
