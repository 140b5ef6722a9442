use lambda_api::{Json, api_handler, event_handler};

#[api_handler(POST "/orders")]
#[event_handler(sqs)]
async fn ship(Json(order): Json<u64>) {
    let _ = order;
}

fn main() {}
