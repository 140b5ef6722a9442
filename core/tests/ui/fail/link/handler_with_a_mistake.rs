use lambda_api::{api_handler, response::Redirect};

#[api_handler(GET "/orders/{id}", publik)]
async fn get_order(id: u64) -> String {
    id.to_string()
}

#[api_handler(GET "/last-order")]
async fn last_order() -> Redirect {
    Redirect::to(get_order::path(7))
}

fn main() {}
