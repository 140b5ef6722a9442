use lambda_api::{Error, Json, event_handler};

#[event_handler(sqs)]
async fn main(Json(order): Json<u64>) -> Result<(), Error> {
    let _ = order;
    Ok(())
}
