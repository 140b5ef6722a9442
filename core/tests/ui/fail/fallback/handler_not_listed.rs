use lambda_api::{Api, api_handler};

#[api_handler(fallback)]
async fn elsewhere(uri: http::Uri, method: http::Method) -> String {
    format!("{method} {uri}")
}

fn main() {
    let _ = Api::new().fallback(elsewhere);
}
