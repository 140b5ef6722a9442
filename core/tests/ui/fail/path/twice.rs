use lambda_api::api_handler;

#[api_handler(GET "/orders/{id}" | "/orders/{number}")]
async fn order(id: Option<u64>, number: Option<u64>) -> String {
    format!("{id:?} {number:?}")
}

fn main() {}
