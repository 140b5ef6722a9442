use lambda_api::api_handler;

#[api_handler(GET "/orders")]
struct Orders;

fn main() {}
