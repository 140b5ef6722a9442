use lambda_api::api_handler;

#[api_handler(GET "/files/{path+}/meta")]
async fn file(path: &str) -> String {
    format!("{path:?}")
}

fn main() {}
