use lambda_api::api_handler;

#[api_handler(GET "/orders")]
fn orders() -> dyn ToString + {
    String::new()
}

fn main() {}
