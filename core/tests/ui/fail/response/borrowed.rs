use http::HeaderMap;
use lambda_api::api_handler;

#[api_handler(GET "/agent")]
async fn agent(headers: &HeaderMap) -> &str {
    headers.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

fn main() {}
