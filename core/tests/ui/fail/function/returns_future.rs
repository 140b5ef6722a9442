use lambda_api::api_handler;

#[api_handler(GET "/orders")]
fn orders() -> impl Future<Output = String> {
    async { String::new() }
}

fn main() {}
