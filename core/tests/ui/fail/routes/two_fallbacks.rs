use lambda_api::{api_handler, routes};

#[api_handler(fallback)]
async fn one() {}

#[api_handler(fallback, public)]
async fn other() {}

fn main() {
    let _ = routes![one, other];
}
