use lambda_api::{Json, api_handler};

#[api_handler(POST "/orders")]
async fn place(#[validate(length(min = 1))] Json(skus): Json<Vec<String>>) -> String {
    skus.join(",")
}

fn main() {}
