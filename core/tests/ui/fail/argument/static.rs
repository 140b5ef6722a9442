use lambda_api::api_handler;

#[api_handler(GET "/hello/{name}")]
async fn hello(name: &'static str) -> String {
    format!("{name:?}")
}

fn main() {}
