use lambda_api::api_handler;

#[api_handler(GET "/hello/{name}")]
async fn main(nam: String) -> String {
    format!("Hello, {nam}!")
}
