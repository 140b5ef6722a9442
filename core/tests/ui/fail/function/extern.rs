use lambda_api::api_handler;

#[api_handler(GET "/orders")]
extern "C" fn orders() -> String {
    String::new()
}

fn main() {}
