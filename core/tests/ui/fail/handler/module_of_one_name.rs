// Both are called `health`, and a handler takes its name as a type too: import the module's
// handler under its path instead, `routes![health::health]`.
mod health {
    #[lambda_api::api_handler(GET "/health")]
    pub async fn health() -> String {
        String::new()
    }
}
pub use health::health;

fn main() {}
