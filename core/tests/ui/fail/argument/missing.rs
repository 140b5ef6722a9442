use lambda_api::api_handler;

#[api_handler(GET "/users/{user}/orders/{id}")]
async fn get_order(user: &str) -> String {
    format!("{user:?}")
}

fn main() {}
