use lambda_api::api_handler;

#[api_handler(GET "/report", public, timeout = "3sec")]
async fn report() -> String {
    String::new()
}

fn main() {}
