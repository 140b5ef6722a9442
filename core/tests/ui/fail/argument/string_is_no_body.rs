use lambda_api::api_handler;

#[api_handler(POST "/notes")]
async fn note(text: String) -> String {
    text
}

fn main() {}
