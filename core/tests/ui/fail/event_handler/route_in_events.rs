use lambda_api::{api_handler, events};

#[api_handler(GET "/")]
async fn index() {}

fn main() {
    let _ = events![index];
}
